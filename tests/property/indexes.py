"""Random indexes of a table that has its columns, primary key and engine already."""

from __future__ import annotations

from hypothesis import strategies as st

from plumbob.model import Flavour
from tests.property.drawn import Draw, DrawnColumn, DrawnTable, name, one_of, seldom

_NAMES = ("k1", "k2", "k3", "K4", "ix_ü")


def draw_indexes(draw: Draw, table: DrawnTable, flavour: Flavour) -> None:
    for given in draw(st.lists(one_of(*_NAMES), max_size=3, unique_by=str.lower)):
        kind = draw(one_of("key", "index", "unique", "fulltext", "functional", "spatial"))
        line = _KINDS[kind](draw, table, flavour, name(given))
        if line:
            table.lines.append(line)


def _ordinary(draw: Draw, table: DrawnTable, flavour: Flavour, given: str) -> str:
    parts = draw(key_parts(table, most=3))
    if not parts:
        return ""
    # One index may go without a name.
    shown = "" if given == "`k3`" else given
    hidden = "invisible" if flavour.is_mysql else "ignored"
    options = ["", "", "comment 'why'", "using btree", hidden]
    return f"{draw(one_of('key', 'index'))} {shown} ({parts}) {draw(st.sampled_from(options))}"


def _unique(draw: Draw, table: DrawnTable, flavour: Flavour, given: str) -> str:
    parts = "" if table.is_partitioned else draw(key_parts(table, most=3))
    return f"{draw(one_of('unique', 'unique key'))} {given} ({parts})" if parts else ""


def _functional(draw: Draw, table: DrawnTable, flavour: Flavour, given: str) -> str:
    whole = [column for column in table.of_kind("whole") if not column.is_auto]
    if flavour.is_mariadb or not whole or table.engine != "innodb" or table.is_partitioned:
        return ""
    column = name(draw(st.sampled_from(whole)).name)
    formula = draw(one_of(f"{column} + 1", f"{column} * 2", f"coalesce({column}, 0)"))
    return f"key {given} (({formula}){draw(one_of('', ' desc'))})"


def _fulltext(draw: Draw, table: DrawnTable, flavour: Flavour, given: str) -> str:
    texts = [
        column
        for column in table.of_kind("string", "large")
        if _is_text(column) and not column.is_generated
    ]
    if not texts or table.is_partitioned or table.engine == "memory":
        return ""
    column = draw(st.sampled_from(texts))
    parser = " with parser ngram" if flavour.is_mysql and seldom(draw, 4) else ""
    return f"fulltext key {given} ({name(column.name)}){parser}"


def _is_text(column: DrawnColumn) -> bool:
    return "blob" not in column.type and "binary" not in column.type


def _spatial(draw: Draw, table: DrawnTable, flavour: Flavour, given: str) -> str:
    places = [column for column in table.of_kind("point") if not column.null]
    if not places or table.is_partitioned or table.engine == "memory":
        return ""
    return f"spatial key {given} ({name(places[0].name)})"


_KINDS = {
    "key": _ordinary,
    "index": _ordinary,
    "unique": _unique,
    "fulltext": _fulltext,
    "functional": _functional,
    "spatial": _spatial,
}


@st.composite
def key_parts(draw: Draw, table: DrawnTable, most: int) -> str:
    """Key parts in all their forms; nothing where no column can be one."""
    usable = [column for column in table.columns if column.may_be_key or _has_prefix(column, table)]
    if not usable:
        return ""
    chosen = draw(
        st.lists(st.sampled_from(usable), min_size=1, max_size=most, unique_by=lambda c: c.name)
    )
    return ", ".join(_part(draw, column, table) for column in chosen)


def _has_prefix(column: DrawnColumn, table: DrawnTable) -> bool:
    return column.kind == "large" and "tiny" not in column.type and table.engine != "memory"


def _part(draw: Draw, column: DrawnColumn, table: DrawnTable) -> str:
    part = name(column.name)
    if column.kind == "large":
        part += f"({draw(one_of(5, 20))})"
    elif column.length == 255 and not column.is_generated and draw(st.booleans()):
        part += "(10)"
    elif column.length == 64 and seldom(draw):
        part += "(64)"
    if table.engine != "innodb":
        return part
    return part + draw(one_of("", "", " desc", " asc"))
