"""What can be told from a statement's text: whether it only reads, and how it reads without its values.

Both are careful. A statement that is not understood counts as one that writes, and what may be a
value is masked.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

_TOKEN = re.compile(
    r"""
    (?P<comment> /\*.*?(?:\*/|\Z) | --(?=\s|\Z)[^\n]* | \#[^\n]* )
  | (?P<string> '(?:[^'\\]|\\.|'')*(?:'|\Z) | "(?:[^"\\]|\\.|"")*(?:"|\Z) )
  | (?P<name> `(?:[^`]|``)*(?:`|\Z) )
  | (?P<number> (?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w$]) | 0[xb][0-9A-Fa-f]+ )
  | (?P<word> [\w$]+ )
  | (?P<space> \s+ )
  | (?P<sign> @@ | %s | . )
    """,
    re.VERBOSE | re.DOTALL,
)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_READS = _words("SELECT WITH SHOW DESCRIBE DESC EXPLAIN VALUES TABLE")
# What writes, locks, or depends on the session that was lost, wherever it stands.
_MORE = _words("INTO FOR LOCK INSERT UPDATE DELETE REPLACE CALL SET DO NEXT PREVIOUS")
# What leaves a transaction open, so that it goes with the connection; DDL would commit it.
_KEPT_OPEN = _READS | _words("INSERT UPDATE DELETE REPLACE SAVEPOINT RELEASE ROLLBACK")
# What may stand before a parenthesis and is no function.
_KEYWORDS = _words(
    """
    ALL AND ANY AS BETWEEN BY CASE DISTINCT DIV ELSE EXCEPT EXISTS FORCE FROM GROUP HAVING IGNORE IN
    INDEX INTERSECT INTERVAL IS JOIN KEY LEFT LIKE LIMIT MOD NOT OFFSET ON OR ORDER OVER PARTITION
    REGEXP RIGHT RLIKE ROW SELECT SOME THEN UNION USE USING VALUES WHEN WHERE WINDOW XOR BINARY TABLE
    CHAR DECIMAL VARCHAR UNSIGNED SIGNED
    """
)
# Functions of both makers that read nothing but their arguments and the clock. Any other may be a
# stored function, which may write.
_PURE = _words(
    """
    ABS ACOS ADDDATE ADDTIME ANY_VALUE ASCII ASIN ATAN ATAN2 AVG BIN BIT_AND BIT_COUNT BIT_LENGTH BIT_OR
    BIT_XOR CAST CEIL CEILING CHARACTER_LENGTH CHARSET CHAR_LENGTH COALESCE COLLATION CONCAT
    CONCAT_WS CONV CONVERT CONVERT_TZ COS COT COUNT CRC32 CUME_DIST CURDATE CURRENT_DATE CURRENT_TIME
    CURRENT_TIMESTAMP CURTIME DATABASE DATE DATEDIFF DATE_ADD DATE_FORMAT DATE_SUB DAY DAYNAME
    DAYOFMONTH DAYOFWEEK DAYOFYEAR DEFAULT DEGREES DENSE_RANK ELT EXP EXTRACT FIELD FIND_IN_SET
    FIRST_VALUE FLOOR FORMAT FROM_BASE64 FROM_DAYS FROM_UNIXTIME GREATEST GROUPING GROUP_CONCAT HEX
    HOUR IF IFNULL INET6_ATON INET6_NTOA INET_ATON INET_NTOA INSTR ISNULL JSON_ARRAY JSON_ARRAYAGG
    JSON_CONTAINS JSON_CONTAINS_PATH JSON_DEPTH JSON_EXTRACT JSON_KEYS JSON_LENGTH JSON_MERGE_PATCH
    JSON_MERGE_PRESERVE JSON_OBJECT JSON_OBJECTAGG JSON_OVERLAPS JSON_QUOTE JSON_REMOVE JSON_SEARCH
    JSON_TABLE JSON_TYPE JSON_UNQUOTE JSON_VALID JSON_VALUE LAG LAST_DAY LAST_VALUE LCASE LEAD LEAST
    LENGTH LN LOCALTIME LOCALTIMESTAMP LOCATE LOG LOG10 LOG2 LOWER LPAD LTRIM MAKEDATE MAKETIME
    MATCH AGAINST MAX MD5 MICROSECOND MID MIN MINUTE MONTH MONTHNAME NOW NTH_VALUE NTILE NULLIF
    OCTET_LENGTH ORD PERCENT_RANK PERIOD_ADD PERIOD_DIFF PI POSITION POW POWER QUARTER QUOTE RADIANS
    RAND RANK REGEXP_INSTR REGEXP_LIKE REGEXP_REPLACE REGEXP_SUBSTR REPEAT REVERSE ROUND ROW_NUMBER
    RPAD RTRIM SECOND SEC_TO_TIME SHA SHA1 SHA2 SIGN SIN SOUNDEX SPACE SQRT STD STDDEV STDDEV_POP
    STDDEV_SAMP STRCMP STR_TO_DATE SUBDATE SUBSTR SUBSTRING SUBSTRING_INDEX SUBTIME SUM SYSDATE TAN
    TIME TIMEDIFF TIMESTAMP TIMESTAMPADD TIMESTAMPDIFF TIME_FORMAT TIME_TO_SEC TO_BASE64 TO_DAYS
    TO_SECONDS TRIM TRUNCATE UCASE UNHEX UNIX_TIMESTAMP UPPER UTC_DATE UTC_TIME UTC_TIMESTAMP UUID
    VARIANCE VAR_POP VAR_SAMP VERSION WEEK WEEKDAY WEEKOFYEAR YEAR YEARWEEK ST_ASTEXT ST_ASWKB
    ST_CONTAINS ST_DISTANCE ST_DISTANCE_SPHERE ST_GEOMFROMTEXT ST_GEOMFROMWKB ST_INTERSECTS
    ST_LATITUDE ST_LONGITUDE ST_SRID ST_WITHIN ST_X ST_Y POINT
    """
)


class _Token(NamedTuple):
    kind: str
    text: str


def is_read(sql: str) -> bool:
    """Whether a statement surely changes nothing and gives the same on another connection."""
    before = ""
    first = True
    is_qualified = False
    for kind, text in _tokens(sql):
        if kind == "space" or (kind == "comment" and not text.startswith(("/*!", "/*M!"))):
            continue
        word = text.upper() if kind == "word" else ""
        if first and text != "(":
            if word not in _READS:
                return False
            first = False
        if kind == "comment" or text in ("@", ";") or word in _MORE:
            return False
        if text == "(" and (is_qualified or before == "`" or _is_strange(before)):
            return False
        is_qualified = before == "."
        before = {"name": "`", "word": word}.get(kind, text)
    return not first


def ends_with_its_transaction(sql: str) -> bool:
    """Whether a statement inside a transaction is surely taken back with it."""
    words = (token.text.upper() for token in _tokens(sql) if token.kind == "word")
    return next(words, "") in _KEPT_OPEN


def _is_strange(word: str) -> bool:
    """Whether a word before a parenthesis may be a function that is not known."""
    return word[:1].isalpha() and word not in _KEYWORDS and word not in _PURE


def masked(sql: str) -> str:
    """A statement with a question mark in place of each value, and without comments."""
    return "".join(_shown(token) for token in _tokens(sql)).strip()


def _shown(token: _Token) -> str:
    if token.kind in ("string", "number"):
        return "?"
    if token.kind == "comment":
        return ""
    return token.text


def _tokens(sql: str) -> Iterator[_Token]:
    for match in _TOKEN.finditer(sql):
        assert match.lastgroup
        yield _Token(match.lastgroup, match[0])
