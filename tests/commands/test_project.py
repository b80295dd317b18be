"""Where a command looks for the project, and what its settings may say, in which file."""

from __future__ import annotations

from pathlib import Path

import pytest

from plumbob.config import Config, find_root, read_config
from plumbob.errors import PlumbobError
from plumbob.project import find_project
from tests.commands.user import User


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
        ("[plumbob]\nproduction = perhaps\n", "production has to be true or false", ""),
        ("[plumbob]\n[other]\n", r"section \[other\]", "[plumbob:NAME]"),
        ("[plumbob:x]\npassword = canary\n", "unknown setting password", "Secrets stay out"),
        ("[plumbob:x]\nproduction = canary-or-not\n", "production has to be true or false", ""),
        (
            "[plumbob]\npassword_file = canary\npassword_command = canary\n",
            "password_file and password_command are both there",
            "one place",
        ),
        ("[plumbob]\npool_max = many\n", "pool_max has to be a whole number", ""),
        ("[plumbob]\npool_max = 2\npool_min = 3\n", "pool_max is 2, and pool_min 3", ""),
        ("[plumbob]\npool_wait = soon\n", "pool_wait has to be a time such as 10s", ""),
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


ALL = "schema = a.yaml\n"
TOML = "[tool.plumbob]\nschema = 'a.yaml'\n[tool.plumbob.environments.stage]\npool_max = 3\n"


@pytest.mark.parametrize(
    ("file", "text"),
    [
        ("plumbob.cfg", f"[plumbob]\n{ALL}[plumbob:stage]\npool_max = 3\n"),
        ("setup.cfg", f"[metadata]\nname = x\n[plumbob]\n{ALL}[plumbob:stage]\npool_max=3\n"),
        ("pyproject.toml", "[project]\nname = 'x'\n" + TOML),
    ],
)
def test_settings_stand_in_one_of_three_files(tmp_path: Path, file: str, text: str) -> None:
    (tmp_path / file).write_text(text)
    (tmp_path / "app").mkdir()
    assert find_root(tmp_path / "app") == tmp_path
    assert read_config(tmp_path) == Config("a.yaml")
    stage = Config("a.yaml", pool_max=3, log_sql=False, environment="stage")
    assert read_config(tmp_path, "stage") == stage


def test_toml_has_lists_switches_and_numbers(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").write_text(
        "[tool.plumbob]\nignore = ['tmp_*', 'view:x']\nproduction = true\npool_idle = 2.5\n"
    )
    found = read_config(tmp_path)
    assert (found.ignore, found.production, found.pool_idle) == ("tmp_*\nview:x", True, 2.5)


@pytest.mark.parametrize(
    ("file", "text", "message"),
    [
        ("pyproject.toml", "[tool.plumbob]\nproduction = 1979-05-27\n", "neither a text nor"),
        ("pyproject.toml", "[tool.plumbob]\nschema = 'canary\n", "not a configuration file"),
        ("pyproject.toml", "[tool]\nplumbob = 1\n", "tool.plumbob is not a table"),
        ("pyproject.toml", "[tool.plumbob]\nenvironments = 1\n", "environments is not a table"),
        ("setup.cfg", "[plumbob]\ncanary\n", "not a configuration file, at line 2"),
        ("setup.cfg", "[plumbob]\nseed = x\n", "unknown setting seed"),
    ],
)
def test_wrong_settings_elsewhere_are_refused(
    tmp_path: Path, file: str, text: str, message: str
) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(PlumbobError, match=message) as caught:
        read_config(tmp_path)
    assert file in str(caught.value.where)
    assert "canary" not in caught.value.what + caught.value.advice


