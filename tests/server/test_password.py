"""A password from a file of its own and from a program: what is taken, and what nobody gets to see."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from plumbob.errors import PlumbobError
from plumbob.server.password import Kept, from_command
from plumbob.server.target import Target
from tests.load_yaml import load_yaml

CASES = load_yaml((Path(__file__).parent / "passwords.yaml").read_text(encoding="utf-8"))
CANARY = "canary"


def refusal(kept: Kept) -> PlumbobError:
    with pytest.raises(PlumbobError) as caught:
        kept.read(lambda _: None)
    assert CANARY not in f"{caught.value.what} {caught.value.where} {caught.value.advice}"
    assert caught.value.__cause__ is None
    return caught.value


def git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True)


@pytest.mark.parametrize("case", CASES["files"], ids=lambda case: case["why"])
def test_a_file(case: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "secret"
    if "bytes" in case:
        path.write_bytes(case["bytes"].encode() * int(case.get("repeat", 1)))
        path.chmod(int(case.get("mode", "0o600"), 8))
    if "git" in case:
        git(tmp_path, "init", "-q")
        if case["git"] == "committed":
            git(tmp_path, "add", "secret")
    kept = Kept(file=str(path), may_be_committed="consents" in case)
    if "refused" in case:
        assert case["refused"] in refusal(kept).what
        return
    warnings: list[str] = []
    found = kept.read(warnings.append)
    assert found is not None
    assert found.reveal() == case["is"]
    assert [case["warned"] in each for each in warnings] == ([True] if "warned" in case else [])


@pytest.mark.parametrize("case", CASES["commands"], ids=lambda case: case["why"])
def test_a_program(
    case: dict[str, Any], capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    if case["why"] == "takes too long":
        monkeypatch.setattr(from_command, "__defaults__", (0.2,))
    # -S: without what is installed, in a third of the time.
    script = shlex.join([sys.executable, "-S", "-c", case.get("script", "")])
    kept = Kept(command=case.get("command", script))
    if "refused" in case:
        assert case["refused"] in refusal(kept).what
    else:
        found = kept.read(lambda _: None)
        assert found is not None
        assert found.reveal() == case["is"]
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("said", "password"),
    [
        ({}, "kept"),
        ({"database": "shop"}, "kept"),
        ({"password": "typed"}, "typed"),
        ({"password_file": "typed"}, "in the file"),
        ({"environ": {"DATABASE_URL": "mysql://ann:url@db/shop"}}, "url"),
        ({"environ": {"DATABASE_URL": "mysql://ann@db/shop"}}, "kept"),
        ({"environ": {"MYSQL_PWD": "pwd"}}, "pwd"),
        # A password goes to no server that it was not written for.
        ({"host": "other"}, "option file"),
        ({"user": "other"}, "option file"),
        ({"url": "mysql://ann@db/shop"}, "option file"),
        ({"environ": {"MYSQL_HOST": "other"}}, "option file"),
        ({"more": "host = other\n"}, "option file"),
        ({"more": "host = other\n", "environ": {"DATABASE_URL": "mysql://ann@db/shop"}}, "kept"),
    ],
    ids=str,
)
def test_who_wins(said: dict[str, Any], password: str, tmp_path: Path) -> None:
    options = tmp_path / "my.cnf"
    options.write_text(f"[client]\npassword = option file\n{said.get('more', '')}")
    options.chmod(0o600)
    said = {name: each for name, each in said.items() if name != "more"}
    if "password_file" in said:
        said = {"password_file": tmp_path / "typed"}
        said["password_file"].write_text("in the file\n")
        said["password_file"].chmod(0o600)
    arguments = {"environ": {}, **said}
    target = Target.from_options(
        defaults_file=options, kept=Kept(command="printf %s kept"), **arguments
    )
    assert target.password is not None
    assert target.password.reveal() == password


def test_nobody_is_asked_for_what_is_known() -> None:
    environ = {"DATABASE_URL": "mysql://ann:url@db/shop"}
    Target.from_options(environ=environ, kept=Kept(command="no-such-program"))


@pytest.mark.parametrize("consents", [True, False])
def test_an_option_file_in_git(consents: bool, tmp_path: Path) -> None:
    path = tmp_path / "my.cnf"
    path.write_text("[client]\npassword = canary\n")
    path.chmod(0o600)
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", "my.cnf")
    kept = Kept(may_be_committed=consents)
    if consents:
        assert Target.from_options(environ={}, defaults_file=path, kept=kept).password
        return
    with pytest.raises(PlumbobError, match="git keeps it"):
        Target.from_options(environ={}, defaults_file=path, kept=kept)
