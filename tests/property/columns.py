"""Random columns: every type that a server has, with the attributes that go with it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import strategies as st

from plumbob.model import Flavour
from tests.property.drawn import TEXTS, Draw, DrawnColumn, one_of, quoted, seldom

_LATIN = ("", "x", "it's", "a\\b", "NULL", "0")
_CHARSETS = (
    "",
    "",
    "character set latin1",
    "collate utf8mb4_bin",
    "character set utf8mb4 collate utf8mb4_unicode_ci",
    "charset ascii",
    "character set utf8",
    "character set utf8mb4",
)


def columns(flavour: Flavour) -> st.SearchStrategy[DrawnColumn]:
    """A column without a name."""
    return _with_attributes(
        st.one_of(
            integers(),
            numbers(),
            strings(),
            labels(),
            moments(),
            plain(),
            bytes_(),
            large(flavour),
            special(flavour),
        ),
        flavour,
    )


@st.composite
def _with_attributes(
    draw: Draw, bare: st.SearchStrategy[DrawnColumn], flavour: Flavour
) -> DrawnColumn:
    """NOT NULL where there is no DEFAULT NULL, and sometimes a comment or INVISIBLE."""
    column = draw(bare)
    extra = [column.extra]
    column = replace(column, null="null" in column.default or draw(st.booleans()))
    if seldom(draw, 6):
        extra.append(f"comment {quoted(draw(TEXTS))}")
    if seldom(draw, 12) and (column.null or column.default):
        extra.append("invisible")
    if flavour.is_mysql and seldom(draw, 24):
        extra.append(draw(one_of("column_format fixed", "storage disk", "column_format default")))
    return replace(column, extra=" ".join(filter(None, extra)))


def _default(draw: Draw, *values: str) -> str:
    return draw(one_of("", "default null", *(f"default {value}" for value in values)))


@st.composite
def integers(draw: Draw) -> DrawnColumn:
    base = draw(one_of("int", "bigint", "smallint", "tinyint", "mediumint", "integer", "int(7)"))
    sign = draw(one_of("", "", "unsigned", "zerofill", "signed"))
    if seldom(draw):
        base, sign = draw(one_of(("bool", ""), ("tinyint(1)", ""), ("tinyint(1)", "unsigned")))
    default = _default(draw, "0", "'1'", "7", "true", "0x1F", "b'11'", "+3")
    return DrawnColumn(f"{base} {sign}".rstrip(), "whole", default)


@st.composite
def numbers(draw: Draw) -> DrawnColumn:
    base = draw(
        one_of(
            "decimal",
            "decimal(8)",
            "decimal(12,3)",
            "numeric(5,2) unsigned",
            "dec(6,1) zerofill",
            "float",
            "double",
            "real unsigned",
            "float(30)",
            "double(8,2)",
            "float(7,3)",
            "double precision",
        )
    )
    return DrawnColumn(base, "plain", _default(draw, "0", "1.5", "'2.25'", "1e1", ".5", "12"))


@st.composite
def strings(draw: Draw) -> DrawnColumn:
    length = draw(one_of(20, 1, 64, 255))
    base = draw(one_of("varchar", "char", "character varying", "varchar"))
    charset = draw(one_of(*_CHARSETS))
    text = draw(one_of(*_LATIN) if "latin1" in charset or "ascii" in charset else TEXTS)
    default = _default(draw, quoted(text[:length].rstrip()), "N'n'", "0x41", "_latin1'l'")
    if seldom(draw, 12):
        base, charset = draw(one_of(("nchar", ""), ("national varchar", ""), ("char", "binary")))
    return DrawnColumn(f"{base}({length}) {charset}".rstrip(), "string", default, length=length)


@st.composite
def labels(draw: Draw) -> DrawnColumn:
    kind = draw(one_of("enum", "set"))
    values = draw(
        st.lists(
            one_of("new", "old", "it's", "a b", "Ä", "x\\y", "50%", "x "),
            min_size=1,
            max_size=5,
            unique=True,
        )
    )
    charset = draw(one_of("", "", "collate utf8mb4_bin"))
    default = _default(draw, quoted(values[0].rstrip()))
    return DrawnColumn(f"{kind}({','.join(map(quoted, values))}) {charset}", "plain", default)


@st.composite
def moments(draw: Draw) -> DrawnColumn:
    fraction = draw(one_of("", "(3)", "(6)", "(0)"))
    base = draw(one_of("datetime", "timestamp"))
    now = draw(one_of("current_timestamp", "now"))
    now += fraction if fraction not in ("", "(0)") else draw(one_of("()", "(0)"))
    default = draw(
        one_of(
            "",
            f"default {now}",
            f"default {now} on update {now}",
            "default '2020-02-03 04:05:06'",
            "default '2021-1-2'",
            "default null",
            f"default null on update {now}",
        )
    )
    return DrawnColumn(base + fraction, "plain", default)


@st.composite
def plain(draw: Draw) -> DrawnColumn:
    base, value = draw(
        one_of(
            ("date", "'2020-01-02'"),
            ("date", "20200102"),
            ("time", "'10:00:00'"),
            ("time(2)", "'1:2:3'"),
            ("year", "'1999'"),
            ("year(4)", "2001"),
            ("bit(4)", "b'101'"),
            ("bit", "1"),
        )
    )
    return DrawnColumn(base, "plain", _default(draw, value))


@st.composite
def bytes_(draw: Draw) -> DrawnColumn:
    base, value = draw(
        one_of(
            ("binary(3)", "'abc'"),
            ("binary(16)", "0x00"),
            ("varbinary(9)", "0x00FF"),
            ("varbinary(9)", "x'41'"),
            ("char(5) character set binary", "'b'"),
        )
    )
    return DrawnColumn(base, "plain", _default(draw, value))


_LARGE: Sequence[tuple[str, str]] = (
    ("text", ""),
    ("mediumtext", ""),
    ("blob", ""),
    ("tinytext", ""),
    ("text(300)", ""),
    ("blob(20)", ""),
    ("longblob", ""),
    ("long varchar", ""),
    ("long char varying", ""),
    ("text character set latin1", ""),
    ("text collate utf8mb4_bin", ""),
)
_LARGE_MYSQL = (("text", "default ('x')"), ("blob", "default (0x41)"))
_LARGE_MARIADB = (("text", "default 'x'"), ("mediumtext", "default 'it''s'"))


@st.composite
def large(draw: Draw, flavour: Flavour) -> DrawnColumn:
    """Texts and bytes of which only the beginning can be indexed."""
    more = _LARGE_MYSQL if flavour.is_mysql else _LARGE_MARIADB
    base, default = draw(one_of(*_LARGE, *more))
    return DrawnColumn(base, "large", draw(one_of("", "default null", default)))


_CLOSED = (("json", ""), ("geometry", ""), ("linestring", ""), ("multipolygon", ""))
_CLOSED_MYSQL = (
    ("json", "default (json_array())"),
    ("geomcollection", ""),
    ("point srid 4326", ""),
    ("vector(3)", ""),
)
_CLOSED_MARIADB = (
    ("json", "default json_array()"),
    ("point", ""),
    ("varchar(500) compressed", "default 'x'"),
    ("blob compressed", ""),
)
_EXPRESSIONS = (
    ("int", "default (1 + 2)"),
    ("date", "default (curdate())"),
    ("varchar(40)", "default (concat('a','b'))"),
    ("varchar(40)", "default (uuid())"),
    ("double", "default (pi())"),
)
_OWN_MARIADB = (("uuid", ""), ("inet6", ""), ("inet4", ""), ("uuid", "default (uuid())"))


@st.composite
def special(draw: Draw, flavour: Flavour) -> DrawnColumn:
    """Types that no ordinary index takes, and defaults that are expressions."""
    own = _CLOSED_MYSQL if flavour.is_mysql else _CLOSED_MARIADB
    kinds = [("closed", each) for each in (*_CLOSED, *own)]
    kinds += [("plain", each) for each in _EXPRESSIONS]
    if flavour.is_mariadb:
        kinds += [("plain", each) for each in _OWN_MARIADB]
    kind, (base, default) = draw(st.sampled_from(kinds))
    if base.startswith("point"):
        kind = "point"
    default = draw(one_of("", default))
    return DrawnColumn(base, kind, default)
