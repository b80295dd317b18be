"""`schema reset`: a database of development as it is on a new machine."""

from __future__ import annotations

import click

from plumbob.commands import options
from plumbob.commands.naming import require_name
from plumbob.commands.options import ConnectionOptions, ProjectOptions
from plumbob.commands.running import interruptible, teller
from plumbob.commands.setup import find_place, tell
from plumbob.errors import Exit
from plumbob.migration.record.production import refuse_in_production
from plumbob.workflow.database import drop_hazard

EXAMPLE = """\
schema reset
schema reset --env test --allow drop-database:shop_test"""


@click.command(cls=options.Command, example=EXAMPLE)
@options.life_cycle
def command(
    where: ProjectOptions, to: ConnectionOptions, allow: tuple[str, ...], as_json: bool
) -> int:
    """Drop a database of development and set it up again.

    All that is in it is lost: on a terminal its name is asked for, elsewhere it has to be approved.
    Refused in production. What cannot be made again is not dropped: the declaration, the migrations
    and the seeds are looked at first.
    """
    place = find_place(where, to)
    name, what = place.database, "`schema reset`"
    with place.connect_to_server() as server:
        refuse_in_production(what, server, configured=place.is_production, database=name)
    hazard = drop_hazard(name)
    require_name(name, hazard, allow, f"This drops and makes anew {place.target.label()}:")
    with interruptible("setup") as stop:
        done = place.reset([hazard.approval], progress=teller(), stop=stop)
    tell(place, done, as_json=as_json)
    return Exit.OK
