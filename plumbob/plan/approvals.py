"""What is approved: `KIND:OBJECT` as the report shows it, or `all`. A mistyped one approves nothing.

An object that is not at risk is no error: the same approvals are given to databases that differ.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from difflib import get_close_matches

from plumbob.errors import Exit, ManyErrors, PlumbobError
from plumbob.plan.named import parse_named
from plumbob.plan.statement import LOSSES, OBSTACLES, Hazard, HazardKind, Loss

ALL = "all"
_PARTS = {
    "change-type": "COLUMN",
    "drop-column": "COLUMN",
    "drop-partition": "PARTITION",
    "fill-null": "COLUMN",
    "overwrite-column": "COLUMN",
    "renumber": "COLUMN",
    "truncate-partition": "PARTITION",
}


@dataclass(frozen=True, slots=True)
class Needless:
    """An approval that nothing asks for; `near` is one that something does, and that is much like it."""

    approval: str
    near: str = ""

    def __str__(self) -> str:
        return f"{self.approval} (did you mean {self.near}?)" if self.near else self.approval


def needless(allow: Iterable[str], asked: Collection[str]) -> tuple[Needless, ...]:
    """The approvals of what is not at risk. No error: the next database may need them.

    Args:
        asked: the approvals of all that is at risk, given or not.
    """
    given = {spelled(each) for each in allow}
    left = [each for each in asked if each not in given]
    found = sorted(given - {*asked, ALL})
    return tuple(
        Needless(each, next(iter(get_close_matches(each, left, n=1, cutoff=0.8)), ""))
        for each in found
    )


def check_approvals(allow: Collection[str]) -> None:
    """See that each approval can be one.

    Raises:
        PlumbobError: BAD_INPUT for those that cannot.
    """
    faults = list(_faults([allow] if isinstance(allow, str) else allow))
    if faults:
        raise faults[0] if len(faults) == 1 else ManyErrors(faults)


def is_approved(hazard: Hazard, allow: Collection[str]) -> bool:
    """Whether one of these approvals is of this hazard; none helps where a statement would fail."""
    return not hazard.fails and (ALL in allow or is_named(hazard, allow))


def is_named(hazard: Hazard, allow: Collection[str]) -> bool:
    """Whether one of these approvals is of this very hazard."""
    return hazard.approval in {spelled(each) for each in allow}


def spelled(approval: str) -> str:
    """An approval as `Hazard.approval` spells it: people may write backquotes that are not needed."""
    kind, colon, name = approval.partition(":")
    return f"{kind}:{parse_named(name)}" if colon else approval


def hazard_kind(word: str) -> HazardKind | None:
    """The kind of that name."""
    known = {str(kind): kind for kind in (*LOSSES, *OBSTACLES)}
    return known.get(word)


def nearest_kind(word: str) -> str:
    """Advice for a kind that there is not."""
    near = get_close_matches(word.lower(), (*LOSSES, ALL), n=1)
    return f"did you mean {near[0]}?" if near else f"the kinds are {', '.join(LOSSES)}"


def _faults(allow: Collection[str]) -> Iterator[PlumbobError]:
    for each in allow:
        kind, colon, name = each.partition(":")
        if each == ALL:
            continue
        if kind in OBSTACLES:
            yield _bad(
                f"no approval helps against {kind}: the statement would fail on these rows",
                "change the rows or the declaration",
            )
        elif not colon and kind not in LOSSES:
            yield _bad(f"{each!r} is no approval, which is KIND:OBJECT or all", nearest_kind(kind))
        elif kind not in LOSSES:
            yield _bad(f"{each!r} approves nothing: there is no {kind!r}", nearest_kind(kind))
        elif not name or (kind in _PARTS and not _has_part(name)):
            yield _bad(f"{each!r} does not say of what", f"write {kind}:{_form(kind)}")


def _has_part(name: str) -> bool:
    found = parse_named(name)
    # The text that a file of an earlier version asks for.
    return bool(found.part) or (found.is_verbatim and "." in name.strip("."))


def _form(kind: Loss) -> str:
    if kind in _PARTS:
        return f"TABLE.{_PARTS[kind]}"
    return "DATABASE" if kind in ("drop-database", "unmark-production") else "NAME"


def _bad(what: str, advice: str) -> PlumbobError:
    return PlumbobError(what, advice=advice, where="--allow", exit=Exit.BAD_INPUT)
