"""Why scripts cannot be run on a server as it is: everything that is found before anything is run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from itertools import pairwise

from plumbob.ddl.quote import quote_name
from plumbob.ddl.stored import database_collation
from plumbob.errors import Exit, PlumbobError
from plumbob.migration.migration import Script
from plumbob.migration.record import history, synced
from plumbob.migration.record.drift import (
    drift_elsewhere,
    drift_error,
    in_the_way,
    is_drift_alone,
)
from plumbob.migration.record.live import Live
from plumbob.migration.run import diverging
from plumbob.migration.run.counting import Counted
from plumbob.migration.run.privileges import lacking
from plumbob.migration.run.tasks import Task
from plumbob.plan.cost import altered_table, changes_columns
from plumbob.plan.wording import byte_size
from plumbob.server.connection import Server
from plumbob.server.errors import DENIED, ServerError
from plumbob.server.instant import versions_left


def obstacles(server: Server) -> list[PlumbobError]:
    """Why nothing at all may be changed on this server."""
    found = server.obstacles()
    if server.is_cluster and server.flavour.is_mysql:
        what = "this server is a member of a Percona XtraDB Cluster, which plumbob does not change"
        found.append(PlumbobError(what, advice="look at the plan with --dry-run", exit=Exit.UNSAFE))
    return found


def findings(
    server: Server, tasks: Sequence[Task], live: Live, over: Collection[str] = ()
) -> Iterator[PlumbobError]:
    """Why these tasks do not fit this server and what it holds.

    Args:
        over: the ids of objects that may have drifted.
    """
    if found := list(_too_long(server, tasks, live)):
        # To look further would send it.
        yield from found
        return
    yield from other_servers(server, tasks)
    yield from breaks(tasks)
    yield from lacking(server, tasks)
    yield from _settings(server, tasks)
    yield from _used_up(server, tasks)
    yield from diverging.refusals(server, tasks, live)
    first, scripts = _to_begin(tasks)
    if first is None or (live.is_before(scripts[0]) and not in_the_way(scripts, live)):
        return
    if not live.is_before(scripts[0]) and synced.read(server) is not None:
        yield _synced(first)
        return
    names = [id for id in in_the_way(scripts, live) if id not in over]
    if not is_drift_alone(scripts[0], live, server):
        names += drift_elsewhere(first.migration, scripts, live, server)
        yield drift_error(first.migration, scripts[0], live, sorted(names), server)
    elif names:
        yield drift_error(first.migration, scripts[0], live, names, server)


def met_elsewhere(server: Server, tasks: Sequence[Task], live: Live) -> tuple[str, ...]:
    """What drifted and is in the way of none of these tasks."""
    first, scripts = _to_begin(tasks)
    if first is None or synced.read(server) is not None:
        return ()
    return tuple(drift_elsewhere(first.migration, scripts, live, server))


def _to_begin(tasks: Sequence[Task]) -> tuple[Task | None, list[Script]]:
    """The first task and the scripts of all; none where it has begun: `resume` has looked at that."""
    left = list(_run(tasks))
    is_begun = left and (
        left[0].is_there or left[0].begun or left[0].start.done or left[0].start.is_between
    )
    if not left or is_begun:
        return None, []
    return left[0], [each.migration.script(each.direction) for each in left]


def risks(found: Sequence[Counted]) -> Iterator[PlumbobError]:
    """Why the rows that are there speak against it."""
    if rows := [each for each in found if each.is_refused]:
        yield refused(rows)
    if missing := [each for each in found if each.needs_approval]:
        yield unapproved(missing)


def refused(found: Sequence[Counted]) -> PlumbobError:
    """The error that lists all rows on which a statement would fail."""
    lines = dict.fromkeys(f"{each.hazard.approval}: {each.said}" for each in found)
    return PlumbobError(
        "\n".join(["nothing was run, because it would fail on these rows:", *lines]),
        advice="change the rows, or the declaration; `-- count:` in the migration file is the SELECT "
        "that found them",
        exit=Exit.UNSAFE,
    )


def unapproved(found: Sequence[Counted]) -> PlumbobError:
    """The error that lists every approval that is missing."""
    lines = dict.fromkeys(f"{each.hazard.flag} ({each.said})" for each in found)
    return PlumbobError(
        "\n".join(["nothing was run, because this is not approved:", *lines]),
        advice="approve each of them by its name, if that is meant",
        exit=Exit.UNSAFE,
    )


def _synced(task: Task) -> PlumbobError:
    """A database that was synced to something else than a script begins with."""
    if task.direction == "up":
        advice = "`schema sync` takes the migrations that came as done, if the declaration has them"
    else:
        advice = (
            "write down what was synced, with `schema diff --write`, and run `schema apply`; or take it "
            "out of the declaration, and run `schema sync`"
        )
    return PlumbobError(
        f"this database was synced, and is not what {task.migration.id} begins with",
        advice=advice,
        where=task.migration.id,
        exit=Exit.STALE,
    )


def other_servers(server: Server, tasks: Sequence[Task]) -> Iterator[PlumbobError]:
    """Migrations that were planned for another product or series."""
    found = server.flavour
    for task in tasks:
        planned = task.migration.server
        if (planned.maker, planned.series) != (found.maker, found.series):
            yield PlumbobError(
                f"{task.migration.id} was planned for {planned}, and this server is {found}",
                advice="plan it anew for this server",
                where=task.migration.id,
                exit=Exit.STALE,
            )


def _settings(server: Server, tasks: Sequence[Task]) -> Iterator[PlumbobError]:
    """Session settings that statements need and this account may not set: each is tried."""
    needed = {
        setting: task
        for task in reversed(tasks)
        for statement in task.statements
        for setting in statement.session
        # No session's own, and not to be tried: see `privileges`.
        if setting[0] != database_collation.NAME
    }
    for (name, value), task in needed.items():
        try:
            with server.session({name: value}):
                pass
        except ServerError as error:
            if error.errno not in DENIED:
                raise
            yield PlumbobError(
                f"{server.target.user} may not set {name} = {value} for its session, which "
                f"{task.migration.id} needs",
                advice="grant SESSION_VARIABLES_ADMIN, or run it as another account",
                where=task.migration.id,
                exit=Exit.NO_ACCESS,
            )


def _used_up(server: Server, tasks: Sequence[Task]) -> Iterator[PlumbobError]:
    """Tables that take no more instant changes (MySQL, 4092): known before anything runs."""
    wanted: dict[str, int] = {}
    where: dict[str, str] = {}
    for task in tasks:
        for each in task.left:
            if each.cost is not None and each.cost.kind == "instant" and changes_columns(each.sql):
                table = altered_table(each.sql)
                wanted[table] = wanted.get(table, 0) + 1
                where.setdefault(table, task.migration.id)
    left = versions_left(server, wanted)
    for table, number in wanted.items():
        if left.get(table, number) < number:
            yield PlumbobError(
                f"{table} takes {left[table] or 'no'} more instant changes of columns, and {where[table]} "
                f"has {number}: MySQL would refuse it",
                advice=f"OPTIMIZE TABLE {quote_name(table)} builds it anew, and it takes all of them "
                f"again; or remove both files of {where[table]} and plan it anew: schema diff --write",
                where=where[table],
                exit=Exit.UNSAFE,
            )


def _too_long(server: Server, tasks: Sequence[Task], live: Live) -> Iterator[PlumbobError]:
    """What the server takes no packet for: it hangs up, and nothing after it would ever be done."""
    most = int(server.settings["max_allowed_packet"])
    for task in tasks:
        id, total = task.migration.id, len(task.statements)
        found = [
            (
                len(task.statements[number - 1].sql.encode()),
                f"statement {number} of {total} of {id}",
            )
            for number in task.numbers
        ]
        recorded = history.size_of(task.migration, partial(live.texts, server.flavour), most)
        found.append((recorded, f"what is recorded of {id}, which is both of its files,"))
        size, what = max(found)
        if size >= most:
            wanted = (size // 1024**2 + 1) * 1024**2
            yield PlumbobError(
                f"{what} takes {byte_size(size)}, and the server takes {byte_size(most)} at once",
                advice=f"SET GLOBAL max_allowed_packet = {wanted} takes effect for the next connection; or make "
                "several migrations of it",
                where=id,
                exit=Exit.UNSAFE,
            )


def _run(tasks: Sequence[Task]) -> Iterator[Task]:
    """The tasks but for those that undo drift, where there is none."""
    return (each for each in tasks if not (each.is_there and each.migration.undoes_drift))


def breaks(tasks: Sequence[Task]) -> Iterator[PlumbobError]:
    """Migrations that do not begin where the one ahead ends."""
    for task, following in pairwise(_run(tasks)):
        ends = task.migration.script(task.direction).after
        if following.migration.script(following.direction).before != ends:
            id = following.migration.id
            yield PlumbobError(
                f"{id} does not begin with the schema that {task.migration.id} leaves",
                advice=f"remove both files of {id} and plan it anew: schema diff --write",
                where=id,
                exit=Exit.STALE,
            )
