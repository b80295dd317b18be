"""Random schemas for property tests: CREATE TABLE statements as people write them, valid on one server.

Names come from small pools, so that two schemas drawn apart have much in common and much that differs.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from hypothesis import strategies as st

from plumbob.model import Flavour

TABLES = ("t1", "t2", "order", "a`b")
COLUMNS = ("a", "b", "c", "d", "e", "Key", "é x")
TEXTS = st.text(st.sampled_from("aZ0 _-%'\"\\`;{}\n\tйé€/*#"), max_size=6).map(
    lambda text: text.rstrip(" ")
)
Draw = st.DrawFn


def quoted(text: str) -> str:
    return "'" + text.replace("\\", "\\\\").replace("'", "''").replace("\n", "\\n") + "'"


def name(text: str) -> str:
    return "`" + text.replace("`", "``") + "`"


@dataclass
class Drawn:
    """A column while its table is being drawn."""

    name: str
    type: str
    kind: str
    null: bool = True
    words: str = ""
    is_auto: bool = False
    is_generated: bool = False
    is_virtual: bool = False
    bytes: int = 8
    charset: str = ""


@dataclass
class DrawnTable:
    name: str
    columns: list[Drawn]
    lines: list[str] = field(default_factory=list)
    options: str = ""
    key: Drawn | None = None
    is_innodb: bool = True
    is_partitioned: bool = False
    in_foreign_keys: set[str] = field(default_factory=set)


@st.composite
def numbers(draw: Draw) -> Drawn:
    base = draw(
        st.sampled_from(
            (
                "tinyint",
                "smallint",
                "mediumint",
                "int",
                "bigint",
                "integer",
                "bool",
                "tinyint(1)",
                "int(7)",
            )
        )
    )
    sign = draw(st.sampled_from(("", "", " unsigned", " zerofill")))
    if base in ("bool",):
        sign = ""
    default = draw(
        st.sampled_from(
            ("", " default 0", " default '1'", " default 7", " default null", " default true")
        )
    )
    return Drawn("", base + sign, "int", words=default)


@st.composite
def decimals(draw: Draw) -> Drawn:
    base = draw(
        st.sampled_from(
            (
                "decimal",
                "decimal(8)",
                "decimal(12,3)",
                "numeric(5,2) unsigned",
                "float",
                "double",
                "real",
                "float(30)",
                "double(8,2)",
                "float(7,3)",
            )
        )
    )
    default = draw(
        st.sampled_from(("", " default 0", " default 1.5", " default '2.25'", " default null"))
    )
    return Drawn("", base, "decimal", words=default)


_CHARSETS = (
    ("", ""),
    ("", ""),
    (" character set latin1", "latin1"),
    (" collate utf8mb4_bin", "utf8mb4"),
    (" character set utf8mb4 collate utf8mb4_unicode_ci", "utf8mb4"),
    (" charset ascii", "ascii"),
    (" character set utf8", "utf8mb3"),
)


@st.composite
def strings(draw: Draw) -> Drawn:
    length = draw(st.sampled_from((1, 20, 64, 255)))
    base = draw(st.sampled_from(("varchar", "char", "character varying")))
    words, charset = draw(st.sampled_from(_CHARSETS))
    text = (
        draw(TEXTS)
        if charset in ("", "utf8mb4")
        else draw(st.sampled_from(("", "x", "it's", "a\\b")))
    )
    default = draw(
        st.sampled_from(
            (
                "",
                " default null",
                f" default {quoted(text[:length].rstrip())}",
                " default 'NULL'"[: 16 if length > 5 else 0],
            )
        )
    )
    return Drawn(
        "",
        f"{base}({length}){words}",
        "string",
        words=default,
        bytes=length * 4,
        charset=charset + words,
    )


@st.composite
def labels(draw: Draw) -> Drawn:
    kind = draw(st.sampled_from(("enum", "set")))
    values = draw(
        st.lists(
            st.sampled_from(("new", "old", "it's", "a b", "Ä", "x\\y", "50%")),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    default = draw(st.sampled_from(("", " default null", f" default {quoted(values[0])}")))
    return Drawn("", f"{kind}({','.join(map(quoted, values))})", "label", words=default, bytes=8)


@st.composite
def moments(draw: Draw, flavour: Flavour) -> Drawn:
    fraction = draw(st.sampled_from(("", "(3)", "(6)")))
    base = draw(st.sampled_from(("datetime", "timestamp")))
    now = f"current_timestamp{fraction}"
    default = draw(
        st.sampled_from(
            (
                "",
                f" default {now}",
                f" default {now} on update {now}",
                " default '2020-02-03 04:05:06'",
                " default null",
                f" on update {now}",
            )
        )
    )
    return Drawn("", base + fraction, "moment", words=default)


@st.composite
def others(draw: Draw, flavour: Flavour) -> Drawn:
    choices = [
        ("date", " default '2020-01-02'"),
        ("time", " default '10:00:00'"),
        ("time(2)", ""),
        ("year", " default '1999'"),
        ("bit(4)", " default b'101'"),
        ("bit", ""),
        ("binary(3)", " default 'abc'"),
        ("varbinary(9)", " default 0x00FF"),
        ("binary(16)", ""),
        ("date", " default null"),
    ]
    large = [
        ("text", ""),
        ("mediumtext", ""),
        ("blob", ""),
        ("tinytext", ""),
        ("text(300)", ""),
        ("json", ""),
        ("longblob", ""),
    ]
    if flavour.is_mysql:
        large += [
            ("json", " default (json_array())"),
            ("text", " default ('x')"),
            ("vector(3)", ""),
            ("geometry", ""),
            ("point srid 4326", ""),
        ]
        choices += [
            ("varchar(40)", " default (uuid())"),
            ("int", " default (1 + 2)"),
            ("date", " default (curdate())"),
        ]
    else:
        large += [
            ("text", " default 'x'"),
            ("json", " default json_array()"),
            ("point", ""),
            ("geometry", ""),
        ]
        choices += [
            ("varchar(40)", " default uuid()"),
            ("int", " default (1 + 2)"),
            ("uuid", ""),
            ("inet6", ""),
        ]
    base, default = draw(st.sampled_from(choices + large))
    kind = "large" if (base, default) in large else "other"
    if base in ("varchar(40)", "int", "uuid", "inet6"):
        kind = "special"
    return Drawn("", base, kind, words=draw(st.sampled_from(("", default))))


@st.composite
def columns(draw: Draw, flavour: Flavour) -> Drawn:
    column = draw(
        st.one_of(numbers(), strings(), decimals(), labels(), moments(flavour), others(flavour))
    )
    if "null" not in column.words.split() and draw(st.booleans()):
        column.null = False
    extra = ""
    if draw(st.integers(0, 5)) == 0:
        extra += f" comment {quoted(draw(TEXTS))}"
    if draw(st.integers(0, 12)) == 0 and (not column.null and column.words or column.null):
        extra += " invisible"
    column.words = (
        (" not null" if not column.null else draw(st.sampled_from(("", " null"))))
        + column.words
        + extra
    )
    return column


def is_keyable(column: Drawn) -> bool:
    return column.kind in ("int", "decimal", "string", "label", "moment", "other", "special")


@st.composite
def key_parts(draw: Draw, table: DrawnTable, flavour: Flavour, most: int = 3) -> str:
    usable = [
        c
        for c in table.columns
        if is_keyable(c)
        or (c.kind == "large" and c.type.split("(")[0] in ("text", "blob", "mediumtext"))
    ]
    if not usable:
        return ""
    chosen = draw(
        st.lists(st.sampled_from(usable), min_size=1, max_size=most, unique_by=lambda c: c.name)
    )
    parts = []
    for column in chosen:
        part = name(column.name)
        if column.kind == "large":
            part += f"({draw(st.sampled_from((5, 20)))})"
        elif column.kind == "string" and "(255)" in column.type and draw(st.booleans()):
            part += "(10)"
        parts.append(part + draw(st.sampled_from(("", "", " desc", " asc"))))
    return ", ".join(parts)


@st.composite
def indexes(draw: Draw, table: DrawnTable, flavour: Flavour) -> None:
    for number in range(draw(st.integers(0, 3))):
        kind = draw(
            st.sampled_from(
                ("key", "key", "unique key", "index", "fulltext key", "functional", "spatial key")
            )
        )
        given = draw(st.sampled_from(("k1", "k2", "k3", "K4", "ix_ü"))) + (
            "" if number == 0 else str(number)
        )
        options = draw(
            st.sampled_from(
                (
                    "",
                    "",
                    " comment 'why'",
                    " using btree",
                    " invisible" if flavour.is_mysql else " ignored",
                )
            )
        )
        if kind == "functional":
            whole = [c for c in table.columns if c.kind == "int" and not c.is_auto]
            if flavour.is_mysql and whole and table.is_innodb and not table.is_partitioned:
                column = draw(st.sampled_from(whole))
                table.lines.append(
                    f"key {name(given)} (({name(column.name)} + {draw(st.integers(1, 3))}))"
                )
            continue
        if kind == "fulltext key":
            texts = [
                c
                for c in table.columns
                if c.kind == "string" and not c.charset and not c.is_generated
            ]
            if texts and not table.is_partitioned and table.is_innodb:
                column = draw(st.sampled_from(texts))
                table.lines.append(f"fulltext key {name(given)} ({name(column.name)})")
            continue
        if kind == "spatial key":
            places = [c for c in table.columns if c.type.startswith("point") and not c.null]
            if (
                places
                and table.is_innodb
                and not table.is_partitioned
                and not (flavour.is_mysql and "srid" not in places[0].type)
            ):
                table.lines.append(f"spatial key {name(given)} ({name(places[0].name)})")
            continue
        if kind == "unique key" and table.is_partitioned:
            continue
        parts = draw(key_parts(table, flavour))
        if not table.is_innodb:
            parts = parts.replace(" desc", "")
        if parts:
            shown = (
                draw(st.sampled_from((name(given), name(given), "")))
                if number == 0
                else name(given)
            )
            table.lines.append(f"{kind} {shown} ({parts}){options}")


@st.composite
def tables(draw: Draw, flavour: Flavour, table_name: str) -> DrawnTable:
    names = draw(st.lists(st.sampled_from(COLUMNS), min_size=1, max_size=5, unique=True))
    table = DrawnTable(table_name, [])
    for place, column_name in enumerate(names):
        column = draw(columns(flavour))
        column.name = column_name
        if place == 0:
            column.words = column.words.replace(" invisible", "")
        table.columns.append(column)
    _draw_generated(draw, table, flavour)
    _draw_primary_key(draw, table)
    _draw_options(draw, table, flavour)
    draw(indexes(table, flavour))
    _draw_checks(draw, table, flavour)
    return table


def _draw_generated(draw: Draw, table: DrawnTable, flavour: Flavour) -> None:
    whole = [c for c in table.columns if c.kind == "int"]
    if whole and draw(st.integers(0, 2)) == 0:
        base = draw(st.sampled_from(whole))
        kind = draw(st.sampled_from(("virtual", "stored")))
        formula = draw(
            st.sampled_from(
                (
                    "{0} + 1",
                    "coalesce({0}, 2)",
                    "{0} * 2 + 3",
                    "case when {0} > 3 then 1 else 0 end",
                )
            )
        )
        extra = draw(st.sampled_from(("", "", " comment 'g'")))
        column = Drawn(
            "g",
            "bigint",
            "int",
            words=f" as ({formula.format(name(base.name))}) {kind}{extra}",
            is_generated=True,
            is_virtual=kind == "virtual",
        )
        table.columns.insert(draw(st.integers(0, len(table.columns))), column)


def _draw_primary_key(draw: Draw, table: DrawnTable) -> None:
    choice = draw(st.sampled_from(("auto", "auto", "column", "composite", "none")))
    if choice == "auto":
        column = Drawn(
            "id",
            draw(st.sampled_from(("int", "bigint unsigned", "int unsigned"))),
            "int",
            False,
            is_auto=True,
        )
        inline = draw(st.booleans())
        column.words = " not null auto_increment" + (" primary key" if inline else "")
        table.columns.insert(draw(st.sampled_from((0, 0, len(table.columns)))), column)
        if not inline:
            table.lines.append("primary key (`id`)")
        table.key = column
        return
    usable = [
        c
        for c in table.columns
        if is_keyable(c)
        and not c.null
        and not c.is_generated
        and "invisible" not in c.words
        and c.kind in ("int", "string", "moment", "decimal")
    ]
    if choice in ("column", "composite") and usable:
        chosen = usable[: 1 if choice == "column" else 2]
        table.lines.append("primary key (" + ",".join(name(c.name) for c in chosen) + ")")
        if len(chosen) == 1 and chosen[0].kind == "int":
            table.key = chosen[0]


def _draw_options(draw: Draw, table: DrawnTable, flavour: Flavour) -> None:
    options = []
    engine = draw(
        st.sampled_from(("", "", "", "", "", "engine=innodb", "engine=myisam", "engine=memory"))
    )
    has_large = any(c.kind == "large" or c.is_generated for c in table.columns)
    if engine.endswith("memory") and (has_large or any("desc" in line for line in table.lines)):
        engine = ""
    if engine.endswith("myisam") and any("srid" in c.type for c in table.columns):
        engine = ""
    table.is_innodb = engine in ("", "engine=innodb")
    if engine.endswith(("memory", "myisam")) and any("default (" in c.words for c in table.columns):
        engine = ""
    options.append(engine)
    options.append(
        draw(
            st.sampled_from(
                (
                    "",
                    "",
                    "",
                    "charset=latin1",
                    "collate=utf8mb4_bin",
                    "default charset utf8mb4 collate utf8mb4_unicode_ci",
                )
            )
        )
    )
    if draw(st.integers(0, 3)) == 0:
        options.append(f"comment={quoted(draw(TEXTS))}")
    if table.is_innodb:
        options.append(
            draw(
                st.sampled_from(
                    (
                        "",
                        "",
                        "row_format=dynamic",
                        "row_format=compact",
                        "stats_persistent=0",
                        "max_rows=1000",
                        "stats_sample_pages=9",
                    )
                )
            )
        )
    if "latin1" in " ".join(options):
        for column in table.columns:
            if column.kind in ("string", "label") and any(
                ord(ch) > 255 or ch == "€" for ch in column.words + column.type
            ):
                options = [option for option in options if "latin1" not in option]
                break
    if (
        table.is_innodb
        and table.key is not None
        and not table.key.is_generated
        and draw(st.integers(0, 9)) == 0
    ):
        only_key = not any("unique" in line for line in table.lines)
        if (
            only_key
            and not any(c.is_virtual for c in table.columns)
            and not any("geometry" in c.type or "point" in c.type for c in table.columns)
        ):
            table.is_partitioned = True
            key = name(table.key.name)
            options.append(
                draw(
                    st.sampled_from(
                        (
                            f"partition by hash ({key}) partitions 3",
                            f"partition by range ({key}) (partition p0 values less than (10), partition p1 values less than maxvalue)",
                            f"partition by key ({key}) partitions 2",
                        )
                    )
                )
            )
    table.options = " ".join(filter(None, options))


def _draw_checks(draw: Draw, table: DrawnTable, flavour: Flavour) -> None:
    whole = [c for c in table.columns if c.kind == "int" and not c.is_auto]
    for number in range(draw(st.integers(0, 2))):
        if not whole:
            return
        column = draw(st.sampled_from(whole))
        formula = draw(
            st.sampled_from(
                (
                    "{0} >= 0",
                    "{0} in (1, 2, 3) or {0} is null",
                    "{0} between 0 and 99",
                    "not ({0} = 5)",
                )
            )
        )
        given = draw(st.sampled_from((f"ck_{number}_{table.name}", f"ck_x{number}_{table.name}")))
        extra = draw(st.sampled_from(("", "", " not enforced"))) if flavour.is_mysql else ""
        table.lines.append(
            f"constraint {name(given)} check ({formula.format(name(column.name))}){extra}"
        )


@st.composite
def schemas(draw: Draw, flavour: Flavour) -> list[str]:
    """CREATE TABLE statements, parents first, and foreign keys added by ALTER TABLE where they close a circle."""
    chosen = draw(st.lists(st.sampled_from(TABLES), min_size=1, max_size=3, unique=True))
    drawn = [draw(tables(flavour, table_name)) for table_name in chosen]
    later = _draw_foreign_keys(draw, drawn)
    return [_statement(table) for table in drawn] + later


def _draw_foreign_keys(draw: Draw, drawn: list[DrawnTable]) -> list[str]:
    later: list[str] = []
    parents = [t for t in drawn if t.key is not None and t.is_innodb and not t.is_partitioned]
    for number in range(draw(st.integers(0, 2))):
        children = [t for t in drawn if t.is_innodb and not t.is_partitioned]
        if not parents or not children:
            break
        parent, child = draw(st.sampled_from(parents)), draw(st.sampled_from(children))
        assert parent.key is not None
        action = draw(
            st.sampled_from(
                (
                    "",
                    " on delete cascade",
                    " on delete set null",
                    " on update restrict",
                    " on delete no action",
                )
            )
        )
        column = Drawn(f"ref{number}", parent.key.type, "fk")
        child.columns.append(column)
        given = draw(st.sampled_from((f"fk{number}", f"fk_x{number}")))
        text = f"constraint {name(given)} foreign key ({name(column.name)}) references {name(parent.name)} ({name(parent.key.name)}){action}"
        if draw(st.booleans()):
            child.lines.append(f"key {name('ix_' + column.name)} ({name(column.name)})")
        later.append(f"alter table {name(child.name)} add {text}")
    return later


def _statement(table: DrawnTable) -> str:
    lines = [f"{name(c.name)} {c.type}{c.words}" for c in table.columns]
    body = ",\n  ".join(lines + table.lines)
    return f"create table {name(table.name)} (\n  {body}\n) {table.options}"
