"""Character sets: how long a character can be, and the collation that a character set brings with it.

Read from SHOW CHARACTER SET on MySQL 9.7, MariaDB 10.11 and 11.8; a server that was asked has the
last word.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from plumbob.model import Flavour
from plumbob.model.features import UCA1400_DEFAULT, UTF8MB3, UTF8MB3_COLLATIONS


@dataclass(frozen=True, slots=True)
class Charset:
    """The length of the longest character in bytes, and the default collation on each server."""

    longest: int
    mysql: str | None
    mariadb: str | None


CHARSETS: dict[str, Charset] = {
    "armscii8": Charset(1, "armscii8_general_ci", "armscii8_general_ci"),
    "ascii": Charset(1, "ascii_general_ci", "ascii_general_ci"),
    "big5": Charset(2, "big5_chinese_ci", "big5_chinese_ci"),
    "binary": Charset(1, "binary", "binary"),
    "cp1250": Charset(1, "cp1250_general_ci", "cp1250_general_ci"),
    "cp1251": Charset(1, "cp1251_general_ci", "cp1251_general_ci"),
    "cp1256": Charset(1, "cp1256_general_ci", "cp1256_general_ci"),
    "cp1257": Charset(1, "cp1257_general_ci", "cp1257_general_ci"),
    "cp850": Charset(1, "cp850_general_ci", "cp850_general_ci"),
    "cp852": Charset(1, "cp852_general_ci", "cp852_general_ci"),
    "cp866": Charset(1, "cp866_general_ci", "cp866_general_ci"),
    "cp932": Charset(2, "cp932_japanese_ci", "cp932_japanese_ci"),
    "dec8": Charset(1, "dec8_swedish_ci", "dec8_swedish_ci"),
    "eucjpms": Charset(3, "eucjpms_japanese_ci", "eucjpms_japanese_ci"),
    "euckr": Charset(2, "euckr_korean_ci", "euckr_korean_ci"),
    "gb18030": Charset(4, "gb18030_chinese_ci", None),
    "gb2312": Charset(2, "gb2312_chinese_ci", "gb2312_chinese_ci"),
    "gbk": Charset(2, "gbk_chinese_ci", "gbk_chinese_ci"),
    "geostd8": Charset(1, "geostd8_general_ci", "geostd8_general_ci"),
    "greek": Charset(1, "greek_general_ci", "greek_general_ci"),
    "hebrew": Charset(1, "hebrew_general_ci", "hebrew_general_ci"),
    "hp8": Charset(1, "hp8_english_ci", "hp8_english_ci"),
    "keybcs2": Charset(1, "keybcs2_general_ci", "keybcs2_general_ci"),
    "koi8r": Charset(1, "koi8r_general_ci", "koi8r_general_ci"),
    "koi8u": Charset(1, "koi8u_general_ci", "koi8u_general_ci"),
    "latin1": Charset(1, "latin1_swedish_ci", "latin1_swedish_ci"),
    "latin2": Charset(1, "latin2_general_ci", "latin2_general_ci"),
    "latin5": Charset(1, "latin5_turkish_ci", "latin5_turkish_ci"),
    "latin7": Charset(1, "latin7_general_ci", "latin7_general_ci"),
    "macce": Charset(1, "macce_general_ci", "macce_general_ci"),
    "macroman": Charset(1, "macroman_general_ci", "macroman_general_ci"),
    "sjis": Charset(2, "sjis_japanese_ci", "sjis_japanese_ci"),
    "swe7": Charset(1, "swe7_swedish_ci", "swe7_swedish_ci"),
    "tis620": Charset(1, "tis620_thai_ci", "tis620_thai_ci"),
    "ucs2": Charset(2, "ucs2_general_ci", "ucs2_general_ci"),
    "ujis": Charset(3, "ujis_japanese_ci", "ujis_japanese_ci"),
    "utf16": Charset(4, "utf16_general_ci", "utf16_general_ci"),
    "utf16le": Charset(4, "utf16le_general_ci", "utf16le_general_ci"),
    "utf32": Charset(4, "utf32_general_ci", "utf32_general_ci"),
    "utf8mb3": Charset(3, "utf8mb3_general_ci", "utf8mb3_general_ci"),
    "utf8mb4": Charset(4, "utf8mb4_0900_ai_ci", "utf8mb4_general_ci"),
}
# MariaDB 11.5 gave these another default collation (character_set_collations).
_UCA1400 = ("ucs2", "utf16", "utf32", "utf8mb3", "utf8mb4")


@dataclass(frozen=True, slots=True)
class Defaults:
    """What the database gives to a table that says nothing of its character set.

    `collations` are the default collations of character sets as the server itself tells them.
    """

    charset: str
    collation: str
    collations: Mapping[str, str] = field(default_factory=dict)


def server_defaults(flavour: Flavour) -> Defaults:
    """The defaults of a server as it comes, for what is checked before there is a connection."""
    return Defaults("utf8mb4", default_collation("utf8mb4", flavour))


def default_collation(
    charset: str, flavour: Flavour, asked: Mapping[str, str] | None = None
) -> str:
    """The collation of a character set that is named without one."""
    if asked and charset in asked:
        return asked[charset]
    if UCA1400_DEFAULT.is_in(flavour) and charset in _UCA1400:
        return f"{charset}_uca1400_ai_ci"
    known = CHARSETS.get(charset)
    found = (known.mysql if flavour.is_mysql else known.mariadb) if known else None
    return found or f"{charset}_general_ci"


def collation_everywhere(charset: str) -> str | None:
    """The collation of a character set that is named without one; None where servers differ in it."""
    known = CHARSETS.get(charset)
    if known is None or charset in _UCA1400:
        return None
    return known.mysql if known.mysql == known.mariadb else None


def charset_of(collation: str) -> str | None:
    """The character set of a collation; None where its name tells none (MariaDB's uca1400 collations)."""
    if collation == "binary":
        return "binary"
    charset = collation.split("_", 1)[0]
    return charset if charset in CHARSETS else None


def known_as(name: str) -> str:
    """The name of a character set or collation that we know it by: utf8 is utf8mb3."""
    if name == "utf8":
        return "utf8mb3"
    return "utf8mb3_" + name.removeprefix("utf8_") if name.startswith("utf8_") else name


def charset_on(flavour: Flavour, charset: str) -> str:
    """The name that a server prints for a character set."""
    return "utf8" if charset == "utf8mb3" and not UTF8MB3.is_in(flavour) else charset


def collation_on(flavour: Flavour, collation: str) -> str:
    """The name that a server has for a collation, and the only one that old servers take."""
    if collation.startswith("utf8mb3_") and not UTF8MB3_COLLATIONS.is_in(flavour):
        return "utf8_" + collation.removeprefix("utf8mb3_")
    return collation


def longest_character(charset: str | None) -> int:
    """The bytes of the longest character of a character set."""
    known = CHARSETS.get(charset or "utf8mb4")
    return known.longest if known else 4
