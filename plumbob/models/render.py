"""Models of a schema as the text of one module, or of a package with a module for each table.

A pure function of the schema and the options: the same declaration gives the same bytes.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from plumbob.ddl.canonical import canonical
from plumbob.ddl.charsets import server_defaults
from plumbob.ddl.completed import completed
from plumbob.model import Schema
from plumbob.models.classes import TYPES_ONLY, TYPING, Written, module_name, write_class
from plumbob.models.fields import FLAVOUR
from plumbob.models.naming import Names, associations, settle
from plumbob.models.options import Options
from plumbob.models.source import INDENT, WIDTH, text
from plumbob.templates import template

PACKAGE = "__init__.py"


def render_module(schema: Schema, options: Options) -> str:
    """All models in one module.

    Args:
        schema: as it was declared; what is left out is completed by rules that ask no server.

    Raises:
        PlumbobError: the declaration names a class that cannot be called so.
    """
    schema = _whole(schema)
    classes = list(_classes(schema, settle(schema, options), options, alone=False))
    return _module(classes, options, _imports(classes), _type_imports(classes), with_schema=True)


def render_package(schema: Schema, options: Options) -> dict[str, str]:
    """The files of a package by their names, one for each class, and `__init__.py`."""
    schema = _whole(schema)
    names = settle(schema, options)
    classes = list(_classes(schema, names, options, alone=True))
    for each in classes:
        if each.mentioned - each.parents:
            each.need(TYPING, TYPES_ONLY)
    files = {
        f"{module_name(each.name)}.py": _module(
            [each],
            options,
            _imports([each]) + _blocks(_siblings(each.parents, names)),
            _type_imports([each]) + _siblings(each.mentioned - each.parents, names),
            with_schema=False,
        )
        for each in classes
    }
    exported = sorted(name for each in classes for name in (each.name, *_enum_names(each)))
    files[PACKAGE] = template("models_package.py.j2").render(
        source=options.source,
        schema=_schema(options),
        imports=[
            line
            for each in sorted(classes, key=lambda each: module_name(each.name))
            for line in _import(f".{module_name(each.name)}", [each.name, *_enum_names(each)])
        ],
        exported=["SCHEMA", *exported],
    )
    return files


def _whole(schema: Schema) -> Schema:
    """With the names, indexes and lengths that every server fills in."""
    bare = replace(schema, stored={})
    return canonical(completed(bare, FLAVOUR), FLAVOUR, server_defaults(FLAVOUR))


def _classes(schema: Schema, names: Names, options: Options, *, alone: bool) -> Iterator[Written]:
    """The classes, parents first; where foreign keys go in a circle, by name."""
    done: set[str] = set()
    begun: set[str] = set()

    def write(name: str) -> Iterator[Written]:
        if name in begun:
            return
        begun.add(name)
        table = schema.tables[name]
        for parent in sorted({key.parent for key in associations(table, schema)}):
            yield from write(parent)
        yield write_class(table, schema, names, options, earlier=done, alone=alone)
        done.add(name)

    for name in sorted(schema.tables):
        yield from write(name)


def _module(
    classes: Iterable[Written],
    options: Options,
    imports: list[list[str]],
    type_imports: list[str],
    *,
    with_schema: bool,
) -> str:
    return template("models.py.j2").render(
        source=options.source,
        imports=imports,
        type_imports=type_imports,
        with_schema=with_schema,
        schema=_schema(options),
        classes=classes,
    )


def _schema(options: Options) -> str:
    return text(options.fingerprint) if options.fingerprint else "None"


def _merged(each: Iterable[Mapping[str, set[str]]]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for imports in each:
        for module, names in imports.items():
            found.setdefault(module, set()).update(names)
    return found


def _imports(classes: Iterable[Written]) -> list[list[str]]:
    """The lines of imports in blocks: of Python's own modules, of Peewee and plumbob, of others."""
    merged = _merged(each.imports for each in classes)
    blocks: list[list[str]] = [[], [], []]
    for module in sorted(merged):
        top = module.partition(".")[0]
        place = 0 if top in sys.stdlib_module_names else 1 if top in ("peewee", "plumbob") else 2
        blocks[place] += _import(module, merged[module])
    return _blocks(*blocks)


def _blocks(*blocks: list[str]) -> list[list[str]]:
    return [block for block in blocks if block]


def _type_imports(classes: Iterable[Written]) -> list[str]:
    """What type checkers alone need, as far as it is not imported anyway."""
    there = _merged(each.imports for each in classes)
    merged = _merged(each.type_imports for each in classes)
    return [
        line
        for module in sorted(merged)
        if (missing := merged[module] - there.get(module, set()))
        for line in _import(module, missing, len(INDENT))
    ]


def _siblings(tables: Iterable[str], names: Names) -> list[str]:
    """Imports of other modules of the package."""
    found = sorted((module_name(names.classes[table]), names.classes[table]) for table in tables)
    return [line for module, name in found for line in _import(f".{module}", [name])]


def _import(module: str, names: Iterable[str], column: int = 0) -> list[str]:
    ordered = sorted(names, key=_import_order)
    whole = f"from {module} import {', '.join(ordered)}"
    if column + len(whole) <= WIDTH:
        return [whole]
    return [f"from {module} import (", *(f"{INDENT}{name}," for name in ordered), ")"]


def _import_order(name: str) -> tuple[int, str]:
    """Constants, then classes, then functions, as isort has it."""
    return (0 if name.isupper() else 1 if name[0].isupper() else 2), name


def _enum_names(written: Written) -> list[str]:
    return [name for name, _ in written.enums]
