"""What a part of a table is written as, short and long, so that either form can be brought up to date."""

from __future__ import annotations

from collections.abc import Mapping as MappingOf
from dataclasses import dataclass, field, replace

from plumbob.declaration.dump.columns import Surroundings, column_values, column_words
from plumbob.declaration.dump.keys import (
    check_text,
    check_values,
    check_words,
    index_text,
    index_values,
    index_words,
    key_values,
    key_words,
    primary_key_value,
)
from plumbob.declaration.dump.words import Words, text_of
from plumbob.declaration.dump.yaml_text import Value, Word
from plumbob.declaration.edit.extents import is_alias
from plumbob.declaration.edit.respell import respelled
from plumbob.declaration.edit.writing import Writer
from plumbob.declaration.nodes import Entry, Mapping, Scalar
from plumbob.model import Check, Column, ForeignKey, Index

# What only the declaration knows: a server has no say in it.
_ENDS = ("as", "backref")
_OURS = ("was", *_ENDS)


@dataclass(frozen=True, slots=True)
class Form:
    """A definition as one text, in pieces, and by the keys of its long form.

    `main` is the key of the long form that takes all pieces that have no key of their own there.
    """

    short: str
    main: str
    words: Words = ()
    values: MappingOf[str, Value] = field(default_factory=dict)

    @property
    def refers(self) -> bool:
        return "references" in self.values


def column_form(column: Column, around: Surroundings, inside: Words) -> Form:
    """A column with the keys that are written inside of it."""
    around = replace(around, inside={column.name: inside})
    words = column_words(column, around)
    return Form(text_of(words), "type", words, column_values(column, around))


def index_form(index: Index) -> Form:
    return Form(index_text(index), "columns", index_words(index), index_values(index))


def primary_key_form(index: Index) -> Form:
    return Form(primary_key_value(index), "columns")


def key_form(key: ForeignKey) -> Form:
    words = key_words(key)
    return Form(text_of(words), "columns", words, key_values(key))


def check_form(check: Check) -> Form:
    return Form(check_text(check), "check", check_words(check), check_values(check))


def update(
    writer: Writer, entry: Entry, old: Form, new: Form, *, is_flow: bool, is_plain: bool
) -> None:
    """Change the text of a part from one form to another, long where it is long.

    Args:
        entry: the part in the file.
        old: what it says, in the tool's spelling.
        new: what it has to say.
        is_flow: whether it stands inside of braces.
        is_plain: whether it is written anew, without regard to how it is spelled now.
    """
    if isinstance(entry.value, Scalar):
        text = entry.value.text
        said = new.short if is_plain else respelled(text, old.short, new.short)
        if said != text or is_alias(entry):
            writer.scalar(entry, said, is_flow)
    elif isinstance(entry.value, Mapping):
        _update_long(writer, entry.value, old, new, is_plain)


def _update_long(writer: Writer, mapping: Mapping, old: Form, new: Form, is_plain: bool) -> None:
    entries = {entry.key.text: entry for entry in mapping.entries if entry.key is not None}
    own = [key for key in entries if key != new.main and key not in _OURS]
    for key in own:
        if key not in new.values:
            if key in old.values or is_plain:
                writer.remove(entries[key], mapping)
        elif is_plain or new.values[key] != old.values.get(key):
            writer.value(entries[key], new.values[key], mapping.is_flow)
    if old.refers and not new.refers:
        for key in filter(entries.__contains__, _ENDS):
            writer.remove(entries[key], mapping)
    before, after = text_of(old.words, own), text_of(new.words, own)
    # Where each attribute has a key of its own, a new one gets its key as well.
    said = {key for key, _ in old.words if key not in own}
    if said <= {new.main} and not is_plain:
        added = [key for key in new.values if key not in entries and key not in old.values]
        after = text_of(new.words, [*own, *added])
        pairs = [(Word(key), new.values[key]) for key in added]
        if pairs:
            writer.insert(pairs, mapping, mapping.entries[-1])
    main = entries[new.main]
    if isinstance(main.value, Scalar):
        text = main.value.text
        is_parts = new.main == "columns" and after == f"({new.values[new.main]})"
        said_anew = after if is_plain else respelled(text, before, after)
        if is_parts and not text.startswith("("):
            said_anew = str(new.values[new.main])
        if before != after or is_plain:
            writer.scalar(main, said_anew, mapping.is_flow)
    elif is_plain or new.values[new.main] != old.values[new.main]:
        # Names in a list, each a key part of its own.
        writer.value(main, str(new.values[new.main]), mapping.is_flow)
