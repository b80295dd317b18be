"""Removes what was seeded and nothing else; rows of others that depend on it keep it where it is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.seeds import records
from plumbob.seeds.order import cycle_of, in_order
from plumbob.seeds.records import Identity, Keys, Record, among
from plumbob.seeds.transaction import alone, transaction, without_transactions
from plumbob.server.connection import Server
from plumbob.server.listing import folded

BATCH = 1000
_FEW = 5
# What is done, how much of it, and of how much.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Undone:
    """How many rows were removed by table, how many were gone already, and what stays.

    `kept` are rows that had been there before; `unlike` are tables that were made anew since, with rows
    that are not those that were seeded.
    """

    removed: Mapping[str, int]
    gone: int = 0
    kept: tuple[str, ...] = ()
    unlike: tuple[str, ...] = ()
    is_dry: bool = False
    no_rollback: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Key:
    """A foreign key as the server has it."""

    database: str
    table: str
    name: str
    columns: tuple[str, ...]
    parent: str
    parent_columns: tuple[str, ...]
    is_nullable: bool


def undo(server: Server, *, dry_run: bool = False, progress: Progress | None = None) -> Undone:
    """Remove all rows that were inserted as seeds or fakes.

    Raises:
        PlumbobError: UNSAFE, or ManyErrors, where rows that were not seeded refer to seeded ones.
    """
    with alone(server):
        found = records.read(server)
        if not found:
            return Undone({}, is_dry=dry_run)
        with transaction(server):
            undoing = _Undoing(server, found, progress or (lambda *_: None))
            return undoing.run(dry_run=dry_run)


@dataclass(slots=True)
class _Undoing:
    server: Server
    records: list[Record]
    progress: Progress
    gone: int = 0

    def run(self, *, dry_run: bool) -> Undone:
        kept = [each for each in self.records if not each.inserted]
        own, unlike = self._divided([each for each in self.records if each.inserted])
        batches = self._batches(own)
        keys = self._foreign_keys(set(batches))
        self._refuse_dependents(batches, keys)
        counts = {table: sum(len(each.rows) for each in found) for table, found in batches.items()}
        loose = without_transactions(self.server, counts)
        if not dry_run:
            self._delete(batches, keys)
            records.forget(self.server, self.records)
        shown = tuple(f"{each.table}.{each.label}" for each in kept)
        return Undone(counts, self.gone, shown, unlike, dry_run, loose)

    def _divided(self, inserted: Sequence[Record]) -> tuple[list[Record], tuple[str, ...]]:
        """Records of rows that are ours, and the tables whose rows are others now."""
        made = records.tables_made(self.server)
        own, unlike = [], []
        for each in inserted:
            name = folded(self.server, each.table)
            if name not in made:
                self.gone += len(each.keys.rows)
            elif self._is_same(each, made[name]):
                own.append(replace(each, table=name))
            else:
                unlike.append(each.table)
        return own, tuple(dict.fromkeys(unlike))

    def _is_same(self, record: Record, made: str) -> bool:
        """Whether the numbers of the record mean the rows that were seeded.

        In a table that was emptied or made anew since, they may be those of other rows.
        """
        if record.table_made == made:
            return True
        found = records.contents_of(self.server, record.table, record.keys, record.columns)
        known = record.stored.split(",")
        return not found or any(each.startswith(stored) for each in found for stored in known)

    def _batches(self, own: list[Record]) -> dict[str, list[Keys]]:
        """The rows that are still there, by table, the latest first, many at once."""
        rows: dict[tuple[str, tuple[str, ...]], list[Identity]] = defaultdict(list)
        for each in reversed(own):
            rows[each.table, each.keys.columns] += reversed(each.keys.rows)
        batches: dict[str, list[Keys]] = defaultdict(list)
        for (table, columns), identities in rows.items():
            for start in range(0, len(identities), BATCH):
                keys = Keys(columns, tuple(identities[start : start + BATCH]))
                names = ", ".join(map(quote_name, columns))
                found = self.server.query(
                    f"SELECT {names} FROM {quote_name(table)} WHERE {among(keys)} FOR UPDATE"
                )
                self.gone += len(keys.rows) - len(found)
                if found:
                    batches[table].append(Keys(columns, tuple(map(tuple, found))))
        return batches

    def _foreign_keys(self, tables: set[str]) -> list[_Key]:
        """The foreign keys of all databases that refer to these tables."""
        if not tables:
            return []
        names = ", ".join(map(quote_text, sorted(tables)))
        rows = self.server.query(
            "SELECT k.TABLE_SCHEMA, k.TABLE_NAME, k.CONSTRAINT_NAME, k.COLUMN_NAME,"
            " k.REFERENCED_TABLE_NAME, k.REFERENCED_COLUMN_NAME, c.IS_NULLABLE"
            " FROM information_schema.KEY_COLUMN_USAGE k JOIN information_schema.COLUMNS c"
            " ON c.TABLE_SCHEMA = k.TABLE_SCHEMA AND c.TABLE_NAME = k.TABLE_NAME"
            " AND c.COLUMN_NAME = k.COLUMN_NAME"
            f" WHERE k.REFERENCED_TABLE_SCHEMA = DATABASE() AND k.REFERENCED_TABLE_NAME IN ({names})"
            " ORDER BY 1, 2, 3, k.ORDINAL_POSITION"
        )
        parts: dict[tuple[str, str, str, str], list[tuple[str, str, str]]] = defaultdict(list)
        for database, table, name, column, parent, parent_column, nullable in rows:
            parts[database, table, name, parent].append((column, parent_column, nullable))
        return [
            _Key(
                database,
                table,
                name,
                tuple(column for column, _, _ in columns),
                parent,
                tuple(column for _, column, _ in columns),
                any(nullable == "YES" for _, _, nullable in columns),
            )
            for (database, table, name, parent), columns in parts.items()
        ]

    def _refuse_dependents(self, batches: Mapping[str, list[Keys]], keys: list[_Key]) -> None:
        """Refuse to take rows away from under others, whatever ON DELETE would do with those."""
        ours = {
            table: {
                columns: {row for each in found for row in each.rows} for columns in _columns(found)
            }
            for table, found in batches.items()
        }
        errors = []
        for key in keys:
            depends = [
                row for each in batches[key.parent] for row in self._dependents(key, each, ours)
            ]
            if depends:
                errors.append(self._refusal(key, depends))
        if len(errors) == 1:
            raise errors[0]
        if errors:
            raise ManyErrors(errors)

    def _dependents(
        self, key: _Key, parents: Keys, ours: Mapping[str, Mapping[tuple[str, ...], set[Identity]]]
    ) -> Iterator[tuple[str, str]]:
        """Rows that refer to these and were not seeded: each with the row that it refers to."""
        is_home = key.database == self.server.database
        own = ours.get(key.table, {}) if is_home else {}
        columns = next(iter(own), None) or self._primary(key)
        joined = " AND ".join(
            f"c.{quote_name(child)} = p.{quote_name(parent)}"
            for child, parent in zip(key.columns, key.parent_columns, strict=True)
        )
        names = [f"c.{quote_name(name)}" for name in columns]
        names += [f"p.{quote_name(name)}" for name in parents.columns]
        rows = self.server.query(
            f"SELECT {', '.join(names)} FROM {quote_name(key.database)}.{quote_name(key.table)} c"
            f" JOIN {quote_name(key.parent)} p ON {joined} WHERE {among(parents, 'p')}"
            " LOCK IN SHARE MODE"
        )
        seeded = own.get(columns, set())
        for row in rows:
            child, parent = tuple(row[: len(columns)]), tuple(row[len(columns) :])
            if child not in seeded:
                yield _shown(columns, child), _shown(parents.columns, parent)

    def _primary(self, key: _Key) -> tuple[str, ...]:
        """What to call the rows of a table by."""
        rows = self.server.query(
            "SELECT COLUMN_NAME FROM information_schema.KEY_COLUMN_USAGE"
            f" WHERE TABLE_SCHEMA = {quote_text(key.database)} AND TABLE_NAME = {quote_text(key.table)}"
            " AND CONSTRAINT_NAME = 'PRIMARY' ORDER BY ORDINAL_POSITION"
        )
        return tuple(name for (name,) in rows) or key.columns

    def _refusal(self, key: _Key, depends: Sequence[tuple[str, str]]) -> PlumbobError:
        table = key.table if key.database == self.server.database else f"{key.database}.{key.table}"
        first = [child for child, _ in depends[:_FEW]]
        more = f" and {len(depends) - _FEW} more" if len(depends) > _FEW else ""
        verb = "refers" if len(depends) == 1 else "refer"
        parent = depends[0][1] if len({parent for _, parent in depends}) == 1 else "seeded rows"
        return PlumbobError(
            f"{len(depends)} row{'s' * (len(depends) != 1)} of {table} that no seed has inserted {verb} "
            f"to {key.parent} {parent}: {'; '.join(first)}{more}",
            advice="nothing was removed: remove those first, or let them refer to something else",
            where=table,
            exit=Exit.UNSAFE,
        )

    def _delete(self, batches: Mapping[str, list[Keys]], keys: list[_Key]) -> None:
        """Children before parents; what would close a circle is emptied first."""
        home = [
            each for each in keys if each.database == self.server.database and each.table in batches
        ]
        needs: dict[str, dict[str, None]] = {table: {} for table in batches}
        for key in home:
            # The parent goes when its children have gone.
            needs[key.parent][key.table] = None
        loose = [key for key in home if key.table == key.parent]
        for key in loose:
            needs[key.parent].pop(key.table, None)
        while cycle := cycle_of(needs):
            breaking = next(
                (
                    key
                    for key in home
                    for edge in cycle
                    if edge == (key.parent, key.table) and key.is_nullable
                ),
                None,
            )
            parent, child = cycle[0] if breaking is None else (breaking.parent, breaking.table)
            needs[parent].pop(child)
            loose += [key for key in home if (key.parent, key.table) == (parent, child)]
        for key in loose:
            self._empty(key, batches[key.table])
        total = sum(len(each.rows) for found in batches.values() for each in found)
        done = 0
        for table in in_order(list(batches), needs):
            for each in batches[table]:
                self.server.execute(f"DELETE FROM {quote_name(table)} WHERE {among(each)}")
                done += len(each.rows)
                self.progress("removing", done, total)

    def _empty(self, key: _Key, batches: list[Keys]) -> None:
        if not key.is_nullable:
            return
        settings = ", ".join(f"{quote_name(name)} = NULL" for name in self._nullable(key))
        for each in batches:
            self.server.execute(
                f"UPDATE {quote_name(key.table)} SET {settings} WHERE {among(each)}"
            )

    def _nullable(self, key: _Key) -> list[str]:
        names = ", ".join(map(quote_text, key.columns))
        rows = self.server.query(
            "SELECT COLUMN_NAME FROM information_schema.COLUMNS WHERE TABLE_SCHEMA = DATABASE()"
            f" AND TABLE_NAME = {quote_text(key.table)} AND COLUMN_NAME IN ({names})"
            " AND IS_NULLABLE = 'YES'"
        )
        return [name for (name,) in rows]


def _columns(found: list[Keys]) -> set[tuple[str, ...]]:
    return {each.columns for each in found}


def _shown(columns: Sequence[str], row: Identity) -> str:
    return ", ".join(f"{name} {value}" for name, value in zip(columns, row, strict=True))
