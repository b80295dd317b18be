"""Makes a database what is declared, without files: for development, and never in production.

The statements are those that a migration would have, run by the same runner, lock and journal. What
ended in the middle is not resumed by the journal but compared anew: a fresh comparison is always a
valid way on. The history stays as it was, but for migrations that came from others: what they lead to
is in the declaration, so they count as applied.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timezone

from plumbob.ddl.fingerprint import fingerprints, objects, whole_fingerprint
from plumbob.declaration import Declaration
from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration.draft import draft
from plumbob.migration.migration import Migration
from plumbob.migration.record import history, journal, store, synced
from plumbob.migration.record.drift import changed_since
from plumbob.migration.record.live import Live, look
from plumbob.migration.record.production import refuse_in_production
from plumbob.migration.record.snapshot import record, schema_of
from plumbob.migration.record.standing import SYNC, Standing, stand
from plumbob.migration.run import lock
from plumbob.migration.run.counting import Counted, at_risk, harmless
from plumbob.migration.run.events import Progress, Recorded, silent
from plumbob.migration.run.executor import MAX_WAIT
from plumbob.migration.run.findings import findings, obstacles, risks
from plumbob.migration.run.lock import LOCK_WAIT, Lock
from plumbob.migration.run.running import Runner
from plumbob.migration.run.stopping import Stop
from plumbob.migration.run.tasks import Task
from plumbob.model import Schema, key_of_id
from plumbob.plan.approvals import check_approvals
from plumbob.server.connection import Server
from plumbob.server.scratch import Scratch
from plumbob.server.scratch_place import NoScratch, open_scratch
from plumbob.workflow import Comparison, compare_database
from plumbob.workflow.outside import parents_outside, tables_elsewhere

# What the database holds after a migration, as the history keeps it.
Texts = dict[str, str]


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What a sync did, or would do in a dry run.

    Attributes:
        statements: what was run, in words.
        recorded: migrations that came from others and count as applied now.
        is_ahead: whether the database has more than the migrations lead to.
        unapproved: hazards without an approval, and `refused`: what would fail on the rows that are
            there; a real run refuses both.
    """

    statements: tuple[str, ...]
    recorded: tuple[str, ...]
    seconds: float
    is_ahead: bool = False
    dry_run: bool = False
    unapproved: tuple[Counted, ...] = ()
    refused: tuple[Counted, ...] = ()


@dataclass(frozen=True, slots=True)
class Sync:
    """How databases are synced.

    Attributes:
        allow: approvals, `kind:object`, or "all".
        ask: asks a person about a loss that is not approved; None where nobody can be asked.
        scratch: where declared text is tried out (see `open_scratch`).
        production: whether the settings say that the database is.
        progress, lock_wait, max_wait, stop: as for `executor.apply`.
    """

    allow: Collection[str] = ()
    ask: Callable[[Counted], bool] | None = None
    scratch: str = ""
    production: bool = False
    dry_run: bool = False
    progress: Progress = silent
    lock_wait: float = LOCK_WAIT
    max_wait: float = MAX_WAIT
    stop: Stop = field(default_factory=Stop)

    def __call__(
        self, declaration: Declaration, server: Server, chain: Sequence[Migration]
    ) -> SyncOutcome:
        """Make a database what is declared.

        Raises:
            PlumbobError: UNSAFE for production and for a loss that is not approved, STALE where the
                migrations of the folder do not fit: nothing was run. FAILED: the same call goes on.
        """
        started = time.monotonic()
        check_approvals(self.allow)
        self._refuse_in_production(server)
        _raise(obstacles(server))
        with lock.held(server, self.lock_wait, self.progress) as held:
            # Who held it may have marked the database.
            self._refuse_in_production(server)
            standing = _stand(server, chain)
            found = compare_database(declaration, server, scratch=self.scratch)
            migration = _as_migration(found)
            live = look(server, (*chain, migration))
            pending = list(self._pending(server, standing, found, live))
            risky = at_risk(server, migration.forward.hazards, self.allow)
            missing = tuple(each for each in risky if each.needs_approval)
            failing = tuple(each for each in risky if each.is_refused)
            if not self.dry_run:
                self._check(server, migration, live, risky)
                self._run(server, (*chain, migration), held, live, risky)
                self._record(server, pending)
                ahead = _settle(server, chain, migration.header.manages)
        return SyncOutcome(
            tuple(each.about for each in migration.up),
            tuple(each.id for each, _ in pending),
            time.monotonic() - started,
            False if self.dry_run else ahead,
            self.dry_run,
            missing,
            failing,
        )

    def _refuse_in_production(self, server: Server) -> None:
        refuse_in_production("`schema sync`", server, configured=self.production)

    def _pending(
        self, server: Server, standing: Standing, found: Comparison, live: Live
    ) -> Iterator[tuple[Migration, Texts | None]]:
        """Migrations that came from others, each with what it leads to; None for the synced end."""
        if not standing.pending:
            return
        last = standing.pending[-1].forward
        if whole_fingerprint(fingerprints(found.reached, found.flavour)) == last.after:
            yield from ((each, None) for each in standing.pending)
            return
        known = synced.recorded_end(server, synced.read(server))
        base = schema_of(live.texts(server.flavour) if known is None else known, server.flavour)
        with open_scratch(self.scratch, server) as place:
            if isinstance(place, NoScratch):
                raise _apply_first(standing.pending[0], place.why)
            place.lend(parents_outside(found.declaration, found.declared, base, server))
            place.rebuild(tables_elsewhere(found.declared, base, server))
            yield from _replayed(place, base, standing.pending)

    def _check(
        self, server: Server, migration: Migration, live: Live, risky: Sequence[Counted]
    ) -> None:
        # Whether the database is as it was compared is asked of it anew.
        _raise([*findings(server, [Task(migration, "up")], live)] if migration.up else [])
        missing = [each for each in risky if each.needs_approval]
        if any(each.is_refused for each in risky) or not (self.ask and all(map(self.ask, missing))):
            _raise([*risks(risky)])

    def _run(
        self,
        server: Server,
        chain: Sequence[Migration],
        held: Lock,
        live: Live,
        risky: Sequence[Counted],
    ) -> None:
        """Run the last one of the chain, which is no file."""
        migration = chain[-1]
        if not migration.up:
            return
        store.create(server)
        synced.begin(server, live, migration.header.manages)
        safe = harmless(risky)
        runner = Runner(server, chain, held, self.progress, self.max_wait, safe, stop=self.stop)
        with self.stop.guards(server):
            runner.carry_out(Task(migration, "up"), live)

    def _record(self, server: Server, pending: Sequence[tuple[Migration, Texts | None]]) -> None:
        if pending:
            store.create(server)
            ends = look(server, [each for each, _ in pending]).texts(server.flavour)
        for each, texts in pending:
            history.write(
                server, each, "up", texts=ends if texts is None else texts, milliseconds=0
            )
            self.progress(Recorded(each.id, each.message, each.forward.by_hand))


