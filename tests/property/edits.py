"""Edits of one place in a declaration: the alternatives of `everything`, and what an edit may change."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import permutations
from pathlib import Path

from plumbob.model import object_id

HERE = Path(__file__).parent / "everything"
_SLOT = re.compile("«(.*?)»", re.DOTALL)
_NOTES = re.compile(r"\s*([\w:, ]+):: ?")
_SECTION = re.compile(r"^(\w+):", re.MULTILINE)
_ENTRY = re.compile(r"^  ([\w]+):", re.MULTILINE)
# What stands at which server's places.
_SERVERS = {
    "mysql": frozenset({"mysql"}),
    "mariadb": frozenset({"mariadb"}),
    "mariadb118": frozenset({"mariadb", "mariadb118"}),
}


# The number of a place, and of the alternative there.
State = tuple[int, int]


@dataclass(frozen=True)
class Alternative:
    """One text that may stand at a place, and what is noted of it."""

    text: str
    notes: frozenset[str]


@dataclass(frozen=True)
class Edit:
    """At one place one alternative in place of another."""

    before: State
    after: State
    notes: frozenset[str]

    @property
    def beside(self) -> frozenset[str]:
        """The ids of further objects that change with it."""
        return frozenset(note for note in self.notes if ":" in note)

    @property
    def is_one_part(self) -> bool:
        return "parts" not in self.notes


class Everything:
    """The declaration of all kinds for one server."""

    def __init__(self, server: str) -> None:
        maker = "mysql" if server == "mysql" else "mariadb"
        whole = "".join((HERE / f"{name}.yaml").read_text("utf-8") for name in ("both", maker))
        # The head explains the marks.
        whole = whole[whole.index("\n\n") :]
        parts = _SLOT.split(whole)
        self._between = parts[::2]
        others = frozenset().union(*_SERVERS.values()) - _SERVERS[server]
        self._places = [
            [each for each in _alternatives(part) if not each.notes & others]
            for part in parts[1::2]
        ]
        self._owners = [self._owners_of(place) for place in range(len(self._places))]

    def text(self, *states: State) -> str:
        """The declaration with these alternatives, and the first one at every other place."""
        chosen = dict(states)
        texts = [
            alternatives[chosen.get(place, 0)].text
            for place, alternatives in enumerate(self._places)
        ]
        pairs = zip(self._between, [*texts, ""], strict=True)
        return "".join(part for pair in pairs for part in pair)

    def owners(self, state: State) -> frozenset[str]:
        """The ids of the objects that a place is a part of: several where it has their names."""
        return self._owners[state[0]]

    def _owners_of(self, place: int) -> frozenset[str]:
        ahead = "".join(
            part
            for number, between in enumerate(self._between[: place + 1])
            for part in (self._places[number - 1][0].text if number else "", between)
        )
        kind = _SECTION.findall(ahead)[-1].removesuffix("s")
        if ahead.endswith("\n  "):
            texts = [each.text for each in self._places[place]]
            names = [name for text in texts for name in _ENTRY.findall(f"\n  {text}")]
        else:
            names = _ENTRY.findall(ahead)[-1:]
        return frozenset(object_id(kind, name) for name in names)

    def told(self, state: State) -> str:
        """A state in words, for a message."""
        place, chosen = state
        line = self._between[place].rpartition("\n")[2].strip()
        return f"{line} «{self._places[place][chosen].text}»"

    def states(self) -> list[State]:
        return [
            (place, chosen)
            for place, alternatives in enumerate(self._places)
            for chosen in range(1, len(alternatives))
        ]

    def edits(self) -> list[Edit]:
        """All edits, those from what is live first."""
        found = [
            Edit((place, before), (place, after), _notes(alternatives, before, after))
            for place, alternatives in enumerate(self._places)
            for before, after in permutations(range(len(alternatives)), 2)
        ]
        found = [each for each in found if each.before[1] == 0 or "first" not in each.notes]
        return sorted(found, key=lambda each: each.before[1] != 0)

    def rounds(self) -> list[tuple[State, ...]]:
        """All states, in as few groups as there can be with one of each object in a group."""
        rounds: list[dict[frozenset[str], State]] = []
        for state in self.states():
            owners = self.owners(state)
            free = next((each for each in rounds if owners not in each), None)
            if free is None:
                rounds.append({owners: state})
            else:
                free[owners] = state
        return [tuple(each.values()) for each in rounds]

    def beside(self, state: State) -> frozenset[str]:
        """The ids of other objects that change with a place."""
        place, chosen = state
        alternatives = self._places[place]
        return frozenset(note for note in _notes(alternatives, 0, chosen) if ":" in note)


def _notes(alternatives: list[Alternative], before: int, after: int) -> frozenset[str]:
    """What is noted of the place (with its first alternative), and of the two."""
    return alternatives[0].notes | alternatives[before].notes | alternatives[after].notes


def _alternatives(text: str) -> list[Alternative]:
    found = []
    for part in text.split("¦"):
        match = _NOTES.match(part)
        notes = match[1].split(",") if match else []
        said = part[match.end() :] if match else part
        found.append(Alternative(said.strip(" "), frozenset(note.strip() for note in notes)))
    return found
