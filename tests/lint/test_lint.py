"""`schema lint` through the command line, without a server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.commands.user import User
from tests.load_yaml import load_yaml

CASES = load_yaml((Path(__file__).parent / "definers.yaml").read_text("utf-8"))
SAID = {
    "none": "runs with all rights of the account that makes it: no definer is declared",
    "root": "runs with all rights of root",
}
YAML = "tables: {t: {columns: {id: int primary key}}}\n"
SQL = "CREATE TABLE t (id int PRIMARY KEY);\n"


@pytest.fixture
def user(tmp_path: Path) -> User:
    return User(tmp_path)


def _silences(user: User, setting: str) -> None:
    (user.folder / "plumbob.cfg").write_text(f"[plumbob]\nlint_ignore = {setting}\n")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["given"])
def test_definers(user: User, case: dict[str, Any]) -> None:
    forms = {
        "schema.yaml": f"{YAML}{case['section']}:\n  {case['yaml']}\n",
        "schema.sql": f"{SQL}{case['sql']};\n",
    }
    for name, text in forms.items():
        user.declare(text, name)
        result = user.types("lint", "--json")
        assert result.code == (1 if case["finds"] else 0), result
        found = [each["what"].partition(" x ")[2] for each in result.json["findings"]]
        assert found == ([SAID[case["finds"]]] if case["finds"] else []), name


def test_a_finding_has_its_rule_and_line(user: User) -> None:
    user.declare(f"{YAML}views:\n  v: {{sql: select 1 as n, definer: root@localhost}}\n")
    result = user.types("lint")
    assert result.code == 1 and result.err == ""
    assert result.out == (
        "warning: the view v runs with all rights of root [definers]\n"
        "  --> schema/schema.yaml:3:27\n"
        "  |\n"
        "3 |   v: {sql: select 1 as n, definer: root@localhost}\n"
        "  |                           ^\n"
        "  help: `definer: NAME@HOST` beside `sql:` names an account that may do no more than this needs; "
        "with `security: invoker` it has the rights of its user\n"
        "schema/schema.yaml: 1 table, 1 view, 1 finding\n"
    )
    (finding,) = user.types("lint", "--json").json["findings"]
    assert (finding["rule"], finding["severity"]) == ("definers", "warning")
    assert (finding["kind"], finding["name"]) == ("view", "v")
    assert (finding["file"], finding["line"], finding["column"]) == ("schema/schema.yaml", 3, 27)


def test_what_is_known_can_be_silenced(user: User) -> None:
    _silences(user, "definers:view:report_*, definers:trigger:audit")
    views = "".join(f"  {name}: select 1 as n\n" for name in ("report_a", "b", "audit"))
    user.declare(f"{YAML}views:\n{views}")
    result = user.types("lint", "--json")
    assert result.code == 1
    assert [each["name"] for each in result.json["findings"]] == ["b", "audit"]
    assert result.json["silenced"] == 1
    _silences(user, "definers")
    assert user.succeeds("lint").out == (
        "schema/schema.yaml: 1 table, 3 views, no findings, 3 silenced by lint_ignore\n"
    )


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("definer", "there is no rule 'definer'"),
        ("definers:index:a", "there is no kind 'index'"),
        ("definers:view:*", "names everything"),
    ],
)
def test_a_setting_that_silences_nothing_is_told(user: User, setting: str, said: str) -> None:
    _silences(user, setting)
    user.declare(YAML)
    result = user.types("lint")
    assert result.code == 2 and said in result.err


def test_a_wrong_declaration_is_told_like_everywhere(user: User) -> None:
    user.declare("tables: {t: {colums: {}}}\n")
    assert user.types("lint").code == 2
