"""Random views, triggers, routines, events and sequences, with the sessions that make them.

What servers refuse is drawn seldom: an example that one of them refuses is none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from hypothesis import strategies as st

from plumbob.model import Flavour
from tests.property.bodies import bodies, text_in
from tests.property.drawn import TEXTS, Draw, DrawnTable, name, one_of, seldom

_MODES = (
    "",
    "ANSI_QUOTES",
    "NO_BACKSLASH_ESCAPES",
    "PIPES_AS_CONCAT",
    "ANSI_QUOTES,NO_BACKSLASH_ESCAPES,PIPES_AS_CONCAT",
    "STRICT_ALL_TABLES",
    "IGNORE_SPACE,HIGH_NOT_PRECEDENCE",
    "ANSI",
    "TRADITIONAL",
)
_COLLATIONS = ("utf8mb4_bin", "utf8mb4_unicode_ci", "latin1_swedish_ci", "utf8mb4_general_ci")
_DEFINERS = ("", "", "", "definer=root@localhost ", "definer=current_user ", "definer=`x y`@`%` ")
_ZONES = ("SYSTEM", "+00:00", "+03:00", "-11:30")


@dataclass(frozen=True)
class Made:
    """A statement, and the session that it is run in."""

    sql: str
    session: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        settings = "".join(f"/* {name} = {value} */ " for name, value in self.session.items())
        return f"{settings}{self.sql}"


@st.composite
def sessions(draw: Draw, *, zoned: bool = False) -> dict[str, str]:
    session: dict[str, str] = {}
    if seldom(draw, 3):
        session["sql_mode"] = draw(one_of(*_MODES))
    if seldom(draw, 3):
        session["collation_connection"] = draw(one_of(*_COLLATIONS))
    if zoned and draw(st.booleans()):
        session["time_zone"] = draw(one_of(*_ZONES))
    return session


@st.composite
def sequences(draw: Draw) -> list[Made]:
    """CREATE SEQUENCE, as MariaDB knows it."""
    found = []
    for given in draw(st.lists(one_of("s1", "s2", "s`3"), max_size=2, unique=True)):
        words = draw(
            st.lists(
                one_of(
                    "start with 5",
                    "increment by 3",
                    "increment by -1 maxvalue 700 start with 700",
                    "minvalue 2 maxvalue 900 start with 3",
                    "nocache",
                    "cache 20",
                    "cycle",
                    "comment='it''s'",
                ),
                max_size=2,
                unique_by=lambda words: words.split()[0],
            )
        )
        if sum("start" in each for each in words) > 1:
            words = words[:1]
        found.append(Made(f"create sequence {name(given)} {' '.join(words)}".rstrip()))
    return found


@st.composite
def stored_objects(draw: Draw, flavour: Flavour, tables: Sequence[DrawnTable]) -> list[Made]:
    """What stands on tables: routines, views, triggers and events, in an order in which they can be made."""
    return [
        *draw(routines(flavour)),
        *draw(views(tables)),
        *draw(triggers(flavour, tables)),
        *draw(events()),
    ]


@st.composite
def routines(draw: Draw, flavour: Flavour) -> list[Made]:
    found = []
    for given in draw(st.lists(one_of("p1", "P2", "f1", "f`2", "é f"), max_size=3, unique=True)):
        session = draw(sessions())
        mode = session.get("sql_mode", "")
        is_procedure = given.lower().startswith("p") or (given == "é f" and draw(st.booleans()))
        parameters = [
            f"{draw(one_of('', 'in ', 'out ', 'inout ')) if is_procedure else ''}{each} {draw(_TYPES)}"
            for each in draw(st.lists(_PARAMETERS, max_size=2, unique=True))
        ]
        said = draw(st.lists(_CHARACTERISTICS, max_size=3, unique_by=lambda said: said[0]))
        words = [word for _, word in said]
        if seldom(draw, 4):
            words.append(f"comment {text_in(mode, draw(TEXTS))}")
        if is_procedure:
            body = draw(bodies(mode, ""))
            head = f"procedure {name(given)}({', '.join(parameters)})"
        else:
            # With the binary log on, MySQL wants to know what a function does (1418).
            words.append("deterministic no sql" if not said else "")
            body = draw(bodies(mode, "function"))
            head = f"function {name(given)}({', '.join(parameters)}) returns {draw(_TYPES)}"
        sql = f"create {draw(one_of(*_DEFINERS))}{head} {' '.join(filter(None, words))}\n{body}"
        found.append(Made(sql, session))
    return found


_PARAMETERS = one_of("x", "`a b`", "`begin`", "`x``y`", "Größe", "`select`", "y2")
_TYPES = one_of(
    "int",
    "varchar(20)",
    "varchar(20) charset latin1",
    "char(3) character set utf8mb4 collate utf8mb4_bin",
    "decimal(10,2)",
    "enum('a','it''s')",
    "text",
    "datetime(3)",
    "bigint unsigned",
    "json",
)
_CHARACTERISTICS = one_of(
    ("d", "deterministic"),
    ("d", "not deterministic no sql"),
    ("a", "reads sql data"),
    ("a", "modifies sql data"),
    ("a", "no sql"),
    ("s", "sql security invoker"),
    ("s", "sql security definer"),
    ("l", "language sql"),
)


@st.composite
def views(draw: Draw, tables: Sequence[DrawnTable]) -> list[Made]:
    found: list[Made] = []
    known = [(table.name, [column.name for column in table.columns]) for table in tables]
    taken = {table.name for table in tables}
    pool = [each for each in ("v1", "V 2", "v`3", "ä", "t2") if each not in taken]
    for given in draw(st.lists(st.sampled_from(pool), max_size=3, unique=True)):
        session = draw(sessions())
        select, shown, is_updatable = draw(_selects(known, session.get("sql_mode", "")))
        algorithm = draw(one_of("", "", "algorithm=merge ", "algorithm=temptable "))
        if not is_updatable and "merge" in algorithm:
            algorithm = ""
        security = draw(one_of("", "", "sql security invoker ", "sql security definer "))
        columns, check = "", ""
        if seldom(draw, 3):
            shown = [f"{each}{number}" for number, each in enumerate(shown)]
            columns = f" ({', '.join(map(name, shown))})"
        if is_updatable and "temptable" not in algorithm and seldom(draw, 3):
            check = draw(
                one_of(
                    " with check option", " with local check option", " with cascaded check option"
                )
            )
        # A view of an account that is not there cannot be read by the next one (1449).
        definer = draw(one_of(*_DEFINERS[:-1]))
        found.append(
            Made(
                f"create {algorithm}{definer}{security}view {name(given)}{columns} as {select}{check}",
                session,
            )
        )
        known.append((given, shown))
    return found


@st.composite
def _selects(
    draw: Draw, known: Sequence[tuple[str, list[str]]], mode: str
) -> tuple[str, list[str], bool]:
    """A SELECT, the names of its columns, and whether rows can be written through it."""
    source, columns = draw(st.sampled_from(known))
    chosen = draw(st.lists(st.sampled_from(columns), min_size=1, max_size=3, unique=True))
    first = name(chosen[0])
    plain = ", ".join(map(name, chosen))
    text = text_in(mode, draw(TEXTS))
    shape = draw(st.integers(0, 8))
    if shape == 0:
        return f"select {plain} from {name(source)}", chosen, True
    if shape == 1:
        return f"select {plain} from {name(source)} where {first} is not null", chosen, True
    if shape == 2:
        return f"select *, {text} as `lit` from {name(source)}", [*columns, "lit"], False
    if shape == 3:
        return (
            f"select count(*) as n, max({first}) as `m x` from {name(source)} group by {first} "
            "having n > 1 order by n desc limit 3",
            ["n", "m x"],
            False,
        )
    if shape == 4:
        other, theirs = draw(st.sampled_from(known))
        return (
            f"select o.{name(theirs[0])} as one, i.{first} as two from {name(source)} i "
            f"left join {name(other)} as o on o.{name(theirs[0])} is null",
            ["one", "two"],
            False,
        )
    if shape == 5:
        return f"select {first} as u from {name(source)} union all select 1 /* c */", ["u"], False
    if shape == 6:
        both = "'a' || 'b'" if "PIPES" in mode or mode == "ANSI" else "concat('a', \"b\")"
        if "ANSI" in mode:
            both = both.replace('"', "'")
        odd = draw(one_of("_latin1'é'", "N'n'", "x'41'", "0b11", "date '2020-02-03'", "1e3", "-.5"))
        return f"select {both} as t, {odd} as `x'y`", ["t", "x'y"], False
    if shape == 7:
        return (
            f"select case when exists (select 1 from {name(source)}) then {text} else null end "
            f"as c, not 1 between 2 and 3 as n",
            ["c", "n"],
            False,
        )
    # MySQL spoils a text that it compares with binary (tests/cases/views.yaml), unless a function says it.
    said = text if text.isascii() else f"concat({text})"
    return (
        f"with w as (select {first} as q from {name(source)}) select q from w where q = {said}",
        ["q"],
        False,
    )


@st.composite
def triggers(draw: Draw, flavour: Flavour, tables: Sequence[DrawnTable]) -> list[Made]:
    found = []
    made: dict[tuple[str, str], list[str]] = {}
    for given in draw(
        st.lists(one_of("tr1", "tr2", "Tr3", "tr`4", "é", "tr5"), max_size=5, unique=True)
    ):
        table = draw(st.sampled_from(tables))
        session = draw(sessions())
        mode = session.get("sql_mode", "")
        moment = f"{draw(one_of('before', 'after'))} {draw(one_of('insert', 'insert', 'update', 'delete'))}"
        earlier = made.setdefault((table.name, moment), [])
        place = ""
        if earlier and seldom(draw, 2):
            place = f"{draw(one_of('follows', 'precedes'))} {name(draw(st.sampled_from(earlier)))} "
        body = draw(bodies(mode, "trigger"))
        writable = [
            column
            for column in table.columns
            if column.kind in ("whole", "string") and not column.is_generated
        ]
        if moment in ("before insert", "before update") and writable and draw(st.booleans()):
            column = name(draw(st.sampled_from(writable)).name)
            body = draw(
                one_of(f"set new.{column} = new.{column}", f"begin set NEW.{column} = null; end")
            )
        earlier.append(given)
        sql = (
            f"create {draw(one_of(*_DEFINERS))}trigger {name(given)} {moment} on {name(table.name)} "
            f"for each row {place}{body}"
        )
        found.append(Made(sql, session))
    return found


@st.composite
def events(draw: Draw) -> list[Made]:
    found = []
    for given in draw(st.lists(one_of("e1", "E2", "e`3"), max_size=2, unique=True)):
        session = draw(sessions(zoned=True))
        mode = session.get("sql_mode", "")
        schedule = draw(
            one_of(
                "every 1 day starts '2035-01-01 00:00:00'",
                "every 1 day starts '2035-01-01 02:30:00' ends '2036-12-31 00:00:00'",
                "every '1:30' hour_minute starts '2035-06-01'",
                "every 3 quarter starts '2035-06-01'",
                "at '2036-02-29 12:00:00'",
                "at '2036-03-01'",
            )
        )
        words = [
            draw(one_of("", "on completion preserve", "on completion not preserve")),
            draw(one_of("", "enable", "disable", "disable on slave")),
        ]
        if seldom(draw, 3):
            words.append(f"comment {text_in(mode, draw(TEXTS))}")
        found.append(
            Made(
                f"create {draw(one_of(*_DEFINERS))}event {name(given)} on schedule {schedule} "
                f"{' '.join(filter(None, words))} do {draw(bodies(mode, 'event'))}",
                session,
            )
        )
    return found
