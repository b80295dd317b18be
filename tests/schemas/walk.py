"""Takes an application's schema through the commands as its users would: from nothing, up, and back down.

Each version is loaded from its script, read by `schema init --from`, built anew from that declaration in an
empty database, and held against what the script has made. Where there is a next version, rows are put into
what was built; the next declaration is applied to it, and rolled back.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from plumbob.errors import Exit
from plumbob.model import STORED_KINDS
from tests.conftest import empty_database
from tests.schemas import script
from tests.schemas.folder import Application, Version
from tests.schemas.likeness import Texts, objects
from tests.schemas.outcome import Outcome, Wrong
from tests.schemas.project import InTheWay, Project
from tests.schemas.sums import under_old_names
from tests.servers import Server


@dataclass(frozen=True, slots=True)
class Built:
    """A version: what its script made, how that is declared, and a project in which it was built anew."""

    version: Version
    made: Texts
    declaration: str
    project: Project


def walk(application: Application, server: Server, folder: Path) -> Iterator[Outcome]:
    """Go through all versions; one outcome for each, and for each upgrade to the next."""
    with ExitStack() as stack:
        before: Built | None = None
        for version in application.versions:
            outcome = Outcome(f"{application.name} {version.name}".strip())
            place = folder / f"{application.name}-{version.name}"
            database = stack.enter_context(empty_database(server))
            after = None
            with outcome.noted():
                after = _build(version, server, place, database, outcome)
            yield outcome
            if before and after and before.made != after.made:
                yield _upgrade(application.name, before, after)
            before = after or before


def _build(
    version: Version, server: Server, folder: Path, database: str, outcome: Outcome
) -> Built | None:
    """Read what the script makes, and build it in the empty database; None where the server took none of it.

    Raises:
        Wrong: a command failed.
    """
    with empty_database(server) as source:
        if version.is_declared:
            _project(folder / "made", server, source).becomes(version.script)
        else:
            outcome.refused = script.make(server, source, version.script)
            outcome.dangling = script.let_go(server, source)
        made = objects(server, source)
        outcome.objects = len(made)
        if not made:
            return None
        declaration = _read(_project(folder / "read", server, source))
    project = _project(folder / "built", server, database)
    project.becomes(declaration)
    outcome.is_anew(made, project.live)
    project.is_in_sync()
    declared = version.script if version.is_declared else declaration
    return Built(version, made, declared, project)


def _project(folder: Path, server: Server, database: str) -> Project:
    folder.mkdir(parents=True)
    return Project(folder, server.url(database), server=server, database=database)


def _read(project: Project) -> str:
    """The declaration of a live database, which says at its end that it is all there."""
    result = project.must("init", "--from", "DATABASE_URL", "--scratch", "target")
    if "all reproduced" not in result.out.strip().splitlines()[-1]:
        raise Wrong(f"schema init --from says: {result.out.strip().splitlines()[-1]}")
    return project.schema.read_text("utf-8")


def _upgrade(name: str, before: Built, after: Built) -> Outcome:
    """From one version to the next and back, with rows."""
    outcome = Outcome(f"{name} {before.version.name} → {after.version.name}", is_upgrade=True)
    outcome.objects = len(after.made)
    project = before.project
    with outcome.noted():
        script.fill(project.server, project.database, before.version.script)
        outcome.without_rows += project.fakes_rows()
        start, rows = project.live, project.rows
        project.declare(_managing(before.made, after.declaration))
        if project.must("diff", codes=(Exit.OK, Exit.DIFFERENT)).code == Exit.OK:
            outcome.is_like(after.made, project.live)
            return outcome
        project.must("diff", "--write", "-m", "the next version")
        cleared = _runs("apply", project, outcome)
        outcome.is_like(after.made, project.live)
        project.is_in_sync()
        rows = {table: found for table, found in rows.items() if table not in cleared}
        outcome.has_kept(rows, under_old_names(project.rows, after.declaration))
        cleared = _runs("rollback", project, outcome)
        outcome.is_back(start, project.live)
        rows = {table: found for table, found in rows.items() if table not in cleared}
        outcome.has_kept(rows, project.rows)
    return outcome


def _managing(objects: Texts, declaration: str) -> str:
    """The declaration with an empty section for each kind that it has no more of: the last one is to go."""
    kinds = {id.partition(":")[0] for id in objects}
    sections = [f"{kind}s" for kind in STORED_KINDS if kind in kinds]
    missing = [each for each in sections if not re.search(rf"(?m)^{each}:", declaration)]
    return "\n".join([declaration, *(f"{section}: {{}}" for section in missing), ""])


def _runs(verb: str, project: Project, outcome: Outcome) -> set[str]:
    """Apply, or roll back. Rows on which that would fail are taken away; the tables that had some."""
    cleared: set[str] = set()
    for _ in [*project.live, "the last time"]:
        try:
            outcome.approved += project.runs(verb)
            return cleared
        except InTheWay as rows:
            project.empties(rows.tables)
            cleared |= rows.tables
            outcome.without_rows += [f"{table}: in the way of {verb}" for table in rows.tables]
    raise Wrong(
        f"schema {verb}: rows of {', '.join(sorted(cleared))} are in the way again and again"
    )