def _stand(server: Server, chain: Sequence[Migration]) -> Standing:
    """Where the database stands; a sync that did not end is no obstacle to the next one."""
    standing = stand(server, chain)
    half = standing.half_done
    if half is not None and half.migration == SYNC:
        standing, half = replace(standing, half_done=None), None
    faults = list(standing.faults())
    if half is not None and not faults:
        faults = [
            PlumbobError(
                f"{half.migration} is half done",
                advice=f"finish it with `{half.command}` first",
                where=half.migration,
                exit=Exit.STALE,
            )
        ]
    _raise(faults)
    return standing


def _as_migration(found: Comparison) -> Migration:
    """The way up as a migration that is in no file, under the name that the journal has for it."""
    made = draft(
        found.plan,
        found.live,
        found.reached,
        found.flavour,
        message="as declared",
        created=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        manages=found.declaration.sections,
    )
    return replace(made, header=replace(made.header, id=SYNC))


def _replayed(
    place: Scratch, base: Schema, pending: Sequence[Migration]
) -> Iterator[tuple[Migration, Texts]]:
    """What migrations lead to from a schema, seen on a scratch database.

    Raises:
        PlumbobError: STALE when they cannot be run there, or lead elsewhere than they say.
    """
    first, flavour = pending[0], place.server.flavour
    if not place.is_private and any(
        id.startswith("event:") for each in pending for id in each.tables
    ):
        raise _apply_first(first, "an event would be run where it is tried out")
    try:
        place.create((*base.tables.values(), *base.stored.values()), lenient=base.tables.keys())
        for migration in pending:
            for statement in migration.up:
                key = next(filter(None, map(key_of_id, statement.after)), None)
                with place.session(key, statement.session):
                    place.execute(statement.sql)
            found = replace(place.read(), not_understood=base.not_understood)
            if whole_fingerprint(fingerprints(found, flavour)) != migration.after:
                raise _apply_first(migration, "it leads elsewhere on a scratch database")
            yield migration, {id: record(each, flavour) for id, each in objects(found).items()}
    except PlumbobError as error:
        if error.exit == Exit.STALE:
            raise
        raise _apply_first(first, error.what) from error


def _settle(server: Server, chain: Sequence[Migration], manages: Collection[str]) -> bool:
    """Close the journal, and keep what the database is like where it is ahead of the migrations."""
    sync = synced.read(server)
    recorded = synced.recorded_end(server, sync)
    if recorded is None:
        return False
    journal.settle(server)
    told = {name: after for each in chain for name, (_, after) in each.forward.tables.items()}
    manages = {*manages, *(kind for each in chain for kind in each.header.manages)}
    live = look(server, chain)
    if changed_since(recorded, live, server, told, manages):
        synced.end(server, live, manages)
        return True
    synced.forget(server)
    return False


def _apply_first(migration: Migration, why: str) -> PlumbobError:
    return PlumbobError(
        f"{migration.id} is not applied yet, and cannot be taken as done: {why}",
        advice="run `schema apply` first",
        where=migration.id,
        exit=Exit.STALE,
    )


def _raise(faults: Sequence[PlumbobError]) -> None:
    if faults:
        raise faults[0] if len(faults) == 1 else ManyErrors(list(faults))
