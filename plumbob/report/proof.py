"""What a proof of a declaration found, in lines for a terminal and as a document."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from plumbob.report.comparison import counted
from plumbob.report.safe import line

if TYPE_CHECKING:
    from plumbob.workflow.reproduction import Reproduction


def proof_lines(found: Reproduction) -> Iterator[str]:
    """The last lines of a report: `12 objects, all reproduced`, or what differs."""
    if found.unproved:
        yield line(f"not proved: {found.unproved}")
        return
    objects = counted(found.objects, "object")
    if not found.unlike:
        yield line(f"{objects}, all reproduced on {found.place}")
        return
    for each in found.unlike:
        yield line(f"not reproduced: {each.name}")
        yield line(f"  live:    {each.live or '(nothing)'}")
        yield line(f"  rebuilt: {each.rebuilt or '(nothing)'}")
    yield line(f"{objects}, {len(found.unlike)} not reproduced on {found.place}")


def proof_document(found: Reproduction) -> dict[str, object]:
    return {
        "objects": found.objects,
        "place": found.place,
        "unproved": found.unproved,
        "not_reproduced": [
            {"name": each.name, "live": each.live, "rebuilt": each.rebuilt} for each in found.unlike
        ],
    }
