"""What a statement by hand loses of the rows, each loss with the SELECT that counts it.

Known from the statement and the definitions. A DELETE is counted by its very condition, an UPDATE by the
values that it puts others in the place of, a REPLACE by the keys that it writes. Where that cannot be said
in a SELECT there is none, and the approval is asked for all the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from plumbob.ddl.data_steps import Assignment, DataStep, NotRead, read_data_step
from plumbob.ddl.lexer import Token, tokenize
from plumbob.ddl.quote import quote_name
from plumbob.model import Column, Flavour, ForeignKey, Index, Renames, Schema, Table
from plumbob.plan.hazards import drop_table
from plumbob.plan.named import Named, parse_named
from plumbob.plan.rows import Rows, count_sql, example_sql
from plumbob.plan.statement import Hazard, Loss

_DELETED = "rows are deleted"
_CASCADED = "rows are deleted with those of {}, which they refer to"
_UNSET = "values are set to NULL, because the rows of {} that they refer to are deleted"
_OVERWRITTEN = "values that are there are overwritten"
_REPLACED = "rows with the same key are deleted, and others take their place"
# Not to be called by a SELECT that only counts: what takes long, or leaves something behind.
_NOT_CALLED = (
    "sleep", "benchmark", "get_lock", "release_lock", "release_all_locks", "nextval", "lastval",
    "setval", "next", "load_file",
)  # fmt: skip
# More rows in one INSERT than a SELECT is to be made of.
_MOST_ROWS = 200
_NEW = "plumbob_new"


@dataclass(frozen=True, slots=True)
class Before:
    """The database ahead of a statement.

    Attributes:
        schema: as it is then.
        start: as it was ahead of the first statement of the file: what the file itself has made since
            holds nothing that could be lost.
        renames: what the statements in between have renamed.
    """

    schema: Schema
    start: Schema
    renames: Renames
    flavour: Flavour

    def table(self, name: str) -> Table | None:
        """The table of this name, if it was there at the start."""
        wanted = name.lower()
        found = next((t for n, t in self.schema.tables.items() if n.lower() == wanted), None)
        return found if found and self._old(found) else None

    def has(self, table: Table, column: str) -> bool:
        """Whether a column was there at the start."""
        old, found = self._old(table), table.column(column)
        if old is None or found is None:
            return False
        name = self.renames.columns.get((table.name, found.name), found.name)
        return old.column(name) is not None

    def _old(self, table: Table) -> Table | None:
        return self.start.tables.get(self.renames.tables.get(table.name, table.name))


def data_losses(sql: str, before: Before) -> tuple[Hazard, ...]:
    """The hazards of a statement that changes rows, empties tables or runs a procedure."""
    tokens = tokenize(sql, before.flavour, is_lenient=True)
    words = [each.value if each.kind == "word" else "" for each in tokens]
    match words[0]:
        case "truncate":
            name = _name(tokens, 2 if words[1] == "table" else 1)
            return tuple(_emptied(before.table(name)))
        case "alter":
            return tuple(_altered(tokens, words, before))
        case "create" if words[1:3] == ["or", "replace"] and words[3] == "table":
            table = before.table(_name(tokens, 4))
            hazards = (drop_table(table),) if table else ()
            return tuple(replace(each, count=count_sql(Rows(table))) for each in hazards if table)
        case "call":
            return (_called(sql[tokens[1].start :].partition("(")[0]),)
        case "delete" | "update" | "insert" | "replace" | "with":
            return tuple(dict.fromkeys(_of_step(sql, tokens, before)))
    return ()


def _called(name: str) -> Hazard:
    called = parse_named(name.strip().rstrip(";"))
    return Hazard("call-procedure", called, "what a procedure does to the rows nobody knows before")


def _emptied(table: Table | None) -> Iterator[Hazard]:
    if table is not None:
        yield Hazard(
            "truncate-table", Named(table.name), "all rows are lost", count_sql(Rows(table))
        )


def _altered(tokens: list[Token], words: list[str], before: Before) -> Iterator[Hazard]:
    """ALTER TABLE … TRUNCATE PARTITION, EXCHANGE PARTITION and DISCARD TABLESPACE."""
    if "table" not in words[1:4]:
        return
    place = words.index("table") + 1
    table = before.table(_name(tokens, place))
    if table is None:
        return
    for number in range(place, len(words) - 1):
        match words[number], words[number + 1]:
            case ("truncate" | "discard" | "exchange") as verb, "partition":
                what = "all rows of the partition are lost"
                if verb == "exchange":
                    what = "all rows of the partition go into the other table"
                for name in _partitions(tokens, number + 2, table):
                    rows = Rows(table, of=f"PARTITION ({quote_name(name)})")
                    object = Named(table.name, name)
                    yield Hazard("truncate-partition", object, what, count_sql(rows))
            case "discard", "tablespace":
                yield from _emptied(table)


def _partitions(tokens: list[Token], place: int, table: Table) -> Iterator[str]:
    """The partitions of a list of names, or ALL."""
    if tokens[place].value.lower() == "all":
        yield from (each.name for each in (table.partitions.listed if table.partitions else ()))
        return
    while tokens[place].kind in ("word", "name"):
        yield _name(tokens, place)
        if tokens[place + 1].text != ",":
            return
        place += 2


def _name(tokens: list[Token], place: int) -> str:
    token = tokens[min(place, len(tokens) - 1)]
    return token.text if token.kind == "word" else token.value


def _of_step(sql: str, tokens: list[Token], before: Before) -> Iterator[Hazard]:
    try:
        step = read_data_step(sql, before.flavour)
    except NotRead:
        yield from _not_read(tokens, before)
        return
    if step is None:
        return
    if step.is_history:
        table = before.table(step.targets[0])
        if table is not None:
            yield Hazard("drop-history", Named(table.name), "the history of the rows is lost")
        return
    match step.verb:
        case "delete":
            yield from _deleted(step, before)
        case "update":
            yield from _updated(step, before)
        case _:
            yield from _written(step, before)


def _not_read(tokens: list[Token], before: Before) -> Iterator[Hazard]:
    """All tables that it may mean, and no SELECT."""
    verb = next(
        each.value for each in tokens if each.value in ("delete", "update", "insert", "replace")
    )
    if verb == "insert" and "duplicate" not in {each.value for each in tokens}:
        return
    names = dict.fromkeys(_name(tokens, n) for n in range(len(tokens) - 1))
    for name in names:
        table = before.table(name)
        if table is None:
            continue
        if verb in ("update", "insert"):
            yield from (
                Hazard("overwrite-column", Named(table.name, each.name), _OVERWRITTEN)
                for each in table.columns
                if each.name in names and before.has(table, each.name)
            )
        else:
            what = _DELETED if verb == "delete" else _REPLACED
            kind: Loss = "delete-rows" if verb == "delete" else "replace-rows"
            yield Hazard(kind, Named(table.name), what)


@dataclass(frozen=True, slots=True)
class _Meant:
    """The rows of one table that a statement means, as SQL behind SELECT.

    `is_single`: no other table is read beside it; `as_` is what the table is called in `source`.
    """

    table: Table
    as_: str
    source: str
    where: str = ""
    with_: str = ""
    is_single: bool = True

    def column(self, name: str) -> str:
        return quote_name(name) if self.is_single else f"{quote_name(self.as_)}.{quote_name(name)}"

    def count(self, more: str = "") -> str:
        """The SELECT that counts them, those for which more holds."""
        where = " AND ".join(f"({each})" for each in (self.where, more) if each)
        if more and not self.where:
            where = more
        elif self.where and not more:
            where = self.where
        prefix = "" if self.is_single else f"{quote_name(self.as_)}."
        number, key = "COUNT(*)", self.table.primary_key
        if not self.is_single and key is not None:
            number = (
                f"COUNT(DISTINCT {', '.join(prefix + quote_name(each) for each in key.columns)})"
            )
        example = example_sql(self.table, prefix)
        clause = f" WHERE {where}" if where else ""
        sql = f"SELECT {number}, {example} FROM {self.source}{clause}"
        if not self.with_:
            return sql
        named = f"SELECT {number} AS `rows`, {example} AS `example` FROM {self.source}{clause}"
        return f"SELECT `rows`, `example` FROM ({self.with_} {named}) AS `found`"

    def select(self, columns: Iterable[str]) -> str:
        """The SELECT that gives these columns of theirs."""
        clause = f" WHERE {self.where}" if self.where else ""
        sql = f"SELECT {', '.join(map(self.column, columns))} FROM {self.source}{clause}"
        return f"{self.with_} {sql}" if self.with_ else sql


def _meant(step: DataStep, alias: str, table: Table) -> _Meant | None:
    """Which rows of one of its tables a step means; None where no SELECT is to say it."""
    if _calls(f"{step.where} {step.source} {step.with_}"):
        return None
    where = f" WHERE {step.where}" if step.where else ""
    found = _Meant(table, alias, step.source, step.where, step.with_, len(step.tables) == 1)
    if step.limit:
        inner = f"SELECT * FROM {step.source}{where} {step.limit}"
        return replace(found, source=f"({inner}) AS {quote_name(alias)}", where="")
    return found


def _calls(sql: str) -> bool:
    """Whether a text calls what a count is not to call."""
    return any(each.value.lower() in _NOT_CALLED for each in tokenize(sql, is_lenient=True))


def _targets(step: DataStep, before: Before) -> Iterator[tuple[Table, _Meant | None]]:
    aliases = {alias.lower(): alias for alias in step.tables}
    for target in step.targets:
        alias = aliases.get(target.lower(), target)
        table = before.table(step.tables.get(alias, target))
        if table is not None:
            yield table, _meant(step, alias, table)


def _deleted(step: DataStep, before: Before) -> Iterator[Hazard]:
    for table, rows in _targets(step, before):
        yield Hazard("delete-rows", Named(table.name), _DELETED, rows.count() if rows else "")
        yield from _below(table, rows, before, {table.name})


def _below(table: Table, rows: _Meant | None, before: Before, seen: set[str]) -> Iterator[Hazard]:
    """What foreign keys delete or set to NULL below rows that go."""
    for child in before.schema.tables.values():
        for key in child.foreign_keys:
            is_theirs = key.parent_schema is None and key.parent.lower() == table.name.lower()
            if not is_theirs or child.name in seen or before.table(child.name) is None:
                continue
            below = _referring(child, key, rows)
            count = below.count() if below else ""
            if key.on_delete == "CASCADE":
                what = _CASCADED.format(table.name)
                yield Hazard("delete-rows", Named(child.name), what, count)
                yield from _below(child, below, before, {*seen, child.name})
            elif key.on_delete == "SET NULL":
                what = _UNSET.format(table.name)
                for column in key.columns:
                    object = Named(child.name, column)
                    yield Hazard("overwrite-column", object, what, count)


def _referring(child: Table, key: ForeignKey, rows: _Meant | None) -> _Meant | None:
    if rows is None:
        return None
    columns = ", ".join(map(quote_name, key.columns))
    # One SELECT around another: MySQL takes no LIMIT and no WITH right behind IN.
    parents = f"SELECT * FROM ({rows.select(key.parent_columns)}) AS `gone`"
    return _Meant(child, child.name, quote_name(child.name), f"({columns}) IN ({parents})")


def _updated(step: DataStep, before: Before) -> Iterator[Hazard]:
    earlier: set[str] = set()
    for each in step.assignments:
        alias = _owner(step, each, before)
        table = before.table(step.tables[alias]) if alias else None
        if table is not None and alias and before.has(table, each.column):
            rows = _meant(step, alias, table)
            count = rows.count(_changed(each, table, rows, earlier)) if rows else ""
            column = table.column(each.column)
            name = column.name if column else each.column
            yield Hazard("overwrite-column", Named(table.name, name), _OVERWRITTEN, count)
        earlier.add(each.column.lower())


def _owner(step: DataStep, assigned: Assignment, before: Before) -> str | None:
    """The alias of the table that an assigned column belongs to."""
    if assigned.table:
        wanted = assigned.table.lower()
        return next((alias for alias in step.tables if alias.lower() == wanted), None)
    for alias, name in step.tables.items():
        table = before.table(name)
        if len(step.tables) == 1 or (table is not None and table.column(assigned.column)):
            return alias
    return None


def _changed(assigned: Assignment, table: Table, rows: _Meant, earlier: set[str]) -> str:
    """The condition of rows whose value another one replaces."""
    old, new = rows.column(assigned.column), assigned.value
    there = f"{old} IS NOT NULL"
    words = {each.value.lower() for each in tokenize(new, is_lenient=True)}
    column = table.column(assigned.column)
    # Behind the assignment of another column its name means the new value.
    if column is None or "default" in words or words & earlier or _calls(new):
        return there
    if column.type.charset is not None:
        # What a collation takes for the same is another text.
        old, new = f"CAST({old} AS BINARY)", f"CAST(({new}) AS BINARY)"
        return f"{there} AND NOT ({old} <=> {new})"
    return f"{there} AND NOT ({old} <=> ({new}))"


def _written(step: DataStep, before: Before) -> Iterator[Hazard]:
    """REPLACE, and INSERT … ON DUPLICATE KEY UPDATE: rows whose key is written once more."""
    table = before.table(step.targets[0])
    if table is None or (step.verb == "insert" and not step.assignments):
        return
    where = _same_key(step, table)
    if where == "":
        return
    rows = None
    if where is not None:
        rows = _Meant(table, table.name, quote_name(table.name), where)
    if step.verb == "replace":
        yield Hazard("replace-rows", Named(table.name), _REPLACED, rows.count() if rows else "")
        yield from _below(table, rows, before, {table.name})
        return
    for each in step.assignments:
        if before.has(table, each.column) and not _is_itself(each):
            column = table.column(each.column)
            name = column.name if column else each.column
            count = rows.count(f"{quote_name(name)} IS NOT NULL") if rows else ""
            yield Hazard("overwrite-column", Named(table.name, name), _OVERWRITTEN, count)


def _is_itself(assigned: Assignment) -> bool:
    """`id = id`, which people write where nothing is to change."""
    tokens = tokenize(assigned.value, is_lenient=True)
    names = [each.value.lower() for each in tokens if each.kind in ("word", "name")]
    return len(tokens) in (2, 4) and names[-1:] == [assigned.column.lower()]


def _same_key(step: DataStep, table: Table) -> str | None:
    """The condition of rows with a key that is written; "" for none, None where no SELECT can say it."""
    written = _columns(step, table)
    keys = [each for each in table.indexes if each.kind in ("primary", "unique")]
    found: list[str] = []
    for key in keys:
        if len(key.columns) != len(key.parts) or any(each.length for each in key.parts):
            return None
        missing = [name for name in key.columns if name.lower() not in written]
        if any(_is_alike(table.column(name)) for name in missing):
            return None
        if missing:
            continue
        places = [written.index(name.lower()) for name in key.columns]
        same = (
            _of_values(step, key, places)
            if step.rows is not None
            else _of_query(step, key, places, len(written))
        )
        if same is None:
            return None
        found += same
    return " OR ".join(found)


def _columns(step: DataStep, table: Table) -> list[str]:
    """The columns that are written, in order, in lower case."""
    if step.columns is not None:
        return [name.lower() for name in step.columns]
    return [each.name.lower() for each in table.columns if not each.invisible]


def _is_alike(column: Column | None) -> bool:
    """Whether two rows that leave a column out get the same value in it."""
    if column is None:
        return True
    return not column.auto_increment and column.default is not None


def _of_values(step: DataStep, key: Index, places: list[int]) -> list[str] | None:
    rows = step.rows or ()
    if len(rows) > _MOST_ROWS or any(_calls(value) for row in rows for value in row):
        return None
    names, found = [quote_name(name) for name in key.columns], []
    for row in rows:
        if len(row) <= max(places):
            return None
        values = [row[place] for place in places]
        if any(each.lower() == "default" for each in values):
            return None
        found.append(
            " AND ".join(f"{name} = {value}" for name, value in zip(names, values, strict=True))
        )
    return [f"({each})" for each in found]


def _of_query(step: DataStep, key: Index, places: list[int], width: int) -> list[str] | None:
    """By the names that a first SELECT without rows gives to the columns of the query."""
    if _calls(step.query):
        return None
    heads = ", ".join(f"NULL AS `c{number}`" for number in range(width))
    query = step.query if step.query.startswith("(") else f"({step.query})"
    new = f"(SELECT {heads} FROM DUAL WHERE FALSE UNION ALL {query}) AS `{_NEW}`"
    names = ", ".join(map(quote_name, key.columns))
    values = ", ".join(f"`c{place}`" for place in places)
    return [f"({names}) IN (SELECT {values} FROM {new})"]
