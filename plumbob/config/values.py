"""How the text of a setting is read, by the type of its field; what is wrong is said in a word."""

from __future__ import annotations

import configparser
import re
from collections.abc import Callable, Mapping


def seconds(text: str) -> float:
    """A time such as 500ms, 60s, 5m or 1h, in seconds; a number alone counts seconds.

    Raises:
        ValueError: it is none.
    """
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(ms|s|m|h|)", text.strip())
    if not found:
        raise ValueError(f"{text!r} is not a time such as 60s, 5m or 1h")
    return float(found[1]) * {"": 1.0, "ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}[found[2]]


def _boolean(text: str) -> bool:
    word = text.lower()
    if word not in configparser.ConfigParser.BOOLEAN_STATES:
        raise ValueError("true or false")
    return configparser.ConfigParser.BOOLEAN_STATES[word]


def _number(text: str) -> int:
    if not (text.isascii() and text.isdigit()):
        raise ValueError("a whole number")
    return int(text)


def _time(text: str) -> float:
    try:
        return seconds(text)
    except ValueError:
        raise ValueError("a time such as 10s or 500ms") from None


# A ValueError says what it should be.
READERS: Mapping[str, Callable[[str], object]] = {
    "str": str,
    "bool": _boolean,
    "int": _number,
    "float": _time,
}
