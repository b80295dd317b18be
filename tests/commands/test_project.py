"""Where a command looks for the project, and what `plumbob.cfg` may say."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbob.config import Config, read_config
from plumbob.errors import PlumbobError
from plumbob.project import find_project


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "schema").mkdir()
    (tmp_path / "schema" / "schema.yaml").write_text("tables: {}\n")
    (tmp_path / "app" / "inner").mkdir(parents=True)
    return tmp_path


def test_a_project_is_found_from_below(root: Path) -> None:
    project = find_project(root / "app" / "inner")
    assert project.root == root
    assert project.schema == root / "schema" / "schema.yaml"
    assert project.migrations == root / "generated" / "migrations"


def test_the_search_ends_at_the_repository(root: Path) -> None:
    (root / "app" / ".git").mkdir()
    with pytest.raises(PlumbobError, match="there is no schema/schema.yaml") as caught:
        find_project(root / "app" / "inner")
    assert "schema init" in caught.value.advice


def test_a_declaration_named_outright_has_its_project_beside_it(root: Path, tmp_path: Path) -> None:
    project = find_project(Path("/"), root / "schema" / "schema.yaml")
    assert project.root == root


def test_settings_move_things(root: Path) -> None:
    (root / "plumbob.cfg").write_text("[plumbob]\nschema = db.yaml\ngenerated = out\n")
    project = find_project(root)
    assert (project.schema, project.migrations) == (root / "db.yaml", root / "out" / "migrations")


@pytest.mark.parametrize("suffix", [".yml", ".sql"])
def test_a_declaration_may_end_otherwise(root: Path, suffix: str) -> None:
    (root / "schema" / "schema.yaml").rename(root / "schema" / f"schema{suffix}")
    assert find_project(root / "app").schema.suffix == suffix


def test_every_setting_is_read(root: Path) -> None:
    (root / "plumbob.cfg").write_text(
        "[plumbob]\nschema = a.yaml\ngenerated = b\nurl_env = SHOP_URL\n"
        "scratch = $DEV_URL\nproduction = true\n"
    )
    assert read_config(root) == Config("a.yaml", "b", "SHOP_URL", "$DEV_URL", True)


@pytest.mark.parametrize(
    ("text", "message", "advice"),
    [
        ("[plumbob]\nshcema = a\n", "unknown setting shcema", "Did you mean schema?"),
        ("[plumbob]\npassword = canary\n", "unknown setting password", "Secrets stay out"),
        ("[plumbob]\nurl = mysql://u:canary@h/d\n", "unknown setting url", "url_env"),
        ("[plumbob]\nscratch = mysql://u:canary@h/d\n", "scratch is sandbox", "committed"),
        ("[plumbob]\nproduction = perhaps\n", "production is true or false", ""),
        ("[plumbob]\n[other]\n", r"section \[other\]", "one section"),
        ("canary\n", "not a configuration file, at line 1", ""),
        ("[plumbob]\nschema = a\nschema = canary\n", "not a configuration file", ""),
    ],
)
def test_wrong_settings_are_refused(root: Path, text: str, message: str, advice: str) -> None:
    (root / "plumbob.cfg").write_text(text)
    with pytest.raises(PlumbobError, match=message) as caught:
        read_config(root)
    assert advice in caught.value.advice
    assert "canary" not in caught.value.what + caught.value.advice
