"""The recipes of docs/recipes with the frameworks themselves, on the demo shop."""

from __future__ import annotations

import asyncio
import uuid
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import httpx2
import pytest
from fastapi import FastAPI, HTTPException
from fastapi.testclient import TestClient
from playhouse.test_utils import count_queries

from docs.recipes import fastapi_shop
from docs.recipes.flask_shop import create_app
from generated import models
from plumbob.runtime import SchemaMismatch, proxy
from plumbob.runtime.async_database import AsyncDatabase
from tests.runtime.conftest import connection_count, eventually
from tests.runtime.shop import Shop

Call = Callable[..., tuple[int, Any]]


@pytest.fixture
def settled(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> Iterator[Shop]:
    """The environment of an application that was deployed with the models of this schema."""
    monkeypatch.setenv("DATABASE_URL", shop.url)
    monkeypatch.setattr(models, "SCHEMA", shop.fingerprint)
    before = proxy.obj
    yield shop
    proxy.initialize(before)
    eventually(lambda: connection_count(shop.server, shop.database) == 0)


@pytest.fixture(params=["fastapi", "flask"])
def call(request: pytest.FixtureRequest, settled: Shop) -> Iterator[Call]:
    """Sends a request to the application: status and JSON."""
    if request.param == "fastapi":
        with TestClient(fastapi_shop.app) as client:

            def over_fastapi(method: str, path: str, body: Any = None) -> tuple[int, Any]:
                answer = client.request(method, path, json=body)
                return answer.status_code, answer.json()

            yield over_fastapi
    else:
        app = create_app()
        flask = app.test_client()

        def over_flask(method: str, path: str, body: Any = None) -> tuple[int, Any]:
            answer = flask.open(path, method=method, json=body)
            return answer.status_code, answer.get_json()

        yield over_flask
        app.extensions["database"].close_all()


def test_a_user_signs_up_and_pays(call: Call) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    status, user = call("POST", "/users", {"email": email, "full_name": "Ann"})
    assert (status, user["email"], user["is_active"]) == (201, email, True)
    assert "password_hash" not in user
    assert user["created_at"]

    for number in range(2):
        body = {
            "amount": "9.90",
            "currency": "EUR",
            "provider": "card",
            "provider_ref": f"{email}{number}",
        }
        status, payment = call("POST", f"/users/{user['id']}/payments", body)
        assert (status, payment["status"], payment["amount"]) == (201, "pending", "9.90")

    with count_queries() as asked:
        status, shown = call("GET", f"/users/{user['id']}")
    assert (status, len(shown["payments"])) == (200, 2)
    assert asked.count == 2


def test_what_the_database_refuses_leaves_nothing(call: Call) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    body = {"email": email, "full_name": "Ann"}
    assert call("POST", "/users", body)[0] == 201
    for refused in (body, {"email": email + "x" * 200, "full_name": "Ann"}):
        assert call("POST", "/users", refused) == (
            409,
            {"detail": "the database refuses these values"},
        )
    assert call("GET", "/users/999999999")[0] == 404


def test_what_a_request_has_written_goes_when_it_fails(settled: Shop) -> None:
    email = f"{uuid.uuid4().hex}@example.com"
    app = FastAPI(lifespan=fastapi_shop.lifespan)

    @app.post("/fails")
    async def fails(database: fastapi_shop.Writing) -> None:
        await database.run(models.User.create, email=email, full_name="Ann")
        raise HTTPException(418)

    @app.get("/there")
    async def there(database: fastapi_shop.Reading) -> bool:
        return await database.exists(models.User.select().where(models.User.email == email))

    with TestClient(app) as client:
        assert client.post("/fails").status_code == 418
        assert client.get("/there").json() is False


def test_more_requests_at_once_than_the_pool_has_connections(settled: Shop) -> None:
    async def main() -> None:
        app = fastapi_shop.app
        async with app.router.lifespan_context(app):
            transport = httpx2.ASGITransport(app)
            async with httpx2.AsyncClient(transport=transport, base_url="http://shop") as client:
                answers = await asyncio.gather(*(client.get("/users/0") for _ in range(60)))
            assert {answer.status_code for answer in answers} == {404}
            assert app.state.database.pool_use().in_use == 0
            assert app.state.database.pool_use().idle <= 10

    asyncio.run(main())


def test_the_health_page(call: Call, settled: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    status, found = call("GET", "/health")
    assert (status, found["ok"], found["schema"]["ok"]) == (200, True, True)
    monkeypatch.setattr(models, "SCHEMA", "sha256:0")
    status, found = call("GET", "/health")
    assert (status, found["schema"]["what"]) == (503, "the schema is older than the models")


def test_an_application_does_not_start_on_another_schema(
    settled: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "SCHEMA", "sha256:0")
    with pytest.raises(SchemaMismatch, match="older than the models: run schema apply"):
        create_app()
    with pytest.raises(SchemaMismatch), TestClient(fastapi_shop.app):
        pass


def test_a_database_that_is_away_is_told_to_the_client_of_fastapi(settled: Shop) -> None:
    with TestClient(fastapi_shop.app) as client:
        assert client.portal is not None
        client.portal.call(go_away, fastapi_shop.app.state.database)
        answer = client.get("/users/1")
        assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
        answer = client.get("/health")
        assert (answer.status_code, answer.json()["ok"]) == (503, False)


async def go_away(database: AsyncDatabase) -> None:
    await database.close_pool()
    database.target = replace(database.target, socket=None, host="127.0.0.1", port=1)
    database.settings = replace(database.settings, retries=0)


def test_a_database_that_is_away_is_told_to_the_client_of_flask(settled: Shop) -> None:
    app = create_app()
    database = app.extensions["database"]
    database.close_all()
    database.target = replace(database.target, socket=None, host="127.0.0.1", port=1)
    database.settings = replace(database.settings, retries=0)
    answer = app.test_client().get("/users/1")
    assert (answer.status_code, answer.headers["Retry-After"]) == (503, "5")
    answer = app.test_client().get("/health")
    assert (answer.status_code, answer.get_json()["ok"]) == (503, False)
