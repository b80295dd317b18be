"""mypy --strict, pyright and `ruff format` have nothing to say of any generated file, and know its types.

Nor have the two of the recipes, and of what docs/models.md has people write by hand.

All files go to each of them at once, since most of their time goes into starting up.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from plumbob.declaration import load
from plumbob.model import Flavour, Schema
from plumbob.models import Options, render_module, render_package
from tests.models.made import declared
from tests.models.test_elsewhere import example
from tests.models.test_values import table_of, types_of
from tests.property.edits import Everything

HERE = Path(__file__).parent
CHECKOUT = HERE.parents[1]
BIN = Path(sys.executable).parent
MAKERS = {"mysql": Flavour("mysql", (9, 7, 0)), "mariadb": Flavour("mariadb", (11, 8, 0))}
# What the value of a column is, where its class alone does not say it.
NAMES = {"frozenset": "frozenset[str]", "tuple": "tuple[float, ...]", "dict": "Any", "list": "Any"}
BASE = """\
from plumbob.runtime import Model


class Base(Model):
    def shown(self) -> str:
        return f"{type(self).__name__} {self}"


class Audited(Base):
    pass
"""
AUDITED = """\
tables:
  users:
    columns: {id: int auto_increment primary key, kind: "enum('a','b')", flags: "set('x y','1','')"}
    model: {class: Account, base: Audited, enums: all}
  notes:
    columns: {id: int auto_increment primary key, user_id: int references users}
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All files that are to be checked."""
    folder = tmp_path_factory.mktemp("checked")
    odd = declared((HERE / "odd.sql").read_text("utf-8"), folder)
    sakila = load(HERE.parent / "corpus" / "sakila.sql").schema
    shop = load(CHECKOUT / "schema" / "schema.yaml").schema
    audited = folder / "audited.yaml"
    audited.write_text(AUDITED)
    modules: list[tuple[str, Schema, Options]] = [
        ("shop", shop, Options(enums=True, fingerprint="sha256:0")),
        ("odd", odd, Options()),
        ("kept", odd, Options(naming="keep", enums=True, database="elsewhere")),
        ("sakila", sakila, Options(enums=True)),
        ("employees", declared(_employees(), folder), Options()),
        ("audited", load(audited).schema, Options(base="base.Base")),
    ]
    for maker, flavour in MAKERS.items():
        modules.append((f"types_{maker}", declared(table_of(flavour), folder), Options()))
        (folder / f"use_types_{maker}.py").write_text(_use_of_types(maker, flavour))
        everything = folder / "everything.yaml"
        everything.write_text(Everything(maker).text(), "utf-8")
        modules.append((f"everything_{maker}", load(everything).schema, Options(enums=True)))
    for name, schema, options in modules:
        (folder / f"models_{name}.py").write_text(render_module(schema, options), "utf-8")
    for name, schema in (("sakila", sakila), ("odd", odd)):
        _write_package(folder / f"package_{name}", schema)
    for recipe in (CHECKOUT / "docs" / "recipes").glob("*.py"):
        (folder / f"recipe_{recipe.name}").write_text(recipe.read_text("utf-8"))
    (folder / "view_by_hand.py").write_text(example("Views"))
    (folder / "base.py").write_text(BASE)
    (folder / "use.py").write_text((HERE / "use.py.txt").read_text("utf-8"))
    return folder


def _employees() -> str:
    """Without the partitions, which the script adds in a comment of its own."""
    text = (HERE.parent / "corpus" / "employees_partitioned.sql").read_text("utf-8")
    return re.sub(r"/\*!.*?\*/;", "", text, flags=re.DOTALL)


def _write_package(path: Path, schema: Schema) -> None:
    path.mkdir()
    for name, text in render_package(schema, Options(enums=True)).items():
        (path / name).write_text(text, "utf-8")


def _use_of_types(maker: str, flavour: Flavour) -> str:
    """A line for each column that says which type its value has."""
    lines = []
    for number, (_, value, _) in enumerate(types_of(flavour)):
        name = NAMES.get(type(value).__name__, type(value).__name__)
        null = name if name == "Any" else f"{name} | None"
        lines += [f"assert_type(row.n{number}, {name})", f"assert_type(row.o{number}, {null})"]
    return "\n".join(
        [
            "from datetime import date, datetime, timedelta",
            "from decimal import Decimal",
            "from ipaddress import IPv4Address, IPv6Address",
            "from typing import Any",
            "from uuid import UUID",
            f"from models_types_{maker} import EveryType",
            "from plumbob.runtime.values import Geometry",
            "from typing_extensions import assert_type",
            "row = EveryType.get_by_id(1)",
            *lines,
        ]
    )


def _run(*command: str) -> str:
    # The checkout is where plumbob is found, as an application would find it installed.
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, check=False)
    return done.stdout + done.stderr


def _faults(folder: Path) -> set[int]:
    lines = (folder / "use.py").read_text("utf-8").splitlines()
    return {number for number, line in enumerate(lines, 1) if line.endswith("# fault")}


def _told(output: str) -> dict[str, set[int]]:
    """The lines with errors by file."""
    found: dict[str, set[int]] = {}
    for file, line in re.findall(r"(?m)^\s*(\S+?\.py):(\d+)(?::\d+)?(?::| -) error", output):
        found.setdefault(Path(file).name, set()).add(int(line))
    return found


def test_mypy_strict(folder: Path) -> None:
    cache = str(CHECKOUT / ".venv" / "mypy-models")
    output = _run(
        str(BIN / "mypy"),
        *("--strict", "--config-file=", "--python-version=3.10", "--cache-dir", cache),
        # What is wrong with plumbob itself is not an application's concern.
        "--follow-imports=silent",
        # playhouse.pydantic_utils, which it imports, says nothing of its types.
        "--exclude=recipe_fastapi",
        str(folder),
    )
    assert _told(output) == {"use.py": _faults(folder)}, output


def test_pyright(folder: Path) -> None:
    (folder / "pyrightconfig.json").write_text(
        f'{{"extraPaths": ["{CHECKOUT}"], "pythonVersion": "3.10", "reportUnusedExpression": false}}'
    )
    output = _run(str(BIN / "pyright"), "--project", str(folder), "--pythonpath", sys.executable)
    assert _told(output) == {"use.py": _faults(folder)}, output


@pytest.mark.parametrize("width", [79, 88, 100, 120])
def test_ruff_format_leaves_them_as_they_are(folder: Path, width: int) -> None:
    generated = [*folder.glob("models_*.py"), *folder.glob("package_*/*.py")]
    setting = f"line-length={width}"
    output = _run(
        str(BIN / "ruff"),
        "format",
        "--diff",
        "--isolated",
        "--config",
        setting,
        *map(str, generated),
    )
    assert f"{len(generated)} files already formatted" in output
