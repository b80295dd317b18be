"""TLS: what is asked for is what is done, and nothing is sent before it is."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from plumbob.errors import Exit, PlumbobError
from plumbob.server.connection import Server, connect
from plumbob.server.given import Tls
from plumbob.server.secret import Secret
from plumbob.server.target import Target
from tests.server.rogue import Rogue
from tests.servers import Server as Running


@pytest.fixture
def over_tcp(server: Running) -> Target:
    with connect(Target.from_url(server.url())) as live:
        port = int(live.settings["port"])
        ca = Path(live.query("SELECT @@datadir")[0][0], "ca.pem")
    target = replace(live.target, socket=None, host="127.0.0.1", port=port)
    return replace(target, ca=str(ca)) if ca.exists() else target


def cipher(live: Server) -> str:
    ((_, value),) = live.query("SHOW SESSION STATUS LIKE 'Ssl_cipher'")
    return str(value)


def refused(target: Target) -> PlumbobError:
    with pytest.raises(PlumbobError) as caught:
        connect(target).close()
    assert caught.value.exit == Exit.NO_ACCESS
    return caught.value


@pytest.mark.parametrize("tls", ["required", "verify-ca"])
def test_protected(over_tcp: Target, tls: Tls) -> None:
    target = replace(over_tcp, tls=tls)
    if over_tcp.ca is None:
        assert refused(target).what.endswith("has no TLS (2026)")
        return
    with connect(target) as live:
        assert cipher(live)


def test_preferred_takes_what_there_is(over_tcp: Target) -> None:
    with connect(replace(over_tcp, tls="preferred")) as live:
        assert bool(cipher(live)) == (over_tcp.ca is not None)


def test_disabled(over_tcp: Target) -> None:
    with connect(replace(over_tcp, tls="disabled")) as live:
        assert not cipher(live)


def test_a_certificate_of_another_host(over_tcp: Target) -> None:
    error = refused(replace(over_tcp, tls="verify-identity"))
    if over_tcp.ca:
        assert "not trusted" in error.what
        assert "ssl-ca" in error.advice


@pytest.mark.parametrize("tls", ["verify-ca", "verify-identity"])
def test_a_ca_that_nobody_knows(over_tcp: Target, tls: Tls) -> None:
    error = refused(replace(over_tcp, tls=tls, ca=None))
    assert ("ssl-mode=REQUIRED" if over_tcp.ca else "ssl-mode=DISABLED") in error.advice


def test_a_ca_that_is_not_there(over_tcp: Target, tmp_path: Path) -> None:
    error = refused(replace(over_tcp, tls="verify-ca", ca=f"{tmp_path}/ca.pem"))
    assert error.where == f"{tmp_path}/ca.pem"


@pytest.mark.parametrize("tls", ["required", "verify-ca", "verify-identity"])
def test_a_server_without_tls_gets_nothing(tls: Tls) -> None:
    with Rogue() as rogue:
        target = Target("127.0.0.1", rogue.port, user="ann", password=Secret("kanari"), tls=tls)
        refused(target)
    assert rogue.received == b""


def test_another_machine_has_to_prove_itself() -> None:
    for url in ("mysql://ann@db.example/", "mysql://ann@db.example/?ssl-ca=/ca.pem"):
        assert Target.from_url(url).tls == "verify-identity"
