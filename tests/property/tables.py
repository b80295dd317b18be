"""Random tables: columns, generated columns, keys, indexes, checks, options and partitions."""

from __future__ import annotations

from hypothesis import strategies as st

from plumbob.model import Flavour
from tests.property.columns import columns
from tests.property.drawn import TEXTS, Draw, DrawnColumn, DrawnTable, name, one_of, quoted, seldom
from tests.property.indexes import draw_indexes
from tests.property.periods import draw_periods

_COLUMNS = ("a", "b", "c", "d", "e", "Key", "é x")


@st.composite
def tables(draw: Draw, flavour: Flavour, table_name: str) -> DrawnTable:
    table = DrawnTable(table_name)
    for given in draw(st.lists(one_of(*_COLUMNS), min_size=1, max_size=5, unique=True)):
        column = draw(columns(flavour))
        column.name = given
        table.columns.append(column)
    first = table.columns[0]
    first.extra = first.extra.replace("invisible", "").strip()
    _draw_generated(draw, table, flavour)
    _draw_primary_key(draw, table)
    _draw_engine(draw, table)
    _draw_options(draw, table, flavour)
    _draw_partitions(draw, table)
    if flavour.is_mariadb:
        draw_periods(draw, table)
    draw_indexes(draw, table, flavour)
    _draw_checks(draw, table, flavour)
    return table


def _draw_generated(draw: Draw, table: DrawnTable, flavour: Flavour) -> None:
    base = draw(st.sampled_from(table.columns))
    if base.kind not in ("whole", "string") or not draw(st.booleans()):
        return
    if base.kind == "whole":
        kind, made = "whole", draw(one_of("bigint", "int", "decimal(12,1)"))
        formula = draw(
            one_of(
                "{0} + 1", "coalesce({0}, 2)", "{0} * 2 + 3", "case when {0} > 3 then 1 else 0 end"
            )
        )
    else:
        kind, made = "plain", draw(one_of("varchar(80)", "varchar(80) collate utf8mb4_bin", "int"))
        formula = (
            "char_length({0})" if made == "int" else draw(one_of("concat({0},'x')", "upper({0})"))
        )
    how = draw(one_of("virtual", "stored", ""))
    if flavour.is_mariadb and how == "stored":
        how = draw(one_of("stored", "persistent"))
    column = DrawnColumn(made, "plain" if "decimal" in made else kind, name="g")
    words = draw(one_of("as", "generated always as"))
    column.formula = f"{words} ({formula.format(name(base.name))}) {how}".rstrip()
    column.extra = draw(one_of("", "", "comment 'g'", "invisible"))
    table.columns.insert(draw(st.integers(0, len(table.columns))), column)


def _draw_primary_key(draw: Draw, table: DrawnTable) -> None:
    choice = draw(one_of("auto", "auto", "column", "composite", "none"))
    if choice == "auto":
        _draw_counter(draw, table)
        return
    usable = [
        column
        for column in table.columns
        if column.may_be_key and not column.null and not column.is_generated and not column.extra
    ]
    count = {"column": 1, "composite": 2}.get(choice, 0)
    if not usable or not count:
        return
    chosen = tuple(usable[:count])
    table.lines.append(f"primary key ({', '.join(name(column.name) for column in chosen)})")
    table.parents.append(chosen)
    if len(chosen) == 1 and chosen[0].kind == "whole":
        table.key = chosen[0]


def _draw_counter(draw: Draw, table: DrawnTable) -> None:
    base = draw(one_of("int", "bigint unsigned", "int unsigned"))
    column = DrawnColumn(base, "whole", extra="auto_increment", name="id", null=False)
    table.columns.insert(draw(one_of(0, 0, len(table.columns))), column)
    if draw(st.booleans()):
        column.extra += " primary key"
    else:
        table.lines.append("primary key (`id`)")
    table.key = column
    table.parents.append((column,))


