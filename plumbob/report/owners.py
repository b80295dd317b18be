"""Whose each difference is: pending (the declaration has changed), drift (the server has), or both at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from plumbob.model import Flavour, object_id
from plumbob.report.changes import PartView, TableView, views

if TYPE_CHECKING:
    from plumbob.workflow.owning import Owned

PENDING, DRIFT, CONFLICT = "pending", "drift", "conflict"
BOTH = f"{DRIFT} and {PENDING}"

_Sides = tuple[TableView | None, TableView | None]


def with_owners(
    found: Iterable[TableView], owned: Owned | None, flavour: Flavour
) -> list[TableView]:
    """The changes from what is live to what is declared, each with its owner; without a record as they are."""
    if owned is None:
        return list(found)
    ours, theirs = (_by_id(views(side, flavour)) for side in (owned.ours, owned.theirs))
    return [_object(each, (ours.get(_id(each)), theirs.get(_id(each)))) for each in found]


def _by_id(found: Iterable[TableView]) -> Mapping[str, TableView]:
    return {_id(each): each for each in found}


def _id(view: TableView) -> str:
    return object_id(view.kind, view.name)


def _object(view: TableView, sides: _Sides) -> TableView:
    ours, theirs = sides
    whole = _owner(ours is not None, theirs is not None)
    if view.verb in ("create", "drop"):
        # Where one side drops it and the other one alters it, they cannot both have their will.
        return replace(view, owner=CONFLICT if whole == BOTH else whole)
    parts = tuple(_part(each, sides, whole) for each in view.parts)
    owners = {each.owner for each in parts}
    if view.was is not None:
        owners.add(PENDING)
    return replace(view, parts=parts, owner=_together(owners) if owners else whole)


def _part(view: PartView, sides: _Sides, whole: str) -> PartView:
    mine, other = (_same(view, side) for side in sides)
    owner = _owner(mine is not None, other is not None, otherwise=whole)
    if mine is None or other is None or owner != BOTH:
        return replace(view, owner=owner)
    paths = [{each.path for each in side.details} for side in (mine, other)]
    if not all(paths) or not view.details:
        return replace(view, owner=CONFLICT)
    details = tuple(
        replace(each, owner=_conflict(_owner(each.path in paths[0], each.path in paths[1])))
        for each in view.details
    )
    return replace(view, details=details, owner=_together({each.owner for each in details}))


def _same(view: PartView, side: TableView | None) -> PartView | None:
    """What one side does to the same part; to all of them, where it makes or drops the object."""
    if side is None:
        return None
    if side.verb in ("create", "drop"):
        return replace(view, details=())
    if view.verb == "move":
        # Which of the columns is said to move is a matter of taste.
        return next((each for each in side.parts if each.verb == "move"), None)
    place = (view.kind, view.name.lower())
    same = (each for each in side.parts if (each.kind, each.name.lower()) == place)
    return next((each for each in same if each.verb != "move"), None)


def _owner(is_ours: bool, is_theirs: bool, otherwise: str = PENDING) -> str:
    if is_ours and is_theirs:
        return BOTH
    if is_theirs:
        return DRIFT
    return PENDING if is_ours else otherwise


def _conflict(owner: str) -> str:
    """An attribute that both sides have changed has one value in the end."""
    return CONFLICT if owner == BOTH else owner


def _together(owners: set[str]) -> str:
    if CONFLICT in owners:
        return CONFLICT
    return owners.pop() if len(owners) == 1 else BOTH
