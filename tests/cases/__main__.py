"""Prints what the servers say to cases, or writes it down; what is written has to be reviewed.

python -m tests.cases TEXT      the cases with this text in their name
python -m tests.cases fill      write what comes out into the cases that expect nothing yet
"""

from __future__ import annotations

import contextlib
import sys
import tempfile
from pathlib import Path
from typing import Any

import yaml

from plumbob.errors import PlumbobError
from plumbob.server.connection import connect
from plumbob.server.target import Target
from tests.cases import trip
from tests.cases.case import HERE, SERVERS, Case, cases
from tests.conftest import empty_database
from tests.load_yaml import load_yaml
from tests.servers import Server, running

Outcome = dict[str, Any]
KEYS = ("refused", "equal", "up", "up_loses", "down", "down_loses")


class Dumper(yaml.SafeDumper):
    """Texts of several lines as blocks, others plain where that is possible."""


def _text(dumper: Dumper, text: str) -> yaml.Node:
    if "\r" in text:
        return dumper.represent_scalar("tag:yaml.org,2002:str", text, style='"')
    style = "|" if "\n" in text or ": " in text or " #" in text else None
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style=style)


Dumper.add_representer(str, _text)


def outcome(case: Case, running_server: Server, name: str) -> Outcome:
    """What one server says to a case."""
    told = case.on(name)
    with contextlib.ExitStack() as stack:
        database = stack.enter_context(empty_database(running_server))
        server = stack.enter_context(connect(Target.from_url(running_server.url(database))))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        trip.make(server, told)
        try:
            found = trip.compare(server, trip.declare(told, folder))
        except PlumbobError as error:
            return {"refused": trip.said(error)}
        if not found.changes:
            return {"equal": True}
        said = {
            "up": [each.sql for each in found.plan.up],
            "up_loses": trip.approvals(found.plan.up),
            "down": [each.sql for each in found.plan.down],
            "down_loses": trip.approvals(found.plan.down),
        }
        return {key: value for key, value in said.items() if value}


def outcomes(chosen: list[Case]) -> dict[str, dict[str, Outcome]]:
    """What each server says to each case, by the name of the case."""
    found: dict[str, dict[str, Outcome]] = {case.id: {} for case in chosen}
    for name in SERVERS:
        with running(name) as server:
            for case in chosen:
                if name in case.servers:
                    found[case.id][name] = outcome(case, server, name)
    return found


def merged(said: dict[str, Outcome]) -> Outcome:
    """What all servers say alike, and below the name of each what it alone says."""
    neutral = {name: _neutral(each, name) for name, each in said.items()}
    for version in (said, neutral):
        if all(each == next(iter(version.values())) for each in version.values()):
            return dict(next(iter(version.values())))
    result: Outcome = {}
    mariadb, newer = said.get("mariadb"), said.get("mariadb118")
    if mariadb != newer:
        mariadb, newer = neutral.get("mariadb"), neutral.get("mariadb118")
    if "mysql" in said:
        result["mysql"] = neutral["mysql"]
    if mariadb is not None:
        result["mariadb"] = mariadb
    if newer is not None and newer != mariadb:
        result["mariadb118"] = newer
    return result


def _neutral(said: Outcome, name: str) -> Outcome:
    text = yaml.safe_dump(said, sort_keys=False)
    return dict(load_yaml(text.replace(_collation(name), "{collation}")))


def _collation(name: str) -> str:
    return {
        "mysql": "utf8mb4_0900_ai_ci",
        "mariadb": "utf8mb4_general_ci",
        "mariadb118": "utf8mb4_uca1400_ai_ci",
    }[name]


def shown(said: Outcome) -> str:
    return yaml.dump(said, Dumper=Dumper, sort_keys=False, allow_unicode=True, width=1000)


def fill() -> None:
    """Write what comes out behind each case that expects nothing."""
    chosen = [case for case in cases() if not case.expects]
    said = outcomes(chosen)
    for path in sorted(HERE.glob("*.yaml")):
        blocks = path.read_text("utf-8").split("\n- name: ")
        for case in chosen:
            if case.topic == path.stem:
                place = [
                    f"\n- name: {block}".find(f"- name: {case.told['name']}\n") >= 0
                    for block in blocks
                ]
                number = place.index(True)
                lines = shown(merged(said[case.id])).splitlines()
                block = blocks[number].rstrip("\n") + "".join(f"\n  {line}" for line in lines)
                blocks[number] = block
        text = "\n- name: ".join(block.rstrip("\n") for block in blocks) + "\n"
        path.write_text(text, encoding="utf-8")


def main(words: list[str]) -> None:
    if words == ["fill"]:
        fill()
        return
    chosen = [case for case in cases() if all(word.lower() in case.id.lower() for word in words)]
    for name, said in outcomes(chosen).items():
        print(f"# {name}")
        print(shown(merged(said)))


if __name__ == "__main__":
    main(sys.argv[1:])
