"""An error is shown with its place, its line, a caret, and advice."""

from __future__ import annotations

import click
import pytest

from plumbob.errors import Exit, ManyErrors, PlumbobError, Position
from plumbob.report.faults import fault_json, fault_text


def shown(error: PlumbobError) -> list[str]:
    return click.unstyle(fault_text(error)).splitlines()


def at(text: str, column: int) -> Position:
    return Position("schema/schema.yaml", 12, column, text)


def test_every_part_has_its_line() -> None:
    error = PlumbobError("unknown type wombat", advice="Use int.", where=at("  a: wombat", 6))
    assert shown(error) == [
        "error: unknown type wombat",
        "  --> schema/schema.yaml:12:6",
        "   |",
        "12 |   a: wombat",
        "   |      ^",
        "  help: Use int.",
    ]


@pytest.mark.parametrize("text", ["\ta: x", "日: x", "\x1b: x", "e\u0301: x"])
def test_the_caret_stands_below_its_character(text: str) -> None:
    column = text.index("x") + 1
    *_, excerpt, caret = shown(PlumbobError("what", where=at(text, column)))
    expected = {"\ta: x": 4, "日: x": 4, "\x1b: x": 6, "e\u0301: x": 3}[text]
    assert caret.index("^") - len("12 | ") == expected
    assert "\x1b" not in excerpt


def test_a_long_line_is_cut_around_the_fault() -> None:
    *_, excerpt, caret = shown(PlumbobError("what", where=at("x" * 500 + "!" + "y" * 500, 501)))
    assert len(excerpt) < 120
    assert excerpt[caret.index("^")] == "!"


def test_an_object_can_be_the_place() -> None:
    assert shown(PlumbobError("what", where="table `users`"))[1] == "  --> table `users`"


def test_several_errors_are_all_shown() -> None:
    errors = [PlumbobError("one"), PlumbobError("two", advice="Three.")]
    assert shown(ManyErrors(errors)) == ["error: one", "error: two", "  help: Three."]
    assert [each["what"] for each in fault_json(ManyErrors(errors))["errors"]] == ["one", "two"]


def test_a_log_in_a_message_keeps_its_lines() -> None:
    assert shown(PlumbobError("did not start:\na\nb")) == ["error: did not start:", "  a", "  b"]


def test_json_has_the_place_in_parts() -> None:
    error = PlumbobError("what", where=at("x", 1), exit=Exit.UNSAFE)
    assert fault_json(error) == {
        "what": "what",
        "exit": 4,
        "file": "schema/schema.yaml",
        "line": 12,
        "column": 1,
    }
