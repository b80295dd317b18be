"""The lexer: what is a token, what is a comment, and where a fault is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from plumbob.ddl.expression import expression
from plumbob.ddl.lexer import SyntaxFault, tokenize
from plumbob.ddl.quote import quote_name, quote_text, unquote_name, unquote_text
from plumbob.model import Flavour, parse_flavour

MYSQL, MARIADB = parse_flavour("9.7.4"), parse_flavour("10.11.19-MariaDB")
TEXTS = st.text(st.characters(exclude_categories=["Cs"]))


def values(sql: str, flavour: Flavour | None = None) -> list[str]:
    return [token.value for token in tokenize(sql, flavour) if token.kind != "end"]


@pytest.mark.parametrize(
    ("sql", "kind", "value"),
    [
        ("'it''s'", "text", "it's"),
        (r"'it\'s'", "text", "it's"),
        ('"it\'s"', "text", "it's"),
        ('"a""b"', "text", 'a"b'),
        (r"'a\\b'", "text", "a\\b"),
        (r"'\%\_'", "text", r"\%\_"),
        (r"'\n\t\0\Z\r\b\x'", "text", "\n\t\0\x1a\r\bx"),
        ("'a\nb'", "text", "a\nb"),
        ("`a``b`", "name", "a`b"),
        ("`ü x`", "name", "ü x"),
        ("0x1F", "hex", "1F"),
        ("x'1f'", "hex", "1F"),
        ("X''", "hex", ""),
        ("0b101", "bits", "101"),
        ("b'101'", "bits", "101"),
        ("12", "number", "12"),
        ("1.5", "number", "1.5"),
        (".5", "number", ".5"),
        ("1e3", "number", "1e3"),
        ("1.5E-3", "number", "1.5E-3"),
        ("1.", "number", "1."),
        ("1a", "word", "1a"),
        ("0x1G", "word", "0x1g"),
        ("Select", "word", "select"),
        ("$x", "word", "$x"),
        ("größe", "word", "größe"),
        ("->>", "mark", "->>"),
        ("<=>", "mark", "<=>"),
    ],
)
def test_one_token(sql: str, kind: str, value: str) -> None:
    token, end = tokenize(sql)
    assert (token.kind, token.value, token.text) == (kind, value, sql)
    assert (end.kind, end.start) == ("end", len(sql))


@pytest.mark.parametrize(
    ("sql", "tokens"),
    [
        ("a -- b\nc", ["a", "c"]),
        ("a --b", ["a", "-", "-", "b"]),
        ("a # b\nc", ["a", "c"]),
        ("a /* b */ c", ["a", "c"]),
        ("a /* '*/ c", ["a", "c"]),
        ("'-- b' /**/", ["-- b"]),
        ("a--\nb", ["a", "b"]),
        ("a*/b", ["a", "*", "/", "b"]),
        ("-1", ["-", "1"]),
        ("a.b", ["a", ".", "b"]),
    ],
)
def test_comments_and_marks(sql: str, tokens: list[str]) -> None:
    assert values(sql) == tokens


@pytest.mark.parametrize(
    ("sql", "nobody", "mysql", "mariadb"),
    [
        ("a /*! b */", "a", "a b", "a b"),
        ("a /*!80023 b */", "a", "a b", "a"),
        ("a /*!50100 b */", "a", "a b", "a b"),
        ("a /*!100100 b */", "a", "a", "a b"),
        ("a /*!99999 b */", "a", "a", "a"),
        ("a /*M! b */", "a", "a", "a b"),
        ("a /*M!100301 b*/", "a", "a", "a b"),
        ("a /*M!120000 b*/", "a", "a", "a"),
        ("a /*!50100 b /* c */ d */ e", "a d * / e", "a b d e", "a b d e"),
    ],
)
def test_version_comments_are_read_as_the_server_reads_them(
    sql: str, nobody: str, mysql: str, mariadb: str
) -> None:
    assert " ".join(values(sql)) == nobody
    assert " ".join(values(sql, MYSQL)) == mysql
    assert " ".join(values(sql, MARIADB)) == mariadb


@pytest.mark.parametrize(
    ("sql", "offset", "what"),
    [
        ("a 'b", 2, "no closing quote"),
        ('a "b', 2, "no closing quote"),
        ("a `b", 2, "no closing backquote"),
        ("a /* b", 2, "comment has no end"),
        ("a /*!99999 b", 2, "comment has no end"),
        ("a \\ b", 2, "begins nothing"),
        ("a 'b\\'", 2, "no closing quote"),
    ],
)
def test_a_fault_says_where(sql: str, offset: int, what: str) -> None:
    with pytest.raises(SyntaxFault, match=what) as caught:
        tokenize(sql)
    assert caught.value.offset == offset


@given(TEXTS)
def test_quotes_are_taken_off_again(text: str) -> None:
    assert unquote_text(quote_text(text)) == text
    assert unquote_name(quote_name(text)) == text
    (token, _) = tokenize(quote_text(text))
    assert token.value == text


@given(st.text("ab'\"`\\/*-#! \n;(),.0x1é", max_size=30))
def test_every_text_is_tokens_or_a_fault_inside_of_it(text: str) -> None:
    try:
        tokens = tokenize(text)
    except SyntaxFault as fault:
        assert 0 <= fault.offset <= len(text)
    else:
        assert all(text[token.start : token.end] == token.text for token in tokens)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("a + 1", "(a+1)"),
        ("`a` + 1", "A + 1"),
        ("concat(_utf8mb4'x', b)", "CONCAT('x',b)"),
        ("a != 1", "a <> 1"),
        ("x'41'", "0x41"),
        ("'it''s'", r"'it\'s'"),
    ],
)
def test_expressions_that_surely_mean_the_same(one: str, other: str) -> None:
    assert expression(one) == expression(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("'a'", "'A'"),
        ("'a'", "`a`"),
        ("(a) + (b)", "a) + (b"),
        ("_latin1'x'", "'x'"),
        ("a + b", "b + a"),
        ("`a b`", "a b"),
        ("`select`", "select"),
        ("1", "'1'"),
    ],
)
def test_expressions_that_may_differ(one: str, other: str) -> None:
    assert expression(one) != expression(other)
