"""Models that are made from a declaration, as a module that can be used at once."""

from __future__ import annotations

import importlib.util
import itertools
import sys
import tempfile
from pathlib import Path
from types import ModuleType
from typing import Any

import peewee

from plumbob.declaration import load
from plumbob.model import Schema
from plumbob.models import Options, render_module

_numbers = itertools.count()


def declared(text: str, folder: Path) -> Schema:
    """The schema of a declaration in SQL."""
    path = folder / "schema.sql"
    path.write_text(text, encoding="utf-8")
    return load(path).schema


def module_of(schema: Schema, folder: Path, options: Options | None = None) -> ModuleType:
    """The models of a schema as a module."""
    path = folder / f"models_{next(_numbers)}.py"
    path.write_text(render_module(schema, options or Options()), encoding="utf-8")
    return imported(path)


def imported_text(text: str) -> ModuleType:
    """The module that has this text."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "models.py"
        path.write_text(text, encoding="utf-8")
        return imported(path)


def imported(path: Path) -> ModuleType:
    """The module, or the package, of a path, under a name that nobody else has."""
    name = f"imported_{next(_numbers)}"
    is_package = path.is_dir()
    spec = importlib.util.spec_from_file_location(
        name,
        path / "__init__.py" if is_package else path,
        submodule_search_locations=[str(path)] if is_package else None,
    )
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module


def models_of(module: ModuleType) -> dict[str, Any]:
    """The models of a module or package by their tables."""
    return {
        each._meta.table_name: each
        for each in vars(module).values()
        if isinstance(each, type)
        and issubclass(each, peewee.Model)
        and each.__module__.startswith(module.__name__)
    }
