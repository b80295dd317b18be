"""The title of a page about an error is the server's own text."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pymysql
import pytest

from plumbob.server.errors import from_driver
from plumbob.server.pages import PAGES, page, page_of
from plumbob.server.target import Target


def assert_titled(number: int, message: str, state: str = "…") -> None:
    """The page of this error has the server's own text; … in a title stands for anything."""
    if number not in PAGES:
        return
    titles = re.findall(r"^(?:# |    )ERROR (.*)$", page(number), re.MULTILINE)
    if state == "…":
        titles = [re.sub(r"\(\w{5}\)", "(…)", title, count=1) for title in titles]
    patterns = [".*".join(map(re.escape, title.split("…"))) for title in titles]
    said = f"{number} ({state}): {message}"
    assert any(re.fullmatch(pattern, said) for pattern in patterns), (said, titles)


@contextmanager
def told(number: int) -> Iterator[pytest.ExceptionInfo[pymysql.Error]]:
    with pytest.raises(pymysql.Error) as caught:
        yield caught
    assert caught.value.args[0] == number
    assert_titled(*caught.value.args)
    assert page_of(number) in from_driver(caught.value, Target()).advice
