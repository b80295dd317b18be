"""Writes faked rows in batches, in one transaction, and remembers which they are.

INSERT IGNORE leaves out what a check, a key or a partition refuses, and says so: those rows are drawn
again. What it would change in a value besides is an error, and our fault.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from plumbob.ddl.quote import quote_name, quote_names
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Column, Schema, Table
from plumbob.model.type import FLOATING_POINT
from plumbob.seeds import records
from plumbob.seeds.fakes.making import Maker, maker_of
from plumbob.seeds.fakes.words import Words
from plumbob.seeds.literals import value_literal
from plumbob.seeds.order import tables_in_order
from plumbob.seeds.records import Identity, Keys, Record
from plumbob.seeds.sowing import require_tables
from plumbob.seeds.transaction import alone, refuse_dry_run, transaction, without_transactions
from plumbob.server.connection import Server
from plumbob.server.errors import ServerError
from plumbob.server.listing import folded

BATCH = 1000
MOST_BYTES = 1_000_000
# After so many batches of which the server took nothing, it is told why.
_PATIENCE = 20
# What INSERT IGNORE leaves a row out for: a duplicate key, a check (MySQL, MariaDB), a missing parent, no
# partition; by MySQL's and MariaDB's numbers of errors.
_REFUSALS = (1062, 1586, 3819, 4025, 1216, 1452, 1526, 1748)
_DUPLICATES = (1062, 1586)
# What it changes a value for: NULL, out of range, truncated, incorrect, no default, too long.
_CHANGES = (1048, 1264, 1265, 1292, 1364, 1366, 1406)

# The table, how many of its rows are there, and how many it shall be.
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class Filled:
    """How many rows were made by table, with the number that makes the same ones again.

    `unnamed` are tables whose rows cannot be told apart, so that nothing can undo them.
    """

    rows: Mapping[str, int]
    seed: int
    unnamed: tuple[str, ...] = ()
    is_dry: bool = False
    no_rollback: Mapping[str, str] = field(default_factory=dict)


def fill(
    server: Server,
    schema: Schema,
    counts: Mapping[str, int],
    *,
    seed: int,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> Filled:
    """Insert faked rows, all of them or none.

    Args:
        schema: what is declared, in canonical form.
        counts: how many rows, by table.
        seed: the same number makes the same rows on the same database.
        dry_run: find out whether the server takes them, and roll them back.

    Raises:
        PlumbobError: there is nothing that rows could refer to, or the server refuses them all.
    """
    tables = [each for each in tables_in_order(schema) if each.name in counts]
    require_tables(server, {each.name: each.columns for each in tables})
    loose = without_transactions(server, counts)
    if dry_run:
        refuse_dry_run(loose)
    unnamed = []
    with alone(server):
        if not dry_run:
            records.create(server)
        with transaction(server, keeps=not dry_run):
            for table in tables:
                filling = _Filling.of(server, schema, table, seed, progress or (lambda *_: None))
                filling.keeps = not dry_run
                filling.run(counts[table.name])
                if not filling.identity:
                    unnamed.append(table.name)
    done = {table.name: counts[table.name] for table in tables}
    return Filled(done, seed, tuple(unnamed), dry_run, loose)


@dataclass(slots=True)
class _Filling:
    """One table. `identity` has the columns that tell its rows apart, () where there are none."""

    server: Server
    table: Table
    maker: Maker
    progress: Progress
    identity: tuple[str, ...]
    counter: str | None
    keeps: bool = True
    refusals: Counter[str] = field(default_factory=Counter)

    @classmethod
    def of(
        cls, server: Server, schema: Schema, table: Table, seed: int, progress: Progress
    ) -> _Filling:
        words = Words(Random(f"{seed}:{table.name}"), seed)
        maker = maker_of(table, schema, server, words)
        left = (each for each in table.columns if each.name not in maker.columns)
        counter = next((each.name for each in left if each.auto_increment), None)
        return cls(server, table, maker, progress, _identity(table), counter)

    def run(self, count: int) -> None:
        done, empty = 0, 0
        while done < count:
            rows = self._rows(min(BATCH, count - done))
            taken = self._insert(rows) if rows else 0
            done += taken
            empty = 0 if taken else empty + 1
            if empty == _PATIENCE:
                raise self._stuck(done, count)
            self.progress(self.table.name, done, count)

    def _rows(self, count: int) -> list[tuple[str, ...]]:
        rows: list[tuple[str, ...]] = []
        size = 0
        for _ in range(count):
            row = self.maker.row()
            if row is None:
                self.refusals["no more values for a unique key were found"] += 1
                continue
            rows.append(row)
            size += sum(map(len, row)) + len(row)
            if size > MOST_BYTES:
                break
        return rows

    def _insert(self, rows: list[tuple[str, ...]]) -> int:
        """Insert what the server takes of these rows, and record it; how many it were."""
        is_counted = self.counter is not None and self.counter in self.identity
        if self.identity and not is_counted:
            rows = self._new(rows)
            if not rows:
                return 0
        names = quote_names(self.maker.columns)
        values = ",".join(f"({','.join(row)})" for row in rows)
        taken = self._execute(
            f"INSERT IGNORE INTO {quote_name(self.table.name)} ({names}) VALUES {values}"
        )
        if not taken or not self.identity:
            return taken
        found = self._counted(taken) if is_counted else self._given(rows)
        if len(found) != taken:
            raise PlumbobError(
                f"{taken} faked rows of {self.table.name} were inserted, and {len(found)} were found again",
                advice="this is a bug of plumbob; nothing was written",
                exit=Exit.FAILED,
            )
        if self.keeps:
            self._record(tuple(found))
        self._become_parents(found)
        return taken

    def _execute(self, sql: str) -> int:
        try:
            taken = self.server.execute(sql)
        except ServerError as error:
            # MariaDB takes IGNORE of a check for meant only where there are several rows.
            if error.is_lost:
                raise
            if error.errno not in _REFUSALS:
                what = f"the server refuses faked rows of {self.table.name}: {error.what}"
                raise ServerError(error.errno, what, advice=error.advice, exit=error.exit) from None
            self._refused(error.errno, error.what)
            return 0
        self._heed_warnings()
        return taken

    def _new(self, rows: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
        """Those whose key nobody has: what INSERT IGNORE leaves out must not be taken for ours."""
        there = self.server.query(f"{self._select(rows)} FOR UPDATE")
        if not there:
            return rows
        if len(there) == len(rows):
            self.refusals["the keys are taken"] += len(rows)
            return []
        return [row for row in rows if not self.server.query(f"{self._select([row])} FOR UPDATE")]

    def _given(self, rows: list[tuple[str, ...]]) -> list[Identity]:
        """Rows whose keys we made."""
        return [tuple(row) for row in self.server.query(self._select(rows))]

    def _select(self, rows: list[tuple[str, ...]]) -> str:
        places = [self.maker.columns.index(name) for name in self.identity]
        names = quote_names(self.identity)
        keys = ",".join(f"({','.join(row[at] for at in places)})" for row in rows)
        return f"SELECT {names} FROM {quote_name(self.table.name)} WHERE ({names}) IN ({keys})"

    def _counted(self, taken: int) -> list[Identity]:
        """Rows whose keys the server counted.

        One INSERT gets numbers in a row, whatever others insert (manual: InnoDB AUTO_INCREMENT Lock
        Modes); LAST_INSERT_ID is the first of those that were taken.
        """
        counter = quote_name(self.counter or "")
        found = self.server.query(
            f"SELECT {quote_names(self.identity)} FROM {quote_name(self.table.name)}"
            f" WHERE {counter} >= LAST_INSERT_ID() ORDER BY {counter} LIMIT {taken:d}"
        )
        return [tuple(row) for row in found]

    def _record(self, found: tuple[Identity, ...]) -> None:
        # PyMySQL cannot read a vector of MySQL.
        vectors = {each.name for each in self.table.columns if each.type.name == "vector"}
        columns = tuple(name for name in self.maker.columns if name not in vectors)
        keys = Keys(self.identity, found)
        some = records.contents_of(self.server, self.table.name, keys, columns)
        stored = ",".join(each[: records.DIGITS] for each in some)
        made = records.tables_made(self.server)[folded(self.server, self.table.name)]
        records.write(
            self.server,
            Record(
                self.table.name,
                None,
                True,
                keys,
                columns=columns,
                stored=stored,
                table_made=made,
            ),
        )

    def _become_parents(self, found: Sequence[Identity]) -> None:
        """Rows behind these may refer to them, where the table refers to itself."""
        for parents, _ in self.maker.parents:
            if (
                parents.key.parent == self.table.name
                and parents.key.parent_columns == self.identity
            ):
                parents.add(tuple(map(value_literal, row)) for row in found)

    def _heed_warnings(self) -> None:
        for level, code, message in self.server.warnings():
            if code in _REFUSALS:
                self._refused(code, message)
            elif code in _CHANGES and level != "Note":
                raise PlumbobError(
                    f"the server would change a faked value of {self.table.name}: {message} ({code})",
                    advice="this is a bug of plumbob; nothing was written",
                    exit=Exit.FAILED,
                )

    def _refused(self, code: int, message: str) -> None:
        self.refusals["a duplicate key" if code in _DUPLICATES else message] += 1

    def _stuck(self, done: int, count: int) -> PlumbobError:
        why, _ = self.refusals.most_common(1)[0] if self.refusals else ("nobody knows why", 0)
        return PlumbobError(
            f"no more than {done} of {count} faked rows of {self.table.name} are possible: {why}",
            advice="nothing was written: ask for fewer, or write such rows in a seed file",
            exit=Exit.FAILED,
        )


def _identity(table: Table) -> tuple[str, ...]:
    """The primary key, else a unique key without NULLs; () where there is none."""
    for index in sorted(table.indexes, key=lambda each: each.kind != "primary"):
        if index.kind not in ("primary", "unique") or len(index.columns) != len(index.parts):
            continue
        columns = [table.column(name) for name in index.columns]
        is_plain = all(part.length is None and not part.period for part in index.parts)
        if is_plain and all(each and _tells_apart(each) for each in columns):
            return index.columns
    return ()


def _tells_apart(column: Column) -> bool:
    """Whether a value that was written is found again by equality, which a float is not."""
    return not (column.null or column.generated or column.type.name in FLOATING_POINT)
