"""Numbers as defaults: what the server would print, and what only it can say."""

from __future__ import annotations

import pytest

from plumbob.ddl.defaults import canonical_number
from plumbob.model import Type

CASES = [
    ("1", Type("decimal", 5, 2), "1.00"),
    ("1.005", Type("decimal", 5, 2), "1.01"),
    ("-0", Type("int", 11), "0"),
    ("1.5", Type("int", 11), "2"),
    ("1e3", Type("double"), "1000"),
    # More digits than Python's own context has.
    ("12345678901234567890123456789012345.5", Type("decimal", 65, 30), None),
    ("9" * 65, Type("decimal", 65, 0), "9" * 65),
    ("1e999", Type("double"), "1e999"),
    ("no number", Type("int"), "no number"),
]


@pytest.mark.parametrize(("text", "of", "printed"), CASES)
def test_a_number_is_printed_so(text: str, of: Type, printed: str | None) -> None:
    found = canonical_number(text, of)
    assert found == (printed if printed is not None else text + "0" * 29)
