"""What differs inside two parts that are known to differ, found by DeepDiff; never asked of a whole schema."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

from plumbob.diff.change import Part
from plumbob.model import Stored

# What a server remembers of a spelling, what an application alone knows, and names given by rule.
_UNHEEDED = (
    "charset_written",
    "collation_written",
    "on_delete_written",
    "on_update_written",
    "using",
    "named",
    "inside",
    "written",
    "index_name",
    "alias",
    "backref",
    "key",
    "follows",
    "grantees",
)


@dataclass(frozen=True, slots=True)
class Difference:
    """One attribute by its path (`type.length`), with its value on both sides; None where there is none.

    `owner` says who has changed it, where its part was changed by two.
    """

    path: str
    before: object
    after: object
    owner: str = ""


def differences(before: Part | Stored, after: Part | Stored) -> tuple[Difference, ...]:
    """The attributes in which two parts differ, in the order of their paths."""
    from deepdiff import DeepDiff

    old, new = _plain(asdict(before)), _plain(asdict(after))
    found = DeepDiff(old, new, view="tree", ignore_order=False)
    by_path: dict[str, Difference] = {}
    for kind in ("values_changed", "type_changes"):
        for level in found.get(kind, ()):
            path = ".".join(map(str, level.path(output_format="list")))
            by_path[path] = Difference(path, level.t1, level.t2)
    for kind in ("iterable_item_added", "iterable_item_removed"):
        for level in found.get(kind, ()):
            keys = level.path(output_format="list")[:-1]
            path = ".".join(map(str, keys))
            by_path[path] = Difference(path, _at(old, keys), _at(new, keys))
    for kind in ("dictionary_item_added", "dictionary_item_removed"):
        for level in found.get(kind, ()):
            keys = level.path(output_format="list")
            path = ".".join(map(str, keys))
            by_path[path] = Difference(path, _at(old, keys), _at(new, keys))
    return tuple(by_path[path] for path in sorted(by_path))


def _plain(value: Any) -> Any:
    """Dicts and lists without what is not compared; an expression is its text, a default its parts."""
    if isinstance(value, dict):
        if set(value) == {"sql", "key"}:
            return value["sql"]
        return {key: _plain(item) for key, item in value.items() if key not in _UNHEEDED}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value


def _at(value: Any, keys: list[Any]) -> object:
    for key in keys:
        try:
            value = value[key]
        except (KeyError, IndexError, TypeError):
            return None
    return value
