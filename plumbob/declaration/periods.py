"""A period of the declaration, short or long."""

from __future__ import annotations

from plumbob.ddl.periods import parse_period_body
from plumbob.declaration.faults import Faults
from plumbob.declaration.fields import Fields, warn_of_comment
from plumbob.declaration.nodes import Entry, Mapping, Scalar
from plumbob.declaration.spelled import Spelled, read_text
from plumbob.errors import PlumbobError
from plumbob.model import Period


def read_period(entry: Entry, what: str, faults: Faults) -> Period:
    """`valid: valid_from, valid_to`, or a mapping with `start` and `end`.

    Raises:
        PlumbobError: where the definition cannot be understood.
    """
    name = entry.key.text if entry.key else ""
    if isinstance(entry.value, Scalar):
        warn_of_comment(entry.value, "definition", faults)
        return read_text(entry.value, parse_period_body, name)
    if not isinstance(entry.value, Mapping):
        raise PlumbobError(
            f"{what} has to be two columns: valid_from, valid_to", where=entry.value.position()
        )
    fields = Fields(entry.value, "period", what, faults)
    start, end = fields.scalar("start"), fields.scalar("end")
    if start is None or end is None:
        raise PlumbobError(
            f"{what} has no {'start' if start is None else 'end'!r}",
            advice="write for example {start: valid_from, end: valid_to}",
            where=fields.position,
        )
    spelled = Spelled(start)
    spelled.words(",", end)
    spelled.text(end)
    return spelled.read(parse_period_body, name)
