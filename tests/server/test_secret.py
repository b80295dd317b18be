"""A secret shows itself to nobody; the redactor takes it out of what others wrote."""

from __future__ import annotations

import copy
import pickle
import traceback
from dataclasses import asdict

import pytest

from plumbob.server.redact import redact
from plumbob.server.secret import MASK, Secret
from plumbob.server.target import Target

CANARY = "kanari-7#1"


@pytest.fixture
def secret() -> Secret:
    return Secret(CANARY)


def test_only_reveal_gives_it_out(secret: Secret) -> None:
    assert secret.reveal() == CANARY
    shown = [repr(secret), str(secret), f"{secret}", f"{secret!r:>20}"]
    assert all(text.strip() == MASK for text in shown)


def test_it_hides_in_a_target(secret: Secret) -> None:
    target = Target(password=secret)
    shown = f"{target} {target.label()} {asdict(target)} {copy.deepcopy(target)}"
    assert CANARY not in shown
    assert MASK in shown


def test_it_cannot_be_stored(secret: Secret) -> None:
    with pytest.raises(TypeError, match="not to be stored"):
        pickle.dumps(secret)


def test_its_length_does_not_show() -> None:
    assert repr(Secret("")) == repr(Secret("long" * 20))


def test_equal_secrets_are_equal() -> None:
    assert Secret("a") == Secret("a") != Secret("b")
    assert len({Secret("a"), Secret("a")}) == 1


@pytest.mark.parametrize(
    "text",
    [
        f"cannot connect with {CANARY}",
        "mysql://ann:kanari-7%231@db.example/shop",
        f"{{'password': {CANARY!r}}}",
        "mysql://ann:another-kanari@db.example/shop",
        "mysql://ann:kan@ari@db.example/shop",
        "password=another-kanari",
        "MYSQL_PWD: another-kanari",
        'password = "another kanari"',
        "CREATE USER a IDENTIFIED BY 'another-kanari'",
        "GRANT … IDENTIFIED BY PASSWORD '*6BB4837EB74329105EE4568DDA7DC67ED2CA2AD9' kanari-7#1",
        "IDENTIFIED WITH caching_sha2_password AS '$A$005$kanari'",
    ],
)
def test_redacted(text: str, secret: Secret) -> None:
    redacted = redact(text)
    assert "kanari" not in redacted
    assert "*6BB" not in redacted
    assert MASK in redacted


def test_other_text_stays(secret: Secret) -> None:
    text = "ann@db.example:3306/shop: Access denied for 'ann'@'localhost' (using password: YES)"
    assert redact(text) == text


def test_traceback_of_a_failed_call_is_clean(secret: Secret) -> None:
    try:
        raise ValueError(f"bad password {secret.reveal()}")
    except ValueError:
        assert CANARY not in redact(traceback.format_exc())
