"""`schema init`: the files of a new project, and with `--from` a declaration of what is there."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from plumbob import templates
from plumbob.commands import console, options
from plumbob.commands.opening import (
    connect_to,
    database_name,
    find_target,
    scratch_place,
    warn_of_unasked,
)
from plumbob.commands.options import ConnectionOptions
from plumbob.config import Config
from plumbob.config.files import FILE
from plumbob.errors import Exit, PlumbobError
from plumbob.model import Schema
from plumbob.report.comparison import counted
from plumbob.report.proof import proof_document, proof_lines
from plumbob.report.safe import line

if TYPE_CHECKING:
    from plumbob.server.connection import Server
    from plumbob.workflow.reproduction import Reproduction

EXAMPLE = """\
schema init
schema init --from mysql://root@localhost/shop
schema init --from SHOP_URL"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.new_folder
@click.option(
    "--from",
    "source",
    metavar="URL",
    help="The database to read: a URL, or the name of a variable that holds one.",
)
@options.connection
@options.scratch
@options.json
def command(
    folder: Path | None,
    source: str | None,
    to: ConnectionOptions,
    scratch: str | None,
    as_json: bool,
) -> int:
    """Lay out a project here; with --from, read a live database into it.

    Makes schema/schema.yaml, plumbob.cfg and generated/migrations/. A file that is there already is
    never overwritten. What of a live database is not understood, or of a kind that is not managed,
    is named; no command touches it. At the end the database is rebuilt from the declaration on a
    scratch server, and compared object by object with the live one.
    """
    root = (folder or Path.cwd()).absolute()
    refuse_existing(root)
    read = _read(source, to, scratch) if source or _names_a_server(to) else None
    files = lay_out(root, read.text if read else templates.text("init_schema.yaml"))
    if as_json:
        console.out_json(document(root, files, read))
    else:
        console.out(told(root, files, read))
    return Exit.OK if read is None or read.is_right else Exit.DIFFERENT


@dataclass(frozen=True, slots=True)
class Read:
    """What was read from a live database, its declaration, whether they are the same, and the proof."""

    place: str
    schema: Schema
    text: str
    in_sync: bool
    proof: Reproduction

    @property
    def is_right(self) -> bool:
        return self.in_sync and not self.proof.unlike


def _names_a_server(to: ConnectionOptions) -> bool:
    return to != ConnectionOptions(wait=to.wait)


def _read(source: str | None, to: ConnectionOptions, scratch: str | None) -> Read:
    from plumbob.migration.record.agreed import read_whole

    config = Config()
    if source and "://" in source:
        to = replace(to, url=source)
    elif source:
        config = Config(url_env=source)
    target = find_target(to, config)
    place = scratch_place(scratch, config)
    with connect_to(target, to, config) as server:
        read = written(read_whole(server), server, place)
        warn_of_unasked(server)
        return read


def written(schema: Schema, server: Server, scratch: str) -> Read:
    """What is live on a server as the text of a declaration, and whether it says the same."""
    from plumbob.declaration import dump
    from plumbob.workflow.declared import usual_session

    text = dump(schema, server.flavour, usual_session(server, schema))
    return Read(database_name(server), schema, text, *_judged(text, server, scratch))


def _judged(text: str, server: Server, scratch: str) -> tuple[bool, Reproduction]:
    """Whether the declaration, read as any other, differs in nothing from the database; the proof."""
    from plumbob.declaration import load
    from plumbob.workflow import compare_database
    from plumbob.workflow.reproduction import Reproduction, reproduce

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.yaml"
        path.write_text(text, encoding="utf-8")
        declaration = load(path)
        if not declaration.schema.tables:
            return True, Reproduction(unproved="there is nothing to rebuild")
        in_sync = not compare_database(declaration, server, scratch="none").changes
        return in_sync, reproduce(declaration, server, scratch=scratch)


def refuse_existing(root: Path) -> None:
    """Refuse a folder that has a file of those that `lay_out` writes."""
    for path in (root / Config().schema, root / FILE):
        if path.exists() or path.is_symlink():
            raise PlumbobError(
                f"{path.relative_to(root)} is there already, and nothing was written",
                advice="choose an empty folder with --dir, or move the file away",
                where=str(root),
            )


def lay_out(root: Path, declaration: str) -> list[Path]:
    """Write the files of a new project, all or none, and give those that are to be named."""
    from plumbob.declaration.files import write_new

    files = {root / Config().schema: declaration, root / FILE: templates.text("init_plumbob.cfg")}
    written = []
    try:
        for path, text in files.items():
            if not write_new(path, text.encode("utf-8")):
                raise PlumbobError(f"{path} is there already")
            written.append(path)
        write_new(root / Config().generated / "migrations" / ".gitkeep", b"")
    except PlumbobError:
        for path in written:
            path.unlink()
        raise
    return list(files)


def told(root: Path, files: list[Path], read: Read | None) -> str:
    """What was written and read, for a person."""
    from plumbob.declaration.dump import broken_keys

    said = [line(f"wrote {path.relative_to(root)}") for path in files]
    if read is None:
        return "\n".join([*said, "Next: fill in schema/schema.yaml, then run schema diff"])
    said.append(line(f"read {read.place}: {counted(len(read.schema.tables), 'table')}"))
    for name, found in read.schema.not_understood.items():
        said.append(line(f"not understood, so left alone: {name}: {found.why}"))
    for found_there in read.schema.unmanaged:
        said.append(line(f"not managed, so left alone: {found_there.kind} {found_there.name}"))
    for table, key in broken_keys(read.schema):
        said.append(
            line(
                f"left out: the foreign key {key.name} of {table} refers to {key.parent}, "
                "which is not there"
            )
        )
    if not read.in_sync:
        said.append("They are not in sync yet: schema diff shows in what")
    return "\n".join([*said, *proof_lines(read.proof)])


def document(root: Path, files: list[Path], read: Read | None) -> dict[str, object]:
    """What was written and read, for a program."""
    from plumbob.declaration.dump import broken_keys

    document: dict[str, object] = {"wrote": [str(path.relative_to(root)) for path in files]}
    if read is not None:
        schema = read.schema
        document |= {
            "live": {"name": read.place, "tables": len(schema.tables)},
            "in_sync": read.in_sync,
            "proof": proof_document(read.proof),
            "not_understood": [
                {"name": name, "why": found.why} for name, found in schema.not_understood.items()
            ],
            "left_out": [
                {"table": table, "foreign_key": key.name, "refers_to": key.parent}
                for table, key in broken_keys(schema)
            ],
            "unmanaged": [{"kind": each.kind, "name": each.name} for each in schema.unmanaged],
        }
    return document
