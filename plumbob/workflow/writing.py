"""Writes the pair of files for a comparison, unless they are there already."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from plumbob.ddl.fingerprint import fingerprints, objects, whole_fingerprint
from plumbob.declaration import Declaration
from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.migration.draft import draft
from plumbob.migration.files import put_ahead, read_folder, write_pair
from plumbob.migration.head import settle_head
from plumbob.migration.migration import Migration
from plumbob.migration.record import history, synced
from plumbob.migration.record.live import differing, listed, look
from plumbob.migration.record.standing import stand
from plumbob.migration.run import diverging
from plumbob.migration.run.baseline import unlike
from plumbob.migration.text import file_name
from plumbob.model import Schema
from plumbob.server.connection import Server
from plumbob.workflow import Comparison, compare_database
from plumbob.workflow.recorded import adopted_steps


@dataclass(frozen=True, slots=True)
class Written:
    """Both files of a migration; `is_new` is false where they had been written before."""

    up: Path
    down: Path
    is_new: bool


def write_migration(folder: Path, server: Server, found: Comparison, message: str) -> Written:
    """Write the plan of a comparison as the next migration of a folder.

    Raises:
        PlumbobError: STALE when the database is not at the end of the folder's chain, UNSAFE when a cluster
            would refuse it.
    """
    chain = read_folder(folder)
    standing = stand(server, chain)
    _raise(list(standing.faults()))
    if standing.pending or standing.half_done:
        return _pending(folder, chain[-1], found)
    _refuse_diverging(server, found)
    return Written(*_publish(folder, _draft(found, chain[-1] if chain else None, message)), True)


def write_behind(
    folder: Path,
    chain: Sequence[Migration],
    declaration: Declaration,
    server: Server,
    message: str,
    *,
    scratch: str,
) -> Written | None:
    """Write what is declared and not there as the migration behind a chain; None where it is all there.

    Raises:
        PlumbobError: STALE when the database is not at the end of the chain.
    """
    standing = stand(server, chain)
    _raise(list(standing.faults()))
    base = synced.recorded_schema(server)
    found = compare_database(declaration, server, scratch=scratch, proved=True, base=base)
    if not found.changes:
        return None
    _refuse_diverging(server, found)
    paths = write_pair(folder, _draft(found, chain[-1] if chain else None, message))
    return Written(*paths, is_new=True)


def write_revert(folder: Path, server: Server, found: Comparison, message: str) -> Written:
    """Write a migration that undoes drift, right behind what is applied: ahead of what is pending.

    Args:
        found: what is live, and what was recorded in place of what is declared.

    Raises:
        PlumbobError: STALE when a file was changed or is missing, or what is pending does not begin there.
    """
    chain = read_folder(folder)
    standing = stand(server, chain)
    _raise(list(standing.faults()))
    if adopted_steps(server):
        raise PlumbobError(
            "what was adopted here is in no migration yet, and nothing can be undone behind it",
            advice="write it down first, with `schema diff --write`, and run `schema apply`",
            exit=Exit.STALE,
        )
    applied = [number for number, each in enumerate(chain, 1) if each.id in standing.applied]
    ahead, behind = chain[: max(applied, default=0)], chain[max(applied, default=0) :]
    _refuse_diverging(server, found)
    revert = _draft(found, ahead[-1] if ahead else None, message, undoes_drift=True)
    following = behind[0] if behind else None
    if following is None:
        return Written(*_publish(folder, revert), is_new=True)
    if following.undoes_drift and following.up == revert.up and following.down == revert.down:
        settle_head(folder, chain)
        up, down = (folder / file_name(following.id, way) for way in ("up", "down"))
        return Written(up, down, is_new=False)
    begins = following.after if following.undoes_drift else following.before
    if begins != revert.after:
        raise PlumbobError(
            f"{following.id} is written and not applied, and begins with another schema than the one "
            "that was recorded",
            advice="remove its two files, and plan it anew when the drift is undone",
            where=following.id,
            exit=Exit.STALE,
        )
    up, down = put_ahead(folder, revert, chain, following)
    settle_head(folder, read_folder(folder))
    return Written(up, down, is_new=True)


def write_first(
    folder: Path,
    declaration: Declaration,
    server: Server,
    message: str,
    *,
    scratch: str,
    warn: Callable[[str], object],
    dry_run: bool = False,
) -> tuple[Migration, tuple[Path, ...]]:
    """Write a migration from nothing to what is declared, which the database has already.

    Returns:
        the migration, and its files, of which a dry run has none.

    Raises:
        PlumbobError: STALE when the database is not as declared: nothing was written.
    """
    found = compare_database(declaration, server, scratch=scratch, proved=True, base=Schema())
    if found.proof is None and not dry_run:
        warn(f"the first migration was not proved: {found.unconfirmed}")
    first = _draft(found, None, message)
    live = look(server, [first])
    if not live.is_after(first.forward):
        raise PlumbobError(
            f"{server.database} is not as declared: {listed(unlike(live, [first])) or 'it'} differs",
            advice="`schema diff` shows how; `schema pull` takes it into the declaration",
            exit=Exit.STALE,
        )
    return first, () if dry_run else _publish(folder, first)


def _publish(folder: Path, migration: Migration) -> tuple[Path, Path]:
    paths = write_pair(folder, migration)
    settle_head(folder, read_folder(folder))
    return paths


def _pending(folder: Path, last: Migration, found: Comparison) -> Written:
    """The migration that is waiting to be applied, when it is the one that would be written."""
    prints = fingerprints(found.reached, found.flavour)
    ends = {name: after for name, (_, after) in last.forward.tables.items()}
    if last.after != whole_fingerprint(prints) or differing(prints, ends):
        raise PlumbobError(
            f"{last.id} is written and not applied, and leads elsewhere than the declaration",
            advice="run `schema apply` first, or remove its two files to plan it anew",
            where=last.id,
            exit=Exit.STALE,
        )
    up, down = (folder / file_name(last.id, way) for way in ("up", "down"))
    return Written(up, down, is_new=False)


def _draft(
    found: Comparison, parent: Migration | None, message: str, *, undoes_drift: bool = False
) -> Migration:
    proof = found.proof
    return draft(
        found.plan,
        found.live,
        found.reached,
        found.flavour,
        message=message or _default_message(found),
        created=datetime.now(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ"),
        parent=parent,
        manages=found.declaration.sections,
        proof=proof.place if proof else "",
        unproved=found.unconfirmed,
        expected_up=proof.up if proof else (),
        expected_down=proof.down if proof else (),
        undoes_drift=undoes_drift,
    )


def _default_message(found: Comparison) -> str:
    """What the first statement does, for people who say nothing."""
    first, *more = found.plan.up
    return first.about + (f" and {len(more)} more" if more else "")


def foreseen(server: Server, found: Comparison) -> tuple[PlumbobError, ...]:
    """What of the way up `apply` refuses on this cluster, because each member would have other rows."""
    return diverging.foreseen(server, found.plan.up, objects(found.live))


def _refuse_diverging(server: Server, found: Comparison) -> None:
    """Refuse to write what `apply` would refuse; but what a sync has done, or was adopted, is not run again."""
    if synced.read(server) is None and not history.unwritten(history.read(server)):
        _raise(foreseen(server, found))


def _raise(faults: Sequence[PlumbobError]) -> None:
    if faults:
        raise faults[0] if len(faults) == 1 else ManyErrors(list(faults))
