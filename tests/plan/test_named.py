"""How the object of a hazard is spelled: one text for each, and each text is of one."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from plumbob.plan.approvals import is_approved
from plumbob.plan.named import Named, parse_named, read_named
from plumbob.plan.statement import Hazard

SPELLED = [
    (Named("users"), "users"),
    (Named("users", "legacy"), "users.legacy"),
    (Named("my table", "a:b"), "my table.a:b"),
    (Named("a.b", "c"), "`a.b`.c"),
    (Named("a", "b.c"), "a.`b.c`"),
    (Named("a.b"), "`a.b`"),
    (Named("a`b", "c"), "`a``b`.c"),
    (Named("`a`.b"), "```a``.b`"),
]
NAMES = st.text("ab.` :\n", min_size=1, max_size=6)


@pytest.mark.parametrize(("named", "text"), SPELLED)
def test_spelled(named: Named, text: str) -> None:
    assert str(named) == text
    assert parse_named(text) == named


@settings(max_examples=60)
@given(NAMES, st.just("") | NAMES)
def test_each_comes_back_so_no_two_are_spelled_alike(name: str, part: str) -> None:
    named = Named(name, part)
    assert parse_named(str(named)) == named
    assert read_named(str(named), is_whole=not part) == named


@settings(max_examples=60)
@given(st.text("ab.` :", max_size=8), st.booleans())
def test_a_file_of_an_earlier_version_is_written_back_as_it_was(text: str, is_whole: bool) -> None:
    assert str(read_named(text, is_whole=is_whole)) == text


APPROVALS = [
    # The text, and what it approves.
    ("drop-column:`a.b`.c", Named("a.b", "c"), True),
    ("drop-column:`a.b`.`c`", Named("a.b", "c"), True),
    ("drop-column:a.b.c", Named("a.b", "c"), False),
    ("drop-column:a.b.c", Named("a", "b.c"), False),
    ("drop-column:a.`b.c`", Named("a.b", "c"), False),
    ("drop-column:`users`.legacy", Named("users", "legacy"), True),
    # What a file of an earlier version asks for.
    ("drop-column:a.b.c", read_named("a.b.c", is_whole=False), True),
    ("drop-column:`a.b.c`", read_named("a.b.c", is_whole=False), False),
]


@pytest.mark.parametrize(("text", "named", "is_meant"), APPROVALS)
def test_what_an_approval_is_of(text: str, named: Named, is_meant: bool) -> None:
    assert is_approved(Hazard("drop-column", named, ""), [text]) == is_meant


def test_a_table_with_a_dot_in_a_file_of_an_earlier_version_is_no_column() -> None:
    table = read_named("a.b", is_whole=True)
    assert (str(table), table.is_of("a.b"), parse_named("a.b") == table) == ("a.b", True, False)
    assert not Named("a", "b").is_of("a.b")
