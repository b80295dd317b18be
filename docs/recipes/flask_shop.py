"""The demo shop as a Flask application: sync, with a connection for each request.

It needs `pip install plumbob flask`, and starts with
`DATABASE_URL=mysql://… flask --app docs.recipes.flask_shop run`.
"""

from __future__ import annotations

from typing import Any

import peewee
from flask import Flask, jsonify, request
from flask.typing import ResponseReturnValue
from peewee import prefetch

from generated import models
from generated.models import Payment, User
from plumbob.runtime import Database, OutcomeUnknown, connect, health, require

# What a client is shown: a column that is added to the declaration is not, before it is named here.
SHOWN = {
    User: ("id", "email", "full_name", "is_active", "created_at"),
    Payment: ("id", "amount", "currency", "status", "paid_at", "created_at"),
}


def create_app(url: str | None = None) -> Flask:
    """The application; it does not start on a schema that is not its own."""
    app = Flask(__name__)
    database = connect(url)
    require(models)
    app.extensions["database"] = database
    _add_pages(app, database)
    _add_errors(app)

    @app.teardown_request
    def give_back(error: BaseException | None) -> None:
        """A connection belongs to a thread until it is given back."""
        if not database.is_closed():
            database.close()

    return app


def _add_pages(app: Flask, database: Database) -> None:
    @app.post("/users")
    def create_user() -> ResponseReturnValue:
        body = request.get_json()
        with database.atomic():
            user = User.create(email=body["email"], full_name=body["full_name"])
        return jsonify(_shown(user)), 201

    @app.get("/users/<int:id>")
    def show_user(id: int) -> ResponseReturnValue:
        users = prefetch(User.select().where(User.id == id), Payment.select())
        if not users:
            return {"detail": "there is no such user"}, 404
        user = users[0]
        return jsonify(_shown(user) | {"payments": [_shown(each) for each in user.payments]})

    @app.post("/users/<int:id>/payments")
    def pay(id: int) -> ResponseReturnValue:
        body = request.get_json()
        with database.atomic():
            payment = Payment.create(
                user=id,
                amount=body["amount"],
                provider=body["provider"],
                provider_ref=body["provider_ref"],
            )
        return jsonify(_shown(payment)), 201

    @app.get("/health")
    def show_health() -> ResponseReturnValue:
        found = health(database, models)
        return jsonify(found.as_dict()), 200 if found.ok else 503


def _shown(row: User | Payment) -> dict[str, Any]:
    return {name: getattr(row, name) for name in SHOWN[type(row)]}


def _add_errors(app: Flask) -> None:
    @app.errorhandler(peewee.IntegrityError)
    @app.errorhandler(peewee.DataError)
    def refused(error: peewee.DatabaseError) -> ResponseReturnValue:
        return {"detail": "the database refuses these values"}, 409

    @app.errorhandler(OutcomeUnknown)
    def unknown(error: OutcomeUnknown) -> ResponseReturnValue:
        """Not 503: a client that sends it again may do it twice."""
        return {"detail": "nobody knows whether this was done; look before you retry"}, 500

    @app.errorhandler(peewee.OperationalError)
    def away(error: peewee.OperationalError) -> ResponseReturnValue:
        return {"detail": "try again later"}, 503, {"Retry-After": "5"}
