"""What a run puts at risk, looked at before it begins: the hazards of each statement, with their rows as they are.

Tables are counted under the names that they have now, whatever the statements ahead call them by then. In a
database without tables all that goes was made by the run itself.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import groupby

from plumbob.ddl.data_steps import NotRead, read_data_step
from plumbob.migration.by_hand import is_data, kind_of
from plumbob.migration.migration import ABSENT, FileStatement
from plumbob.migration.record.live import Live
from plumbob.migration.run.anew import reaches_out
from plumbob.migration.run.counting import Counted, count_rows, named_in
from plumbob.migration.run.tasks import Task
from plumbob.migration.works_on import renamed_tables
from plumbob.model import Flavour
from plumbob.plan.approvals import is_approved
from plumbob.plan.statement import Hazard
from plumbob.server.connection import Server

# What goes with an object and is nothing to count.
_OF_OBJECTS = ("break-program", "drop-grants", "drop-sequence")
_TRADED = "tables trade names ahead of it"


def at_risk_ahead(
    server: Server, tasks: Sequence[Task], live: Live, allow: Collection[str], *, is_new: bool
) -> Iterator[Counted]:
    """The hazards of what these tasks have left, with their rows before the run.

    Args:
        allow: approvals; each task adds those of its file.
        is_new: the database was made for this run, so that only what fails or reaches out of it matters.
    """
    asked = list(_asked(tasks, live, allow, server.flavour))
    if is_new:
        asked = [each for each in asked if each.hazard.fails or reaches_out(each.hazard)]
    for (names, empty), group in groupby(asked, lambda each: (each.names, each.empty)):
        of_group = list(group)
        wanted = [each.hazard for each in of_group if not each.is_unsure]
        counted = count_rows(server, wanted, empty=empty, names=dict(names))
        rows = {each.hazard: each for each in counted}
        found = (each.judged(rows.get(each.hazard)) for each in of_group)
        yield from dict.fromkeys(found)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A hazard in its place.

    Attributes:
        names: the tables by the names that they have by then, each with its name of now.
        empty: a table that is not there now is made by the run.
        is_unsure: its SELECT would read another table now than it means.
        is_behind: a data step by hand comes ahead of its statement.
        takes: rows go, and no structure, or it is such a step itself.
        is_made_here: nothing was there, and nothing by hand is known to have put rows in.
    """

    hazard: Hazard
    names: tuple[tuple[str, str], ...]
    empty: bool
    is_unsure: bool
    is_behind: bool
    takes: bool
    is_made_here: bool
    is_approved: bool

    def judged(self, counted: Counted | None) -> Counted:
        found = counted or Counted(self.hazard, why=_TRADED)
        # What people delete behind another step of theirs is asked for at once, where there is some.
        is_later = self.is_behind and (not self.takes or found.rows == 0)
        is_nothing = found.rows == 0 or self.hazard.kind in _OF_OBJECTS
        return replace(
            found,
            is_later=is_later,
            is_approved=self.is_approved,
            is_made_here=self.is_made_here and is_nothing,
        )


@dataclass(slots=True)
class _Ahead:
    """What the statements ahead of one do, as far as their words say it.

    Attributes:
        names: what tables are called by then, and were before the run; older names stay.
        filled: tables that data steps by hand put rows in; None where nobody knows which.
    """

    flavour: Flavour
    names: dict[str, str] = field(default_factory=dict)
    has_step: bool = False
    filled: set[str] | None = field(default_factory=set)

    def pass_by(self, each: FileStatement) -> None:
        for old, new in renamed_tables(each.sql, self.flavour):
            self.names[new] = self.names.get(old, old)
            if self.filled and old.lower() in self.filled:
                self.filled.add(new.lower())
        if is_data(each, self.flavour):
            self.has_step = True
            self._fill(each)

    def _fill(self, each: FileStatement) -> None:
        """Rows come by INSERT and REPLACE alone, and by what a program does."""
        if self.filled is None:
            return
        try:
            step = read_data_step(each.sql, self.flavour)
        except NotRead:
            step = None
        if step is None or kind_of(each.sql, self.flavour) != "data":
            self.filled = None
        elif step.verb in ("insert", "replace"):
            self.filled |= {step.tables.get(name, name).lower() for name in step.targets}

    def has_filled(self, hazard: Hazard) -> bool:
        return self.filled is None or hazard.object.name.lower() in self.filled


def _asked(
    tasks: Sequence[Task], live: Live, allow: Collection[str], flavour: Flavour
) -> Iterator[_Asked]:
    ahead = _Ahead(flavour)
    only_adds, was_empty = True, not live.tables
    for task in tasks:
        approved = {*allow, *task.script.approved}
        adds, begins = only_adds and _only_adds(task), dict(ahead.names)
        for each in task.left:
            is_step = is_data(each, task.migration.server)
            # By hand tables are meant as they are called by then, and else as the file begins.
            called = ahead.names if each.is_by_hand else begins
            traded = {
                new.lower() for new, now in called.items() if new in live.tables and new != now
            }
            for hazard in each.hazards:
                yield _Asked(
                    hazard,
                    names=_not_there(called, live.tables),
                    empty=was_empty or (adds if each.is_by_hand else only_adds),
                    is_unsure=bool(traded) and not traded.isdisjoint(named_in(hazard.count)),
                    is_behind=ahead.has_step,
                    takes=is_step or hazard.is_of_rows,
                    is_made_here=was_empty and not hazard.fails and not ahead.has_filled(hazard),
                    is_approved=is_approved(hazard, approved),
                )
            ahead.pass_by(each)
        only_adds = adds


def _not_there(names: Mapping[str, str], there: Collection[str]) -> tuple[tuple[str, str], ...]:
    """Those of these names by which nothing is called now."""
    return tuple((new, now) for new, now in names.items() if new not in there and now in there)


def _only_adds(task: Task) -> bool:
    """Whether no table goes: what it is called by then, nobody may know."""
    ends = task.migration.script(task.direction).tables
    return all(after != ABSENT for _, after in ends.values())
