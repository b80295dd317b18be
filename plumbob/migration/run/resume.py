"""Where a run that did not end goes on: the journal says what was tried, the fingerprint what is.

A statement whose client was killed goes on in the server, and a journal's "done" may be lost with the
server; so each decision here is made on what the tables are now.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import ABSENT, UNKNOWN, Direction, Migration, Script
from plumbob.migration.record.journal import Entry
from plumbob.migration.record.live import Live, as_told, differing, is_as, listed
from plumbob.migration.record.standing import HalfDone
from plumbob.migration.run.undoing import steps_needed, undoes
from plumbob.model import key_of_id

Told = Literal["done", "again"]


@dataclass(frozen=True, slots=True)
class Start:
    """How many statements of a script are done, and the journal's row of one just found to be done.

    `needless` are the numbers of later ones whose objects are already beyond them: the other way, half
    done, had not come to what they undo. `is_between`: the database is in the middle of the script.
    """

    done: int = 0
    found_done: Entry | None = None
    needless: frozenset[int] = frozenset()
    is_between: bool = False


def go_on(migration: Migration, half: HalfDone, live: Live, told: Told | None = None) -> Start:
    """Where the run goes on in the direction that it had.

    Args:
        told: what became of a statement by hand of which nobody else can know it.

    Raises:
        PlumbobError: STALE when a statement that was run is another one now; FAILED when the tables are
            neither as before nor as after the statement that was running, or nobody knows that.
    """
    script = migration.script(half.direction)
    tried = {entry.number: entry for entry in half.entries if entry.number}
    done = 0
    while (entry := tried.get(done + 1)) is not None and entry.state == "done":
        _check_same(migration, script, entry)
        done += 1
    _check_strangers(script, half, live, migration.id)
    if entry is not None and entry.state == "unknown":
        if told is None:
            raise _nobody_knows(migration, half, entry)
        _check_same(migration, script, entry)
        return Start(done + 1, entry) if told == "done" else Start(done)
    # A run that had turned back has written down, when it began, which data steps it does not need.
    steps = {number: False for number, entry in tried.items() if entry.state == "done"}
    if entry is None or is_as(live.tables, entry.before):
        return Start(done, needless=_needless(migration, script, live, done, steps) or frozenset())
    if is_as(live.tables, entry.expected):
        _check_same(migration, script, entry)
        needless = _needless(migration, script, live, done + 1, steps)
        return Start(done + 1, entry, needless or frozenset())
    if live.is_after(script):
        return Start(len(script.statements), entry)
    raise _neither(migration, half, entry, live)


def turn_back(migration: Migration, direction: Direction, half: HalfDone, live: Live) -> Start:
    """Where a run in `direction` begins after one in the other direction that did not end.

    The states that the script goes through are known by fingerprint; the statements that lead up to the
    one that the tables are in now are not needed. Where it goes through none such, because it takes the
    objects in another order, each statement is judged by its own objects.

    Raises:
        PlumbobError: FAILED when the tables are in none of these states, STALE when others changed.
    """
    script = migration.script(direction)
    _check_strangers(script, half, live, migration.id)
    state = {name: before for name, (before, _) in script.tables.items()}
    found = [0] if is_as(live.tables, state) else []
    for number, statement in enumerate(script.statements, 1):
        state = {**state, **statement.after}
        if is_as(live.tables, state):
            found.append(number)
    fitting = [number for number in found if undoes(migration, direction, half, number)]
    steps = None if found else steps_needed(migration, direction, half)
    if steps is not None:
        needless = _needless(migration, script, live, 0, steps)
        if needless is not None:
            return Start(needless=needless, is_between=True)
    if not fitting:
        back, on = ("rollback", "apply") if direction == "down" else ("apply", "rollback")
        raise PlumbobError(
            f"`{back}` cannot begin in the middle of {migration.id}: "
            + (
                "a block by hand is half done, or its counterpart stands elsewhere"
                if found
                else "the tables are in no state that it goes through"
            ),
            advice=f"finish the run that was begun, with `schema {on}`, then run this again",
            where=migration.id,
            exit=Exit.FAILED,
        )
    start = fitting[-1]
    while start and start - 1 in fitting and script.is_unseen(start):
        start -= 1
    return Start(start)


def _needless(
    migration: Migration, script: Script, live: Live, done: int, steps: Mapping[int, bool]
) -> frozenset[int] | None:
    """The statements behind the first ones whose objects are not as before them.

    What drops an object is needed in each state that the other way gives to it. Of data steps, which no
    definition tells of, `steps` says by their numbers whether they are needed; others are. None where
    the others would not lead to the end of the script.
    """
    state = {name: before for name, (before, _) in script.tables.items()}
    now = {**live.tables}
    known = _states(migration)
    found: set[int] = set()
    for number, statement in enumerate(script.statements, 1):
        before = {name: state.get(name, ABSENT) for name in statement.after}
        drops = {*statement.after.values()} == {ABSENT}
        if number > done and not steps.get(number, True):
            found.add(number)
        elif number > done:
            if is_as(now, before) or (drops and _of(now, before) <= known):
                now |= statement.after
            else:
                found.add(number)
        state |= statement.after
    ends = {name: after for name, (_, after) in script.tables.items()}
    return frozenset(found) if is_as(now, ends) else None


def _states(migration: Migration) -> set[tuple[str, str]]:
    """All that the two ways make of each object."""
    return {
        pair
        for script in (migration.forward, migration.backward)
        for statement in script.statements
        for pair in statement.after.items()
        if pair[1] not in (ABSENT, UNKNOWN)
    }


def _of(now: Mapping[str, str], names: Mapping[str, str]) -> set[tuple[str, str]]:
    return {(name, now.get(name, ABSENT)) for name in names}


def _nobody_knows(migration: Migration, half: HalfDone, entry: Entry) -> PlumbobError:
    name = migration.script(half.direction).name_of(entry.number)
    return PlumbobError(
        f"{name} of {migration.id} was running when the last run ended, and nobody knows how far it "
        "came: it was in no transaction",
        advice="look at its rows. If all is done: --interrupted done; if it is to be run (again): "
        "--interrupted again",
        where=migration.id,
        exit=Exit.FAILED,
    )


def _check_same(migration: Migration, script: Script, entry: Entry) -> None:
    """A statement that was run has to be the one in the file; later ones may have been planned anew."""
    statements = script.statements
    if (
        entry.number > len(statements)
        or statements[entry.number - 1].hash(migration.server) != entry.hash
    ):
        raise PlumbobError(
            f"statement {entry.number} of {migration.id} was run, and is another one in the file now",
            advice="take the file from version control again as it was when the run began",
            where=migration.id,
            exit=Exit.STALE,
        )


def _check_strangers(script: Script, half: HalfDone, live: Live, id: str) -> None:
    """Tables that the run has nothing to do with have to be as they were when it began."""
    begin = as_told(half.entries[0].before, {})
    ours = script.tables.keys()
    names = [name for name in differing(live.tables, begin) if name not in ours]
    names += sorted(live.tables.keys() - begin.keys() - ours)
    # Stored objects of others may come and go: what the run needs of them it looks at itself.
    names = [name for name in names if key_of_id(name) is None]
    if names:
        raise PlumbobError(
            f"{listed(names)} changed since {id} was begun, and not by it",
            advice="take that change back, then run this again",
            where=id,
            exit=Exit.STALE,
        )


def _neither(migration: Migration, half: HalfDone, entry: Entry, live: Live) -> PlumbobError:
    names = differing(live.tables, entry.before)
    unknown = UNKNOWN in entry.expected.values()
    known = "it was not proved what it leaves" if unknown else "not as after it"
    lines = [
        f"{name}: before {_short(entry.before, name)}, expected {_short(entry.expected, name)}, "
        f"now {_short(live.tables, name)}"
        for name in names
    ]
    return PlumbobError(
        f"statement {entry.number} of {migration.id} was running when the last run ended, and "
        f"{listed(names)} is not as before it and {known} ({'; '.join(lines)})",
        advice="somebody else may have changed it. Make the table as it was before the statement or as "
        "it has to be after it, then run this again",
        where=migration.id,
        exit=Exit.FAILED,
    )


def _short(fingerprints: Mapping[str, str], name: str) -> str:
    return fingerprints.get(name, "absent").removeprefix("sha256:")[:12]
