"""A secret that cannot be shown by accident: not by print, a log, a traceback or a dataclass."""

from __future__ import annotations

from typing import NoReturn
from weakref import WeakSet

MASK = "********"


class Secret:
    """A text that is shown as eight stars everywhere, whatever its length; `reveal` gives it out.

    Every secret is remembered, as long as it lives, for `plumbob.server.redact`.
    """

    __slots__ = ("__weakref__", "_text")

    def __init__(self, text: str) -> None:
        self._text = text
        _LIVING.add(self)

    def reveal(self) -> str:
        """The secret itself: for the driver, and for nothing that is printed or stored."""
        return self._text

    def __repr__(self) -> str:
        return MASK

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Secret) and other._text == self._text

    def __hash__(self) -> int:
        return hash((Secret, self._text))

    def __deepcopy__(self, memo: object) -> Secret:
        return self

    def __reduce__(self) -> NoReturn:
        raise TypeError("a secret is not to be stored")


_LIVING: WeakSet[Secret] = WeakSet()


def living_secrets() -> list[str]:
    """The texts of all secrets of this process, the longest first."""
    return sorted({secret.reveal() for secret in _LIVING}, key=len, reverse=True)
