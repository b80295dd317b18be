"""Writes docs/commands.md from the help texts of the commands: `python docs/make_commands.py`."""

from __future__ import annotations

import sys
from pathlib import Path

import click

FOLDER = Path(__file__).resolve().parent
sys.path.insert(0, str(FOLDER.parent))

from plumbob.commands import COMMANDS, schema  # noqa: E402 (found in the checkout only)


def commands_page() -> str:
    """The whole page: one section a command, then what `commands.tail.md` says of all of them."""
    sections = [
        "# Commands",
        "Written by `python docs/make_commands.py` from the help texts; do not edit this page.",
    ]
    with click.Context(schema, info_name="schema") as parent:
        for name in COMMANDS:
            command = schema.get_command(parent, name)
            assert command is not None
            context = command.make_context(name, [], parent=parent, resilient_parsing=True)
            context.terminal_width = 100
            sections += [f"## schema {name}", f"```text\n{command.get_help(context)}\n```"]
    sections.append((FOLDER / "commands.tail.md").read_text(encoding="utf-8").strip())
    return "\n\n".join(sections) + "\n"


if __name__ == "__main__":
    (FOLDER / "commands.md").write_text(commands_page(), encoding="utf-8")
