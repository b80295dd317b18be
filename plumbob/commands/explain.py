"""`schema explain`: the page about an error of the server, on the terminal."""

from __future__ import annotations

import re

import click

from plumbob.commands import console, options
from plumbob.errors import Exit, PlumbobError

EXAMPLE = """\
schema explain 1062
schema explain 'ERROR 1062 (23000)'
schema explain | grep -i foreign"""

_NUMBER = re.compile(r"(?<!\d)\d{4}(?!\d)")
_PAGE = re.compile(r"\[[^\]]+\]\((\d{4})\.md\)")
_LINK = re.compile(r"\[([^\]]+)\]\(\.\./([^)]+)\)")


@click.command(cls=options.Command, example=EXAMPLE)
@click.argument("error", nargs=-1)
def command(error: tuple[str, ...]) -> int:
    """Explain an error of the server by its number.

    ERROR is the number of MySQL or MariaDB, alone or in the text that has it; without one, all errors
    that have a page are listed. Each page says what the error means, what plumbob does before it comes to
    that, and what to do. No server and no project are needed.
    """
    from plumbob.server.pages import PAGES, page

    if not error:
        titles = (page(number).partition("\n")[0] for number in sorted(PAGES))
        console.out("\n".join(title.removeprefix("# ERROR ") for title in titles))
        return Exit.OK
    numbers = [int(each) for each in _NUMBER.findall(" ".join(error))]
    number = next((each for each in numbers if each in PAGES), None)
    if number is None:
        raise PlumbobError(
            f"no error of the server with a page is named in: {' '.join(error)}",
            advice="`schema explain` lists the pages that there are",
            exit=Exit.BAD_INPUT,
        )
    text = _PAGE.sub(r"`schema explain \1`", page(number).removeprefix("# ").rstrip())
    console.out(_LINK.sub(r"\1: docs/\2", text).replace("**", ""))
    return Exit.OK
