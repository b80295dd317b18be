"""What may stand for a value in a seed file: a text, nothing, or one of a few safe functions.

A function is a mapping with its name as the key, such as `{now: -2 days}`. None of them is SQL, none runs
a program, and none gives another value in the next run.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from plumbob.declaration import nodes
from plumbob.declaration.fields import is_blank
from plumbob.declaration.keys import Key, near
from plumbob.declaration.nodes import Entry, Node, Scalar, Sequence
from plumbob.errors import PlumbobError


@dataclass(frozen=True, slots=True)
class Text:
    """A text as it was written; `is_plain` without quotes, where `true` may mean 1."""

    text: str
    is_plain: bool = True


@dataclass(frozen=True, slots=True)
class Null:
    """Nothing: the value was left blank, or is a plain `null`."""


@dataclass(frozen=True, slots=True)
class Labels:
    """A list, for a SET or a vector; for a JSON column it is an array."""

    texts: tuple[str, ...] | None


@dataclass(frozen=True, slots=True)
class Reference:
    """The key of another row; `table` and `column` are None where the foreign key says them."""

    label: str
    table: str | None = None
    column: str | None = None


@dataclass(frozen=True, slots=True)
class Variable:
    """An environment variable."""

    name: str
    default: str | None = None


@dataclass(frozen=True, slots=True)
class Password:
    """The hash of a password, which is a text or stands in an environment variable."""

    secret: Text | Variable


@dataclass(frozen=True, slots=True)
class Moment:
    """The time of the insert, moved by some units: `(("DAY", -2), ("HOUR", 1))`."""

    shift: tuple[tuple[str, int], ...] = ()

    def __str__(self) -> str:
        return " ".join(["now", *(f"{count:+d} {unit.lower()}" for unit, count in self.shift)])


@dataclass(frozen=True, slots=True)
class Uuid:
    """A UUID that is always the same for this name, or for the row and column that it stands in."""

    name: str = ""


@dataclass(frozen=True, slots=True)
class Content:
    """What is in a file of the seeds' folder."""

    path: str


@dataclass(frozen=True, slots=True)
class Bytes:
    """Bytes, written in hexadecimal digits or in base64."""

    content: bytes


# What stands in the file, or follows from it alone.
Written = Text | Labels | Uuid | Content | Bytes
Value = Written | Null | Reference | Variable | Password | Moment

FUNCTIONS: Mapping[str, Key] = {
    "row": Key("the key of another row"),
    "password": Key("the hash of a password"),
    "now": Key("the time of the insert, as `+10 minutes` or `-2 days`"),
    "uuid": Key("a UUID that stays the same"),
    "env": Key("an environment variable"),
    "file": Key("the content of a file"),
    "hex": Key("bytes"),
    "base64": Key("bytes"),
}
# What may stand beside a function's name.
_BESIDE = {"row": ("column",), "env": ("default",)}
_UNITS = ("second", "minute", "hour", "day", "week", "month", "year")
_SHIFT = re.compile(r"([+-]?\d{1,6})\s*([a-z]+?)s?\b", re.IGNORECASE)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def read_value(node: Node) -> Value:
    """The value that a node stands for; what it may be in its column is looked at later.

    Raises:
        PlumbobError: a function that there is not, or that cannot be read.
    """
    if isinstance(node, Scalar):
        return _scalar(node)
    if isinstance(node, Sequence):
        texts = [item.text for item in node.items if isinstance(item, Scalar)]
        return Labels(tuple(texts) if len(texts) == len(node.items) else None)
    return _function(node)


def json_text(node: Node) -> str:
    """A value of a JSON column: a mapping or a list as JSON, a text as the JSON that it is.

    Raises:
        PlumbobError: a text is no JSON.
    """
    if isinstance(node, Scalar):
        try:
            json.loads(node.text)
        except ValueError as error:
            raise PlumbobError(
                f"this is no JSON: {error}",
                advice="a text in JSON has its own quotes: '\"text\"'; a mapping may be written in YAML",
                where=node.position(),
            ) from None
        return node.text
    return json.dumps(_json(node), ensure_ascii=False, separators=(",", ":"))


