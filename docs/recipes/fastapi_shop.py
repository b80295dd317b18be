"""The demo shop as a FastAPI application: async, and each request that writes is one transaction.

It needs `pip install 'plumbob[async]' fastapi uvicorn`, and starts with
`DATABASE_URL=mysql://… uvicorn docs.recipes.fastapi_shop:app`.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Annotated, Any

import peewee
from fastapi import Depends, FastAPI, HTTPException, Request
from fastapi.responses import JSONResponse
from playhouse.pydantic_utils import to_pydantic
from pydantic import BaseModel

from generated import models
from generated.models import Payment, User
from plumbob.runtime import OutcomeUnknown, connect_async, health, require
from plumbob.runtime.async_database import AsyncDatabase

# Bodies: what a client may send, and what it is shown. By `include`, so that a column which is added to
# the declaration is in neither before it is named here.
if TYPE_CHECKING:
    # They are made at run time, so this is all that a type checker can know of them.
    UserIn = BaseModel
    UserOut = BaseModel
    PaymentIn = BaseModel
    PaymentOut = BaseModel
else:
    UserIn = to_pydantic(User, include={"email", "full_name"}, model_name="UserIn")
    PaymentIn = to_pydantic(
        Payment, include={"amount", "currency", "provider", "provider_ref"}, model_name="PaymentIn"
    )
    PaymentOut = to_pydantic(
        Payment,
        include={"id", "amount", "currency", "status", "paid_at", "created_at"},
        exclude_autofield=False,
        model_name="PaymentOut",
    )
    UserOut = to_pydantic(
        User,
        include={"id", "email", "full_name", "is_active", "created_at"},
        exclude_autofield=False,
        relationships={User.payments: list[PaymentOut]},
        model_name="UserOut",
    )


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One database for the whole application; it does not start on a schema that is not its own."""
    database = connect_async()
    try:
        await database.run(require, models)
        app.state.database = database
        yield
    finally:
        await database.close_pool()


app = FastAPI(title="Demo shop", lifespan=lifespan)


async def connection(request: Request) -> AsyncIterator[AsyncDatabase]:
    """A connection for a request that reads, given back at its end."""
    database: AsyncDatabase = request.app.state.database
    async with database:
        yield database


async def transaction(
    database: Annotated[AsyncDatabase, Depends(connection, scope="function")],
) -> AsyncIterator[AsyncDatabase]:
    """A transaction for a request that writes: taken back when anything in it fails."""
    async with database.atomic():
        yield database


# scope="function": committed before the answer is sent. Otherwise a client may be told of a row that
# is not there.
Reading = Annotated[AsyncDatabase, Depends(connection, scope="function")]
Writing = Annotated[AsyncDatabase, Depends(transaction, scope="function")]


@app.post("/users", status_code=201, response_model=UserOut)
async def create_user(body: UserIn, database: Writing) -> Any:
    user = await database.run(User.create, **body.model_dump())
    # Within `run`, because what the server has filled in is read back when it is asked for.
    return await database.run(UserOut.model_validate, user)


@app.get("/users/{id}", response_model=UserOut)
async def show_user(id: int, database: Reading) -> Any:
    users = await database.aprefetch(User.select().where(User.id == id), Payment.select())
    if not users:
        raise HTTPException(404, "there is no such user")
    return users[0]


@app.post("/users/{id}/payments", status_code=201, response_model=PaymentOut)
async def pay(id: int, body: PaymentIn, database: Writing) -> Any:
    payment = await database.run(Payment.create, user=id, **body.model_dump())
    return await database.run(PaymentOut.model_validate, payment)


@app.get("/health")
async def show_health(request: Request) -> JSONResponse:
    database: AsyncDatabase = request.app.state.database
    found = await database.run(health, database, models)
    return JSONResponse(found.as_dict(), 200 if found.ok else 503)


@app.exception_handler(peewee.IntegrityError)
@app.exception_handler(peewee.DataError)
async def refused(request: Request, error: peewee.DatabaseError) -> JSONResponse:
    """A value that is there already, is too long, or belongs to nothing: the server has said no."""
    return JSONResponse({"detail": "the database refuses these values"}, 409)


@app.exception_handler(OutcomeUnknown)
async def unknown(request: Request, error: OutcomeUnknown) -> JSONResponse:
    """Not 503: a client that sends it again may do it twice."""
    return JSONResponse(
        {"detail": "nobody knows whether this was done; look before you retry"}, 500
    )


@app.exception_handler(peewee.OperationalError)
async def away(request: Request, error: peewee.OperationalError) -> JSONResponse:
    """No connection, or none free, or lost: nothing has happened, so it may be tried again."""
    return JSONResponse({"detail": "try again later"}, 503, {"Retry-After": "5"})