def _draw_engine(draw: Draw, table: DrawnTable) -> None:
    engine = draw(one_of("", "", "", "", "engine=InnoDB", "engine=myisam", "engine=memory"))
    needs_innodb = any(
        column.is_generated
        or column.kind in ("closed", "point")
        or "default (" in column.default
        or "compressed" in column.type
        for column in table.columns
    )
    has_large = bool(table.of_kind("large"))
    if engine.endswith(("myisam", "memory")) and (needs_innodb or has_large):
        return
    if engine:
        table.options.append(engine)
    table.engine = engine.removeprefix("engine=").lower() or "innodb"


def _draw_options(draw: Draw, table: DrawnTable, flavour: Flavour) -> None:
    is_latin = all(column.sql().isascii() for column in table.columns)
    charsets = ["", "", "", "collate=utf8mb4_bin", "charset utf8mb4 collate utf8mb4_unicode_ci"]
    table.options.append(draw(st.sampled_from([*charsets, *["charset=latin1"] * is_latin])))
    if seldom(draw, 4):
        table.options.append(f"comment={quoted(draw(TEXTS))}")
    if table.engine == "innodb":
        own = ["row_format=dynamic", "row_format=compact", "stats_persistent=0", "max_rows=1000"]
        own += ["stats_sample_pages=9", "stats_auto_recalc=1", "row_format=default", "min_rows=2"]
        own += ["avg_row_length=50", "checksum=1", "key_block_size=0", "auto_increment=77"]
        own += ["autoextend_size=4M"] if flavour.is_mysql else ["page_compressed=1"]
        table.options.extend(draw(st.lists(st.sampled_from(own), max_size=2, unique_by=_option)))
    table.options = [option for option in table.options if option]


def _option(option: str) -> str:
    return option.partition("=")[0]


def _draw_partitions(draw: Draw, table: DrawnTable) -> None:
    is_simple = table.engine == "innodb" and table.key is not None and not table.of_kind("point")
    if not is_simple or table.key is None or not seldom(draw):
        return
    if any("virtual" in column.formula for column in table.columns):
        return
    if any(column.kind == "closed" and column.type != "json" for column in table.columns):
        return
    table.is_partitioned = True
    key = name(table.key.name)
    table.options.append(
        draw(
            one_of(
                f"partition by hash ({key}) partitions 3",
                f"partition by linear hash ({key}) partitions 2",
                f"partition by key ({key}) partitions 2",
                "partition by key () partitions 1",
                f"partition by range ({key}) (partition p0 values less than (10), "
                "partition p1 values less than maxvalue)",
                f"partition by range columns ({key}) (partition p0 values less than (10) "
                "comment = 'low', partition p1 values less than (maxvalue))",
                f"partition by list ({key}) (partition p0 values in (1,2), partition p1 values in (3))",
            )
        )
    )


def _draw_checks(draw: Draw, table: DrawnTable, flavour: Flavour) -> None:
    whole = [column for column in table.of_kind("whole") if not column.is_auto]
    if not whole:
        return
    for number in range(draw(st.integers(0, 2))):
        column = name(draw(st.sampled_from(whole)).name)
        formula = draw(
            one_of(
                "{0} >= 0",
                "{0} in (1, 2, 3) or {0} is null",
                "{0} between 0 and 99",
                "not ({0} = 5)",
            )
        ).format(column)
        given = draw(one_of(f"ck_{number}_{table.name}", f"ck_x{number}_{table.name}", ""))
        constraint = f"constraint {name(given)} " if given else ""
        enforced = " not enforced" if flavour.is_mysql and seldom(draw, 3) else ""
        table.lines.append(f"{constraint}check ({formula}){enforced}")
    plain = [column for column in whole if not column.is_generated and not column.extra]
    if plain and seldom(draw, 6):
        column_ = draw(st.sampled_from(plain))
        column_.extra = f"check ({name(column_.name)} <> 13)"
