"""Whole databases: what Peewee's own tools find in them is what their models say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playhouse.schema_diff import diff_models

from plumbob.models import Options, render_package
from tests.commands.user import User
from tests.conftest import empty_database
from tests.corpus.test_corpus import load
from tests.models.bound import Bound
from tests.models.made import declared, imported, models_of, module_of
from tests.servers import Server

HERE = Path(__file__).parent
CORPUS = HERE.parent / "corpus"


@pytest.mark.parametrize("name", ["sakila", "employees_partitioned"])
def test_a_real_database_differs_in_nothing(name: str, server: Server, tmp_path: Path) -> None:
    with empty_database(server) as database:
        load(server, database, CORPUS / f"{name}.sql")
        user = User(tmp_path, server.url(database))
        user.succeeds("init", "--from", server.url(database))
        user.succeeds("models")
        models = models_of(imported(tmp_path / "generated" / "models.py"))
        bound = Bound(server, database)
        with bound.bind_ctx(models.values()), bound.connection_context():
            assert str(diff_models(bound, models.values())) == ""
            for model in models.values():
                assert list(model.select()) == []


@pytest.fixture(params=["snake", "keep", "package"])
def odd(
    request: pytest.FixtureRequest, server: Server, tmp_path: Path
) -> Iterator[tuple[Bound, dict[str, Any]]]:
    text = (HERE / "odd.sql").read_text("utf-8")
    schema = declared(text, tmp_path)
    if request.param == "package":
        folder = tmp_path / "package"
        folder.mkdir()
        for name, content in render_package(schema, Options()).items():
            (folder / name).write_text(content, "utf-8")
        module = imported(folder)
    else:
        module = module_of(schema, tmp_path, Options(naming=request.param))
    models = models_of(module)
    with empty_database(server) as database:
        bound = Bound(server, database)
        with bound.bind_ctx(models.values()), bound.connection_context():
            bound.make(["SET foreign_key_checks = 0", *text.split(";\n")[:-1]])
            yield bound, models


def test_odd_names_and_associations_differ_in_nothing(
    odd: tuple[Bound, dict[str, Any]],
) -> None:
    bound, models = odd
    assert str(diff_models(bound, models.values())) == ""
    # What refers to classes of other modules finds them.
    person = models["persons"].create(email="a")
    payment = models["payments"].create(payer=person, number=1)
    refund = models["refunds"].create(payer="a", number=1)
    # Its table's name is kept as it is, or is in the singular.
    assert (getattr(refund, "payment", None) or refund.payments) == payment
    assert list(payment.refunds) == [refund]
