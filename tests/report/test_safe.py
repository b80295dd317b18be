"""Nothing that a file or a server holds gets at a terminal or a CI runner."""

from __future__ import annotations

import pytest

from plumbob.report.safe import guard, is_safe, line, lines, width


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("naïve таблица 日本", "naïve таблица 日本"),
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\nb\tc\rd\0e", "a\\nb\\tc\\rd\\0e"),
        ("abc\u202edef", "abc\\u202edef"),
        ("a\u200bb", "a\\u200bb"),
        ("a\ufeffb", "a\\ufeffb"),
        ("a\u00a0b", "a\\xa0b"),
        ("a\u3164b", "a\\u3164b"),
        ("a\u2028b", "a\\u2028b"),
        ("a\x9bb", "a\\x9bb"),
        ("a\udcffb", "a\\udcffb"),
        ("a\U000e0041b", "a\\U000e0041b"),
    ],
)
def test_invisible_characters_are_written_out(text: str, shown: str) -> None:
    assert line(text) == shown


@pytest.mark.parametrize(
    ("output", "shown"),
    [
        ("::set-output name=a::b", "\\x3a:set-output name=a::b"),
        ("first\n  ::error::x", "first\n  \\x3a:error::x"),
        ("##[group]x", "#\\x23[group]x"),
        ("a ##vso[task.setvariable]x", "a #\\x23vso[task.setvariable]x"),
        ("std::string ## heading", "std::string ## heading"),
        ("## heading", "## heading"),
    ],
)
def test_no_line_is_a_command_to_a_runner(output: str, shown: str) -> None:
    assert guard(output) == shown


def test_lines_are_kept_and_each_is_made_safe() -> None:
    assert lines("a\n\tb\x1b") == ["a", "\\tb\\x1b"]


def test_what_can_be_shown_as_it_is() -> None:
    assert is_safe("CREATE TABLE `a` (\n  `b` int\n)")
    assert is_safe("`a`\tint COMMENT 'می\u200cخواهم'")
    assert not is_safe("a\x1bb")
    assert not is_safe("a\u202eb")
    assert not is_safe("a\n::b")


def test_width_counts_cells() -> None:
    assert width("abc") == 3
    assert width("日本") == 4
    assert width("e\u0301") == 1
