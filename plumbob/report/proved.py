"""Where a plan was proved, and by which version: as every report and the files of a migration say it."""

from __future__ import annotations

from typing import Any

from plumbob import __version__
from plumbob.migration.migration import NO_SCRATCH, Header

THIS = f"plumbob {__version__}"


def by_this(place: str) -> str:
    """A place with the version that has run something there just now."""
    return f"{place} by {THIS}"


def proof_text(header: Header) -> str:
    """What a file says of its proof."""
    if not header.proof:
        return f"not proved: {header.unproved or NO_SCRATCH}"
    return f"proved: both ways were run on {header.proof} by plumbob {header.tool}"


def proof_document(header: Header) -> dict[str, Any]:
    return {
        "proved": header.proof,
        "proved_by": f"plumbob {header.tool}" if header.proof else "",
        "unproved": "" if header.proof else header.unproved or NO_SCRATCH,
    }
