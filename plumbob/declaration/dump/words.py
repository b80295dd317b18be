"""A definition in pieces: SQL, each piece with the key of the long form that says the same."""

from __future__ import annotations

from collections.abc import Collection

Words = tuple[tuple[str, str], ...]


def text_of(words: Words, without: Collection[str] = ()) -> str:
    """The pieces as one text, those of some keys left out."""
    return " ".join(sql for key, sql in words if key not in without)