@pytest.mark.parametrize(
    ("file", "text", "where"),
    [
        ("plumbob.cfg", "[plumbob]\nschema = a\n\nseed = x\n", "plumbob.cfg:4:1"),
        ("plumbob.cfg", "[plumbob]\nretries = 1\n[plumbob:x]\nretries = y\n", "plumbob.cfg:4:1"),
        ("plumbob.cfg", "[plumbob]\nretries = y\n[plumbob:x]\nschema = a\n", "plumbob.cfg:2:1"),
        ("setup.cfg", "[metadata]\nseed = x\n[plumbob]\nSeed: x\n", "setup.cfg:4:1"),
        ("pyproject.toml", "[tool.plumbob]\n  'seed' = 1\n", "pyproject.toml"),
        ("pyproject.toml", "[tool.plumbob]\n  seed = 1\n", "pyproject.toml:2:3"),
        (
            "pyproject.toml",
            "[tool.plumbob]\n[tool.plumbob.environments.x]\nretries = 'y'\n",
            "pyproject.toml:3:1",
        ),
    ],
)
def test_a_wrong_setting_is_told_with_its_line(
    tmp_path: Path, file: str, text: str, where: str
) -> None:
    (tmp_path / file).write_text(text)
    with pytest.raises(PlumbobError) as caught:
        read_config(tmp_path)
    assert str(caught.value.where) == where


def test_files_of_others_may_say_what_they_like(root: Path) -> None:
    (root / "setup.cfg").write_text("[tool:plumbob\nname plumbob\n")
    (root / "pyproject.toml").write_text("[project]\ndependencies = ['plumbob']\n")
    assert read_config(root) == Config()


def test_two_files_with_settings_are_refused_by_name(root: Path) -> None:
    (root / "plumbob.cfg").write_text("[plumbob]\n")
    (root / "setup.cfg").write_text("[plumbob:stage]\n")
    with pytest.raises(PlumbobError, match="plumbob.cfg and setup.cfg both have settings"):
        read_config(root)


SETTINGS = """[plumbob]
url_env = DEV_URL
production = false
[plumbob:stage]
url_env = STAGE_URL
[plumbob:live]
production = true
[plumbob:production]
log_sql = true
"""


@pytest.mark.parametrize(
    ("env", "url_env", "production", "log_sql"),
    [
        (None, "DEV_URL", False, True),
        ("development", "DEV_URL", False, True),
        ("test", "DEV_URL", False, False),
        ("stage", "STAGE_URL", False, False),
        ("live", "DEV_URL", True, False),
        ("production", "DEV_URL", True, True),
    ],
)
@pytest.mark.parametrize("by", ["argument", "variable"])
def test_an_environment_overrides_settings(
    root: Path,
    monkeypatch: pytest.MonkeyPatch,
    by: str,
    env: str | None,
    url_env: str,
    production: bool,
    log_sql: bool,
) -> None:
    (root / "plumbob.cfg").write_text(SETTINGS)
    if by == "variable":
        monkeypatch.setenv("PLUMBOB_ENV", env or "")
    found = read_config(root, env if by == "argument" else None)
    assert (found.url_env, found.production, found.log_sql) == (url_env, production, log_sql)
    assert found.environment == (env or "development")


def test_production_is_production_even_without_settings(root: Path) -> None:
    assert read_config(root, "production").production
    (root / "plumbob.cfg").write_text("[plumbob:production]\nproduction = false\n")
    assert not read_config(root, "production").production


def test_an_environment_that_nobody_knows_is_a_slip(root: Path) -> None:
    (root / "plumbob.cfg").write_text(SETTINGS)
    with pytest.raises(PlumbobError, match="no environment stagee") as caught:
        read_config(root, "stagee")
    assert "did you mean stage?" in caught.value.advice


def test_commands_take_the_environment(root: Path) -> None:
    (root / "plumbob.cfg").write_text(SETTINGS)
    user = User(root, "")
    for command in ("diff", "apply", "rollback", "status", "pull", "create", "drop"):
        said = user.types(command, "--env", "stage", "--dir", str(root))
        assert "set STAGE_URL to" in said.err or "no tables" in said.err, (command, said)
