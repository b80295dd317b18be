"""Collects what is wrong with a declaration, so that a person sees all of it at once."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType

from plumbob.errors import ManyErrors, PlumbobError, Position


@dataclass(frozen=True, slots=True)
class Notice:
    """Something that is allowed and probably not meant."""

    what: str
    advice: str = ""
    where: Position | None = None


@dataclass(slots=True)
class Faults:
    """Errors and notices found so far."""

    errors: list[PlumbobError] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)

    def error(self, what: str, where: Position | None, advice: str = "") -> None:
        self.errors.append(PlumbobError(what, advice=advice, where=where))

    def notice(self, what: str, where: Position | None, advice: str = "") -> None:
        self.notices.append(Notice(what, advice, where))

    def collected(self) -> _Collected:
        """Keep an error that is raised inside, and go on behind: `with faults.collected():`."""
        return _Collected(self)

    def raise_if_any(self) -> None:
        """Raise the one error, or all of them in the order of the files.

        Raises:
            PlumbobError: the only one, or ManyErrors.
        """
        if len(self.errors) == 1:
            raise self.errors[0]
        if self.errors:
            raise ManyErrors(sorted(self.errors, key=_place))

    def sorted_notices(self) -> tuple[Notice, ...]:
        return tuple(sorted(self.notices, key=_place))


class _Collected:
    """A context that keeps errors. It is entered for every column, where a generator would be slow."""

    def __init__(self, faults: Faults) -> None:
        self.faults = faults

    def __enter__(self) -> None:
        pass

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> bool:
        if isinstance(error, ManyErrors):
            self.faults.errors.extend(error.errors)
        elif isinstance(error, PlumbobError):
            self.faults.errors.append(error)
        return isinstance(error, PlumbobError)


def _place(told: PlumbobError | Notice) -> tuple[str, int, int]:
    where = told.where
    return (where.file, where.line, where.column) if isinstance(where, Position) else ("", 0, 0)
