"""Reads seed files: rows by table and label, each value with its place in the file.

environments: development, test       (left out: every one but production)
keys: {users: email}                  (left out: the primary key or a unique one that a row gives)
rows:
  users:
    demo:
      email: demo@example.com
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import mapping_entries
from plumbob.declaration.keys import Key, near
from plumbob.declaration.nodes import Entry, Node, Scalar, Sequence
from plumbob.declaration.parser import parse
from plumbob.declaration.source import read_source
from plumbob.errors import PlumbobError, Position

KEYS = {
    "environments": Key("Where the rows belong"),
    "keys": Key("The columns by which a table's rows are known"),
    "rows": Key("Rows by table and label"),
}
_SUFFIXES = (".yaml", ".yml")
LONGEST_LABEL = 128


@dataclass(frozen=True, slots=True)
class SeedRow:
    """A row as it was written: its table, its label, and a node for each of its columns."""

    table: str
    label: str
    name: Scalar
    cells: tuple[tuple[Scalar, Node], ...]

    @property
    def where(self) -> Position:
        return self.name.position()


@dataclass(frozen=True, slots=True)
class SeedFile:
    """One file; `environments` is None where it is for every one but production.

    `tables` and `keys` have the names of tables as they stand there, the keys with the names behind them.
    """

    path: Path
    environments: tuple[Scalar, ...] | None = None
    tables: tuple[Scalar, ...] = ()
    keys: tuple[tuple[Scalar, tuple[Scalar, ...]], ...] = ()
    rows: tuple[SeedRow, ...] = ()

    def names(self, environment: str) -> bool:
        """Whether the environment is written in the file."""
        return environment in (each.text for each in self.environments or ())


@dataclass(frozen=True, slots=True)
class SeedFiles:
    """All files of the folder, in the order of their names."""

    folder: Path
    files: tuple[SeedFile, ...] = ()
    not_read: tuple[Path, ...] = ()
    environments: frozenset[str] = field(default_factory=frozenset)

    def chosen(self, environment: str, *, by_name: bool) -> tuple[SeedFile, ...]:
        """The files for an environment; `by_name` those alone that name it (production)."""
        return tuple(
            each
            for each in self.files
            if each.names(environment) or (each.environments is None and not by_name)
        )


def read_seeds(folder: Path, shown: Path | None = None) -> SeedFiles:
    """Read the YAML files of a folder; those below it belong to `{file: …}` and are no seeds.

    Args:
        folder: where they are; a folder that is not there has none.
        shown: the same folder as messages show it.

    Raises:
        PlumbobError: or ManyErrors, each with its place in a file.
    """
    faults = Faults()
    shown = shown or folder
    files = []
    for path in sorted(folder.glob("*")) if folder.is_dir() else ():
        if path.suffix.lower() in _SUFFIXES and path.is_file():
            with faults.collected():
                files.append(_read(shown / path.name, faults))
    faults.raise_if_any()
    below = (path for path in sorted(folder.glob("*/**/*")) if path.suffix.lower() in _SUFFIXES)
    return SeedFiles(shown, tuple(files), tuple(shown / each.relative_to(folder) for each in below))


def _read(path: Path, faults: Faults) -> SeedFile:
    source = read_source(path)
    node = parse(source)
    if node is None:
        return SeedFile(path)
    found: dict[str, Entry] = {}
    for entry in mapping_entries(node, f"the seed file {path}"):
        if entry.key and entry.key.text in KEYS:
            found[entry.key.text] = entry
        elif entry.key:
            faults.error(
                f"a seed file has no {entry.key.text!r}",
                entry.key.position(),
                near(entry.key.text, KEYS),
            )
    sections = [*_sections(found.get("rows"))]
    rows = [row for table, node in sections for row in _rows(table, node, faults)]
    keys = [
        (table, tuple(_names(node, f"the key of {table.text}")))
        for table, node in _sections(found.get("keys"))
    ]
    environments = None
    if "environments" in found:
        environments = tuple(_names(found["environments"].value, "'environments'"))
    return SeedFile(
        path, environments, tuple(table for table, _ in sections), tuple(keys), tuple(rows)
    )


def _sections(entry: Entry | None) -> Iterator[tuple[Scalar, Node]]:
    if entry is None:
        return
    name = entry.key.text if entry.key else ""
    for each in mapping_entries(entry.value, f"{name!r}"):
        if each.key:
            yield each.key, each.value


def _rows(table: Scalar, node: Node, faults: Faults) -> Iterator[SeedRow]:
    with faults.collected():
        for entry in mapping_entries(node, f"the rows of {table.text}"):
            with faults.collected():
                if entry.key:
                    yield _row(table.text, entry.key, entry.value)


def _row(table: str, name: Scalar, node: Node) -> SeedRow:
    if "." in name.text or not name.text or len(name.text) > LONGEST_LABEL:
        raise PlumbobError(
            f"{name.text!r} is no label of a row",
            advice=f"a label has 1 to {LONGEST_LABEL} characters and no point: "
            "a point stands between a table and a label",
            where=name.position(),
        )
    entries = mapping_entries(node, f"the row {table}.{name.text}")
    cells = tuple((entry.key, entry.value) for entry in entries if entry.key)
    return SeedRow(table, name.text, name, cells)


def _names(node: Node, what: str) -> Iterator[Scalar]:
    """Names in a list, or in one text with commas between them."""
    items = node.items if isinstance(node, Sequence) else (node,)
    for item in items:
        if not isinstance(item, Scalar) or not item.text.strip():
            raise PlumbobError(f"{what} is a name or a list of names", where=item.position())
        at = item.start + (1 if item.is_quoted else 0)
        for part in item.text.split(","):
            blanks = len(part) - len(part.lstrip())
            start = at + blanks
            yield Scalar(part.strip(), item.source, start, start + len(part.strip()))
            at += len(part) + 1
