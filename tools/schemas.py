"""Takes a folder of SQL dumps through plumbob's commands on the servers of the tests, and prints how that went.

    python -m tools.schemas FOLDER
    python -m tools.schemas FOLDER --server mysql --only blog --only shop

A file is a schema (shop.sql); files that differ behind the first dot (blog.1.sql, blog.2.sql), or in a folder
of their own (crm/1.sql, crm/2.sql), are its versions. A version may be a declaration of plumbob's (crm/3.yaml),
which can say what was renamed. Each is read, built anew and compared; from each version to the next it goes
up, with rows, and back; with `exact_order`, so that keys have their order as well. It ends with 1 where
something is not as it has to be. What a server itself does not take of a dump is told, and is nobody's fault here.
"""

from __future__ import annotations

import argparse
import tempfile
import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from tests.schemas.folder import Application, applications
from tests.schemas.outcome import Outcome
from tests.schemas.walk import walk
from tests.servers import SERVERS, running


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="where the dumps are")
    parser.add_argument("--server", action="append", choices=SERVERS, help="this one alone")
    parser.add_argument("--only", action="append", metavar="NAME", help="this schema alone")
    arguments = parser.parse_args()
    if not arguments.folder.is_dir():
        parser.error(f"there is no folder {arguments.folder}")
    found = [
        each
        for each in applications(arguments.folder)
        if not arguments.only or each.name in arguments.only
    ]
    if not found:
        parser.error(f"no schema is in {arguments.folder}: a dump is a file *.sql")
    return max(_on(name, found) for name in arguments.server or SERVERS)


def _on(name: str, found: Sequence[Application]) -> int:
    """Take all schemas through one server, and print a line for each; 1 where something is wrong."""
    outcomes = []
    with running(name) as server, tempfile.TemporaryDirectory() as folder:
        for application in found:
            for outcome in walk(application, server, Path(folder)):
                print("\n".join(_lines(name, outcome)), flush=True)
                outcomes.append(outcome)
    print("\n".join(_counts(name, outcomes)), flush=True)
    return 1 if any(outcome.wrong for outcome in outcomes) else 0


def _lines(server: str, outcome: Outcome) -> Iterator[str]:
    """A line of the table, and below it whatever there is to say."""
    result = "NOT OK" if outcome.wrong else "ok" if outcome.objects else "nothing made"
    yield (
        f"{server:<11}{outcome.name:<34} {outcome.objects:>4} objects {outcome.seconds:>6.1f} s  {result}"
    )
    yield from _list("not as it should be", outcome.wrong)
    yield from _list("the server refuses", outcome.refused)
    yield from _words("approved", outcome.approved)
    yield from _words("foreign keys of the dump to tables that it does not have", outcome.dangling)
    yield from _words("names and accounts that the declaration does not say", outcome.unsaid)
    yield from _words("what means nothing, written out or not", outcome.spelling)
    yield from _list("without rows", outcome.without_rows)


def _list(title: str, found: Iterable[object]) -> Iterator[str]:
    """A title and what it stands for, one below the other."""
    lines = [line for each in found for line in str(each).splitlines()]
    if lines:
        yield f"    {title}:"
        yield from (f"      {line}" for line in lines)


def _words(title: str, found: Iterable[str]) -> Iterator[str]:
    """A title and names, one behind the other."""
    text = ", ".join(dict.fromkeys(found))
    return _list(title, textwrap.wrap(text, 94, break_long_words=False, break_on_hyphens=False))


def _counts(server: str, outcomes: Sequence[Outcome]) -> Iterator[str]:
    """How many schemas and upgrades are well, and what the server did not take, by its error."""
    for title, is_upgrade in (("schemas", False), ("upgrades", True)):
        of_kind = [each for each in outcomes if each.is_upgrade == is_upgrade]
        made = [each for each in of_kind if each.objects or each.wrong]
        well = sum(not each.wrong for each in made)
        yield f"{server}: {well} of {len(made)} {title} ok"
        if len(made) < len(of_kind):
            yield f"{server}: of {len(of_kind) - len(made)} more the server made nothing"
    refusals = Counter(each.errno for outcome in outcomes for each in outcome.refused)
    if refusals:
        said = ", ".join(f"{errno} ({count}×)" for errno, count in refusals.most_common())
        yield f"{server}: {sum(refusals.values())} statements refused by the server: {said}"


if __name__ == "__main__":
    raise SystemExit(main())
