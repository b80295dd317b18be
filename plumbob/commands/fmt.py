"""`schema fmt`: one style for the declaration, and from YAML to SQL and back."""

from __future__ import annotations

from pathlib import Path

import click

from plumbob.commands import console, options
from plumbob.commands.opening import load_declaration, open_project
from plumbob.commands.options import ProjectOptions
from plumbob.declaration import Declaration
from plumbob.declaration.files import replace_file
from plumbob.errors import Exit, PlumbobError
from plumbob.project import Project
from plumbob.report.safe import line
from plumbob.workflow.formatting import Converted, converted, formatted

EXAMPLE = """\
schema fmt
schema fmt --check
schema fmt --to sql"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.project
@click.option("--check", is_flag=True, help="Write nothing; exit code 1 when a file would change.")
@click.option(
    "--to", type=click.Choice(["yaml", "sql"]), help="Write the declaration in the other format."
)
@click.option(
    "--lossy", is_flag=True, help="With --to: leave out what the other format cannot say."
)
@options.json
def command(where: ProjectOptions, check: bool, to: str | None, lossy: bool, as_json: bool) -> int:
    """Settle the style of the declaration; turn YAML into SQL and back.

    Every definition gets the shortest form that says it all, sections are laid out alike, and
    comments stay. The declaration says the same afterwards, which is checked before anything is
    written. With --to it is written in the other format; the old file is kept beside it, its name
    with .old behind it.
    """
    project = open_project(where)
    declaration = load_declaration(project)
    if to is not None:
        return _convert(project, declaration, to, lossy, as_json)
    contents = formatted(declaration)
    if not check:
        for path, content in contents.items():
            replace_file(path, content)
    files = [project.shown(path) for path in contents]
    if as_json:
        console.out_json({"files": files, "written": bool(files) and not check})
    else:
        verb = "would change" if check else "wrote"
        console.out("\n".join(line(f"{verb} {name}") for name in files) or "nothing to change")
    return Exit.DIFFERENT if check and contents else Exit.OK


def _convert(
    project: Project, declaration: Declaration, to: str, lossy: bool, as_json: bool
) -> int:
    old = declaration.files[0]
    if (to == "yaml") == bool(declaration.documents):
        raise PlumbobError(f"the declaration is in {to.upper()} already", where=str(old))
    found = converted(declaration, to)
    path = _target(project, to)
    for each in declaration.files:
        _require_none(project, _kept(each))
    if found.lost and not lossy:
        raise _loses(found, to)
    replace_file(path, found.text.encode("utf-8"))
    for each in declaration.files:
        each.rename(_kept(each))
    if as_json:
        console.out_json(
            {
                "files": [project.shown(path)],
                "lost": list(found.lost),
                "notes": list(found.notes),
            }
        )
        return Exit.OK
    said = [f"wrote {project.shown(path)}"]
    said += [f"kept {project.shown(each)}.old" for each in declaration.files]
    said += [f"left out {each}" for each in found.lost]
    said += [f"note: {each}" for each in found.notes]
    console.out("\n".join(map(line, said)))
    return Exit.OK


def _target(project: Project, to: str) -> Path:
    base = project.schema / "schema" if project.schema.is_dir() else project.schema
    path = base.with_suffix(f".{to}")
    _require_none(project, path)
    return path


def _kept(path: Path) -> Path:
    return path.with_name(f"{path.name}.old")


def _require_none(project: Project, path: Path) -> None:
    if path.exists():
        raise PlumbobError(f"{project.shown(path)} is there already", advice="move it away first")


def _loses(found: Converted, to: str) -> PlumbobError:
    shown = "; ".join(found.lost[:5]) + ("; …" if len(found.lost) > 5 else "")
    return PlumbobError(
        f"{to.upper()} would leave out {len(found.lost)} things: {shown}",
        advice="nothing was written; with --lossy it is written without them",
        exit=Exit.UNSAFE,
    )
