"""Texts with a fixed shape that plumbob writes: some as they stand here, others with holes in them."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jinja2 import Template


def text(name: str) -> str:
    """A text as it stands in this folder."""
    return resources.files(__name__).joinpath(name).read_text(encoding="utf-8")


@cache
def template(name: str, **filters: Callable[..., object]) -> Template:
    """A text with holes in it; what could break out of its place there has to go through a filter."""
    # An application that asks for the history writes no files, and need not wait for this.
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("plumbob"),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        autoescape=False,  # SQL and Python, not HTML.
    )
    environment.filters.update(filters)
    return environment.get_template(name)
