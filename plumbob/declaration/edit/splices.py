"""Changes of texts as splices, and a file's bytes with all that the splices do not touch kept as it was.

Offsets are those of a `Source`, which has LF line ends and no byte order mark; the file may have others.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from pathlib import Path

from plumbob.declaration.source import Source, decode
from plumbob.errors import Exit, PlumbobError

_BYTE_ORDER_MARK = "\ufeff"
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Splice:
    """What stands between two offsets is replaced by a text; an insertion has two equal offsets."""

    start: int
    end: int
    text: str


@dataclass(slots=True)
class Edits:
    """The splices of all files of a declaration, by the names of the files."""

    splices: dict[str, list[Splice]] = field(default_factory=dict)

    def replace(self, source: Source, start: int, end: int, text: str) -> None:
        """Add a splice; the same one twice (a part that tables share) is one."""
        splice = Splice(start, end, text)
        known = self.splices.setdefault(source.name, [])
        if source.text[start:end] != text and splice not in known:
            known.append(splice)

    def insert(self, source: Source, at: int, text: str) -> None:
        self.replace(source, at, at, text)

    def applied(self) -> dict[Path, bytes]:
        """The new content of each file that changes.

        Raises:
            PlumbobError: STALE when a file is not what was read any more.
        """
        return {Path(name): _spliced(Path(name), found) for name, found in self.splices.items()}


def _spliced(path: Path, splices: list[Splice]) -> bytes:
    raw, offsets = _with_offsets(path)
    ends = _LINE_END.search(raw)
    line_end = ends.group() if ends else "\n"
    parts: list[str] = []
    position, is_deletion, takes_comma = 0, False, False
    for splice in sorted(splices, key=lambda each: (each.start, each.end)):
        start, end = offsets.raw(splice.start), offsets.raw(splice.end)
        text = splice.text.replace("\n", line_end)
        if start >= position:
            parts += [raw[position:start], text]
            position = end
            is_deletion = not splice.text
            # The last ones in braces go with the comma ahead of them, others with the one behind.
            takes_comma = raw[start:end].startswith(",")
        elif not splice.text:
            # Two that go one behind the other share the blank lines between them.
            position = max(position, end)
        elif start == end and is_deletion:
            # What it was to stand behind is gone: it stands in its place.
            gap = line_end if splice.text.startswith("\n") else ", "
            parts.append(text if takes_comma else text.removeprefix(gap) + gap)
    text = "".join([*parts, raw[position:]])
    blank = line_end * 2
    if text.endswith(blank) and not raw.endswith(blank):
        # What stood behind a blank line at the end is gone.
        text = text.rstrip() + line_end
    return text.encode("utf-8")


@dataclass(frozen=True, slots=True)
class _Offsets:
    """From offsets of a `Source` to those of the file's text; `pairs` are those of its CRLFs."""

    shift: int
    pairs: list[int]

    def raw(self, offset: int) -> int:
        return self.shift + offset + bisect_left(self.pairs, offset)


def _with_offsets(path: Path) -> tuple[str, _Offsets]:
    raw = path.read_bytes().decode("utf-8")
    shift = len(raw) - len(raw.removeprefix(_BYTE_ORDER_MARK))
    pairs = [found.start() - shift - count for count, found in enumerate(re.finditer("\r\n", raw))]
    return raw, _Offsets(shift, pairs)


def unchanged_bytes(sources: list[Source]) -> dict[Path, bytes]:
    """The bytes of the files that were read, as they are now.

    Raises:
        PlumbobError: STALE when one says something else by now.
    """
    found: dict[Path, bytes] = {}
    for source in sources:
        path = Path(source.name)
        content = path.read_bytes()
        if decode(content, source.name).text != source.text:
            raise changed_meanwhile(path)
        found[path] = content
    return found


def changed_meanwhile(path: Path) -> PlumbobError:
    return PlumbobError(
        f"{path} was changed while it was read, and nothing was written",
        advice="run the command again",
        where=str(path),
        exit=Exit.STALE,
    )
