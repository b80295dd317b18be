"""Reads a declaration: the YAML file with what it includes, or a file of CREATE TABLE statements."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from plumbob.declaration.collecting import without_collecting
from plumbob.declaration.declaration import Declaration
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields, mapping_entries
from plumbob.declaration.includes import included_files
from plumbob.declaration.keys import STORED_SECTIONS
from plumbob.declaration.nodes import Entry, Mapping, Node, Scalar
from plumbob.declaration.parser import parse
from plumbob.declaration.parts import Parts, read_parts
from plumbob.declaration.renames import read_renames
from plumbob.declaration.source import read_source
from plumbob.declaration.sql_file import load_sql
from plumbob.declaration.stored import ReadStored, read_stored
from plumbob.declaration.tables import Inherited, ReadTable, read_inherited, read_table
from plumbob.errors import PlumbobError
from plumbob.model import ObjectKey, Schema, StoredKind


def load(path: Path) -> Declaration:
    """Read a declaration.

    Args:
        path: `schema/schema.yaml`, or a folder of .sql files. When the file is missing and there is one
            of the same name that ends in .yml or .sql, that one is read.

    Raises:
        PlumbobError: the one thing that is wrong, or ManyErrors, each with its place in a file.
    """
    path = _found(path)
    if path.is_dir() or path.suffix.lower() == ".sql":
        return load_sql(path)
    with without_collecting():
        return _load_yaml(path)


def _load_yaml(path: Path) -> Declaration:
    faults = Faults()
    document = _Document(path, faults)
    with faults.collected():
        document.read()
    tables = document.read_tables()
    renames = read_renames(tables, faults)
    faults.raise_if_any()
    inherited = document.inherited
    return Declaration(
        Schema(
            {name: found.table for name, found in tables.items()},
            {key: found.stored for key, found in document.stored.items()},
            charset=inherited.charset,
            collation=inherited.collation,
        ),
        renames,
        tuple(document.files),
        faults.sorted_notices(),
        {name: found.places for name, found in tables.items()},
        tuple(document.documents),
        frozenset(document.sections),
        {str(key): found.entry for key, found in document.stored.items()},
    )


def _found(path: Path) -> Path:
    others = [path.with_suffix(suffix) for suffix in (".yml", ".sql")]
    return next((each for each in (path, *others) if each.exists()), path)


@dataclass(slots=True)
class _Document:
    """The root file and those that it includes, section by section."""

    root: Path
    faults: Faults
    files: list[Path] = field(default_factory=list)
    documents: list[Node] = field(default_factory=list)
    inherited: Inherited = field(default_factory=Inherited)
    mixins: dict[str, Parts] = field(default_factory=dict)
    tables: dict[str, Entry] = field(default_factory=dict)
    stored: dict[ObjectKey, ReadStored] = field(default_factory=dict)
    sections: set[StoredKind] = field(default_factory=set)

    def read(self) -> None:
        """Read all files; tables stay nodes, because any of them may use any mixin."""
        fields = self._file(self.root, "declaration")
        database = fields.node("database")
        if database is not None:
            with self.faults.collected():
                level = Fields(database, "database", "the database", self.faults)
                self.inherited = read_inherited(level)
        for name in fields.names("include"):
            with self.faults.collected():
                for path in included_files(self.root, name):
                    self._include(path, name)
        if not self.tables and not _says_no_tables(fields):
            raise PlumbobError(
                f"no tables are declared in {self.root}",
                advice="`tables: {}` says that there are to be none",
                where=fields.position,
            )

    def _include(self, path: Path, name: Scalar) -> None:
        if path in self.files:
            raise PlumbobError(f"{path} is included twice", where=name.position())
        self._file(path, "included file")

    def _file(self, path: Path, level: str) -> Fields:
        source = read_source(path)
        node = parse(source)
        self.files.append(path)
        what = f"the {level} {path}"
        if node is None:
            raise PlumbobError(
                f"{path} is empty",
                advice="`tables: {}` says that there are to be no tables",
                where=source.position(0),
            )
        self.documents.append(node)
        fields = Fields(node, level, what, self.faults)
        for section in STORED_SECTIONS:
            if section in fields:
                self._section(fields, section)
        with self.faults.collected():
            for entry in mapping_entries(fields.node("mixins"), "'mixins'"):
                with self.faults.collected():
                    self._mixin(entry)
        with self.faults.collected():
            for entry in mapping_entries(fields.node("tables"), "'tables'"):
                self._table(entry)
        return fields

    def _section(self, fields: Fields, section: str) -> None:
        """Stored objects of one kind, in the order of the file, which is that of triggers."""
        self.sections.add(STORED_SECTIONS[section])
        with self.faults.collected():
            for entry in mapping_entries(fields.node(section), f"'{section}'"):
                with self.faults.collected():
                    self._stored(read_stored(entry, section, self.faults))

    def _stored(self, found: ReadStored) -> None:
        first = self.stored.get(found.key)
        if first is not None and first.entry.key and found.entry.key:
            place = first.entry.key.position()
            self.faults.error(
                f"the {found.key.kind} {found.stored.name} stands here for the second time; "
                f"the first is in {place.file}, line {place.line}",
                found.entry.key.position(),
                "keep one of the two",
            )
        self.stored.setdefault(found.key, found)

    def _mixin(self, entry: Entry) -> None:
        name = entry.key.text if entry.key else ""
        if name in self.mixins and entry.key:
            raise PlumbobError(f"there are two mixins {name!r}", where=entry.key.position())
        fields = Fields(entry.value, "mixin", f"the mixin {name}", self.faults)
        self.mixins[name] = read_parts(fields, self.faults)

    def _table(self, entry: Entry) -> None:
        name = entry.key.text if entry.key else ""
        first = self.tables.get(name)
        if first is not None and first.key and entry.key:
            place = first.key.position()
            self.faults.error(
                f"the table {name} stands here for the second time; the first is in "
                f"{place.file}, line {place.line}",
                entry.key.position(),
                "keep one of the two",
            )
        self.tables.setdefault(name, entry)

    def read_tables(self) -> dict[str, ReadTable]:
        tables: dict[str, ReadTable] = {}
        for name, entry in self.tables.items():
            with self.faults.collected():
                tables[name] = read_table(entry, self.inherited, self.mixins, self.faults)
        return tables


def _says_no_tables(fields: Fields) -> bool:
    node = fields.node("tables")
    return isinstance(node, Mapping) and not node.entries
