"""What the file that names the last migration may hold, by any hand and any version control."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbob.errors import PlumbobError
from plumbob.migration.head import FILE, read_chain, settle_head

# Of a folder without migrations: what the file holds, and what is said; "" for nothing.
HELD = {
    "": "",
    "# a remark\n\n": "",
    "20261124T131500_a\n": "it names 20261124T131500_a, and there are no migrations",
    "20261124T131500_a\r\n": "it names 20261124T131500_a, and there are no migrations",
    "<<<<<<< HEAD\na\n=======\nb\n>>>>>>> theirs\n": "two branches have added migrations: a and b",
    "<<<<<<< HEAD\na\n||||||| 1f0c\nbase\n=======\nb\n>>>>>>> theirs\n": (
        "two branches have added migrations: a and b"
    ),
    "<<<<<<< a\n# c\na\n=======\n# c\na\n>>>>>>> b\n": "it names a, and there are no migrations",
    "\x00\xff": "it names \x00\xff, and there are no migrations",
}


@pytest.mark.parametrize("text", HELD)
def test_what_it_holds(text: str, tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(text)
    if not HELD[text]:
        assert read_chain(tmp_path) == ()
        return
    with pytest.raises(PlumbobError) as caught:
        read_chain(tmp_path)
    assert HELD[text] == caught.value.what
    assert caught.value.where == str(tmp_path / FILE)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    assert read_chain(tmp_path / "none") == ()
    assert settle_head(tmp_path / "none", ()) is False
    assert list(tmp_path.iterdir()) == []
