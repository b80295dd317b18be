"""What is emptied as a whole: tables and partitions, by TRUNCATE and by ALTER TABLE."""

from __future__ import annotations

from collections.abc import Iterator

from plumbob.ddl.lexer import Token
from plumbob.ddl.quote import quote_name
from plumbob.model import Table
from plumbob.plan.data_losses.before import Before
from plumbob.plan.named import Named
from plumbob.plan.rows import Rows, count_sql
from plumbob.plan.statement import Hazard


def emptied(table: Table | None) -> Iterator[Hazard]:
    if table is not None:
        yield Hazard(
            "truncate-table", Named(table.name), "all rows are lost", count_sql(Rows(table))
        )


def altered(tokens: list[Token], words: list[str], before: Before) -> Iterator[Hazard]:
    """ALTER TABLE … TRUNCATE PARTITION, EXCHANGE PARTITION and DISCARD TABLESPACE."""
    if "table" not in words[1:4]:
        return
    place = words.index("table") + 1
    table = before.table(name_at(tokens, place))
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
                yield from emptied(table)


def _partitions(tokens: list[Token], place: int, table: Table) -> Iterator[str]:
    """The partitions of a list of names, or ALL."""
    if tokens[place].value.lower() == "all":
        yield from (each.name for each in (table.partitions.listed if table.partitions else ()))
        return
    while tokens[place].kind in ("word", "name"):
        yield name_at(tokens, place)
        if tokens[place + 1].text != ",":
            return
        place += 2


def name_at(tokens: list[Token], place: int) -> str:
    token = tokens[min(place, len(tokens) - 1)]
    return token.text if token.kind == "word" else token.value