def _json(node: Node) -> object:
    if isinstance(node, nodes.Mapping):
        return {entry.key.text: _json(entry.value) for entry in node.entries if entry.key}
    if isinstance(node, Sequence):
        return [_json(item) for item in node.items]
    if node.is_quoted:
        return node.text
    if _is_null(node):
        return None
    # A number or a word of JSON is one, and all else a text, such as 010 and 2024-01-01.
    try:
        return json.loads(node.text, parse_constant=_no_constant)
    except ValueError:
        return node.text


def _no_constant(word: str) -> object:
    raise ValueError(word)


def _is_null(node: Scalar) -> bool:
    return not node.is_quoted and node.text in ("", "null", "~")


def _scalar(node: Scalar) -> Value:
    return Null() if _is_null(node) else Text(node.text, not node.is_quoted)


def _function(node: nodes.Mapping) -> Value:
    named = {entry.key.text: entry for entry in node.entries if entry.key}
    name = next((each for each in named if each in FUNCTIONS), None)
    if name is None:
        first = next(iter(named), "")
        raise PlumbobError(
            f"there is no function {first!r}" if first else "a value is a text or a function",
            advice=near(first, FUNCTIONS),
            where=next(
                (each.key.position() for each in named.values() if each.key), node.position()
            ),
        )
    beside = _BESIDE.get(name, ())
    for other, entry in named.items():
        if other != name and other not in beside and entry.key:
            raise PlumbobError(
                f"the function {name!r} has no {other!r}", where=entry.key.position()
            )
    return _READERS[name](named[name], named)


def _text(entry: Entry) -> str:
    if not isinstance(entry.value, Scalar):
        raise PlumbobError(
            f"{entry.key.text if entry.key else ''!r} takes a text", where=entry.value.position()
        )
    return entry.value.text


def _given(entry: Entry) -> str:
    text = _text(entry)
    if not text:
        name = entry.key.text if entry.key else ""
        raise PlumbobError(f"{name!r} has no value", where=entry.value.position())
    return text


def _row(entry: Entry, named: Mapping[str, Entry]) -> Value:
    table, dot, label = _given(entry).rpartition(".")
    column = _given(named["column"]) if "column" in named else None
    return Reference(label, table if dot else None, column)


def _variable(entry: Entry, named: Mapping[str, Entry]) -> Variable:
    name = _given(entry)
    if not _NAME.fullmatch(name):
        raise PlumbobError(
            f"{name!r} is no name of an environment variable", where=entry.value.position()
        )
    return Variable(name, _text(named["default"]) if "default" in named else None)


def _password(entry: Entry, _: Mapping[str, Entry]) -> Value:
    if not isinstance(entry.value, nodes.Mapping):
        return Password(Text(_given(entry)))
    inner = read_value(entry.value)
    if not isinstance(inner, Variable):
        raise PlumbobError("a password is a text or {env: NAME}", where=entry.value.position())
    return Password(inner)


def _moment(entry: Entry, _: Mapping[str, Entry]) -> Value:
    text = "" if is_blank(entry.value) else _text(entry).strip()
    shift = []
    for found in _SHIFT.finditer(text):
        if found[2].lower() in _UNITS:
            shift.append((found[2].upper(), int(found[1])))
    if _SHIFT.sub("", text).strip() or len(shift) != len(_SHIFT.findall(text)):
        raise PlumbobError(
            f"{text!r} is no distance in time",
            advice=f"such as +10 minutes, or -1 year 2 days; units are {', '.join(_UNITS)}",
            where=entry.value.position(),
        )
    return Moment(tuple(shift))


def _uuid(entry: Entry, _: Mapping[str, Entry]) -> Value:
    return Uuid(_text(entry))


def _bytes(
    decode: Callable[[str], bytes], what: str
) -> Callable[[Entry, Mapping[str, Entry]], Value]:
    def read(entry: Entry, _: Mapping[str, Entry]) -> Value:
        try:
            return Bytes(decode("".join(_text(entry).split())))
        except (ValueError, binascii.Error):
            raise PlumbobError(f"this is no {what}", where=entry.value.position()) from None

    return read


_READERS: Mapping[str, Callable[[Entry, Mapping[str, Entry]], Value]] = {
    "row": _row,
    "password": _password,
    "now": _moment,
    "uuid": _uuid,
    "env": _variable,
    "file": lambda entry, _: Content(_given(entry)),
    "hex": _bytes(bytes.fromhex, "text of hexadecimal digits"),
    "base64": _bytes(lambda text: base64.b64decode(text, validate=True), "base64"),
}
