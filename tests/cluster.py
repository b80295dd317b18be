"""Three MariaDB servers that are one Galera cluster, on this machine, for tests to do anything to.

They start from one data folder, which was a cluster of one node before, so that none has to copy another
one's data at first. A node that was killed does, with `wsrep_sst_copy` beside this file.
"""

from __future__ import annotations

import contextlib
import fcntl
import hashlib
import os
import random
import re
import shutil
import signal
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pymysql

from plumbob.server.binaries import Binary, cache_folder, find_cluster
from plumbob.server.sandbox import RUNNING, Sandbox
from plumbob.server.sandbox_folder import copy, give_away, new_folder
from plumbob.server.sandbox_process import Process, last_words
from plumbob.server.sandbox_template import STORAGE, data_template, places
from tests.freezing import frozen
from tests.servers import Server

SERIES = "10.11"
SCRIPT = Path(__file__).with_name("wsrep_sst_copy")
START_SECONDS = 60.0
# A node that is gone is missed after 1.5 s instead of 5 s.
PROVIDER = {
    "gcache.size": "16M",
    "pc.recovery": "no",
    "evs.keepalive_period": "PT0.2S",
    "evs.inactive_check_period": "PT0.2S",
    "evs.join_retrans_period": "PT0.2S",
    "evs.suspect_timeout": "PT1.5S",
    "evs.inactive_timeout": "PT3S",
    "evs.install_timeout": "PT3S",
}
# The time zone of each node's machine.
ZONES = {2: "<+03>-3"}
# The first node founds the cluster when it starts for the first time, and joins it later on.
LAUNCH = """
export PATH="$PWD/bin:$PATH" TZ="$0"
rm founder 2>/dev/null && set -- "$@" --wsrep-new-cluster
exec "$@"
"""


@dataclass
class Node:
    """One member: a server with a number, 1 to 3, and with ports and a folder of its own."""

    number: int
    folder: Path = field(default_factory=Path)
    port: int = 0
    group_port: int = 0
    process: Process | None = None

    @property
    def name(self) -> str:
        return f"n{self.number}"

    @property
    def server(self) -> Server:
        # By its port: the other members know it by that alone.
        return Server(f"mysql://root@{Sandbox.host}:{self.port}/?ssl-mode=DISABLED")

    def sql(self, *statements: str, database: str | None = None) -> list[tuple[Any, ...]]:
        """Run statements, each sure to see what was done on the other nodes."""
        with self.server.connect(database) as connection, connection.cursor() as cursor:
            cursor.execute("SET wsrep_sync_wait = 15, time_zone = '+00:00'")
            for statement in statements:
                cursor.execute(statement)
            return list(cursor.fetchall())

    def status(self) -> dict[str, str]:
        with self.server.connect() as connection, connection.cursor() as cursor:
            cursor.execute("SHOW STATUS LIKE 'wsrep_%'")
            return dict(cursor.fetchall())

    def kill(self) -> None:
        """End it as a crash would; it stays away until `restart`."""
        assert self.process
        os.kill(self.process.pid, signal.SIGKILL)
        self.process.ended(wait=None)

    def restart(self) -> None:
        """Start it again on its data; it joins the others, which `Cluster.settles` waits for."""
        assert self.process
        self.process.start_again()

    @contextlib.contextmanager
    def frozen(self) -> Iterator[None]:
        """Inside, it is there and does nothing."""
        assert self.process
        with frozen(self.process.pid):
            yield

    @contextlib.contextmanager
    def isolated(self) -> Iterator[None]:
        """Inside, it hears nothing of the others, nor they of it."""
        self.sql_at_once("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=1'")
        try:
            yield
        finally:
            self.sql_at_once("SET GLOBAL wsrep_provider_options = 'gmcast.isolate=0'")

    def sql_at_once(self, statement: str) -> None:
        with self.server.connect() as connection, connection.cursor() as cursor:
            cursor.execute(statement)


class Cluster:
    """Three nodes: a context manager.

    Attributes:
        nodes: the first is the one that founded it; after that there is no difference.
    """

    def __init__(self, size: int = 3) -> None:
        found = find_cluster(SERIES)
        assert found, "no MariaDB with galera-4: run `python3 tools/servers.py mariadb-10.11`"
        self.binary, self.library = found
        self.nodes = [Node(number) for number in range(1, size + 1)]
        self._locks = contextlib.ExitStack()

    def __enter__(self) -> Cluster:
        try:
            self._start()
        except BaseException:
            self.__exit__()
            raise
        return self

    def __exit__(self, *reason: object) -> None:
        for node in self.nodes:
            if node.process:
                node.process.end()

    def _start(self) -> None:
        template = _template(self.binary, self.library)
        for node in self.nodes:
            node.port, node.group_port = _free_port(), _free_port()
        for number, node in enumerate(self.nodes, 1):
            _launch(node, self.binary, self._options(node), template, founds=number == 1)
            self.settles(self.nodes[:number])

    def _options(self, node: Node) -> list[str]:
        return options(self.library, node, [each.group_port for each in self.nodes])

    def settles(self, nodes: Sequence[Node] = ()) -> None:
        """Wait until these nodes, or all of them, are one cluster and each has all data."""
        for node in nodes or self.nodes:
            _until(node, _is_settled(len(nodes or self.nodes)))

    def databases_equal(self, database: str) -> bool:
        """Whether the nodes have the same definitions and the same rows."""
        return len({self.contents(node, database) for node in self.nodes}) == 1

    def contents(self, node: Node, database: str) -> str:
        """Every definition of a database, and a checksum of the rows of each table.

        CHECKSUM TABLE would not do: it gives another number for the same rows, where a column was added
        by INSTANT (2 of 9 on MariaDB 10.11).
        """
        tables = node.sql("SHOW FULL TABLES", database=database)
        found: list[object] = [tables]
        for name, kind in sorted(tables):
            found += node.sql(f"SHOW CREATE TABLE `{name}`", database=database)
            if kind == "BASE TABLE":
                columns = node.sql(f"SHOW COLUMNS FROM `{name}`", database=database)
                values = ", ".join(f"IFNULL(`{column}`, 'NULL')" for column, *_ in columns)
                rows = f"SELECT COUNT(*), SUM(CRC32(CONCAT_WS('|', {values}))) FROM `{name}`"
                found += node.sql(rows, database=database)
        # Each node counts its own way, in steps of the cluster's size.
        return re.sub(r" AUTO_INCREMENT=\d+", "", repr(found))


def _is_settled(size: int) -> Callable[[dict[str, str]], bool]:
    def look(status: dict[str, str]) -> bool:
        is_synced = status.get("wsrep_local_state_comment") == "Synced"
        is_whole = status.get("wsrep_cluster_size") == str(size)
        return is_synced and is_whole and status["wsrep_ready"] == "ON"

    return look


def options(library: Path, node: Node, group_ports: list[int]) -> list[str]:
    """What makes a MariaDB server this node of the cluster."""
    host = Sandbox.host
    provider = {
        **PROVIDER,
        "base_host": host,
        "base_port": str(node.group_port),
        "gmcast.listen_addr": f"tcp://{host}:{node.group_port}",
        "ist.recv_addr": f"{host}:{_free_port()}",
    }
    return [
        "--binlog-format=ROW",
        "--innodb-autoinc-lock-mode=2",
        "--wsrep-on=ON",
        f"--wsrep-provider={library}",
        "--wsrep-cluster-name=loop",
        f"--wsrep-cluster-address=gcomm://{','.join(f'{host}:{port}' for port in group_ports)}",
        f"--wsrep-node-name={node.name}",
        f"--wsrep-node-address={host}",
        f"--wsrep-node-incoming-address={host}:{node.port}",
        "--wsrep-sst-method=copy",
        f"--wsrep-sst-receive-address={host}:{_free_port()}",
        "--wsrep-provider-options=" + ";".join(f"{key}={word}" for key, word in provider.items()),
    ]


def _launch(
    node: Node, binary: Binary, options: list[str], template: Path, *, founds: bool
) -> None:
    with new_folder(binary) as (node.folder, lock):
        copy(template, node.folder / "data")
        (node.folder / "bin").mkdir()
        shutil.copy(SCRIPT, node.folder / "bin")
        if founds:
            (node.folder / "founder").touch()
        give_away(node.folder)
        command = [
            *binary.command,
            *places(node.folder),
            f"--socket={node.folder / 's.sock'}",
            f"--port={node.port}",
            f"--bind-address={Sandbox.host}",
            f"--log-error={node.folder / 'error.log'}",
            *STORAGE["mariadb"],
            *RUNNING["mariadb"],
            f"--secure-file-priv={node.folder / 'tmp'}",
            *options,
        ]
        zone = ZONES.get(node.number, "UTC0")
        node.process = Process(node.folder, lock, ["/bin/sh", "-c", LAUNCH, zone, *command])


def _until(node: Node, condition: Callable[[dict[str, str]], bool]) -> None:
    assert node.process
    deadline = time.monotonic() + START_SECONDS
    found: dict[str, str] = {}
    while not condition(found):
        ended = node.process.ended(wait=0.02)
        assert not ended and time.monotonic() < deadline, f"{found}\n{last_words(node.folder)}"
        with contextlib.suppress(pymysql.Error, OSError):
            found = node.status()


def _template(binary: Binary, library: Path) -> Path:
    """A data folder that knows its place in a cluster's history; made once for this server."""
    plain = data_template(binary, ())
    node = Node(1, port=_free_port(), group_port=_free_port())
    digest = hashlib.sha256(repr((library.stat().st_mtime_ns, PROVIDER)).encode()).hexdigest()
    template = cache_folder() / "templates" / f"{plain.name}-galera-{digest[:8]}"
    with template.with_name(f"{template.name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not template.is_dir():
            _launch(node, binary, options(library, node, [node.group_port]), plain, founds=True)
            assert node.process
            try:
                _until(node, _is_settled(1))
                os.kill(node.process.pid, signal.SIGTERM)
                node.process.ended(wait=None)
                part = template.with_name(f".{template.name}")
                shutil.rmtree(part, ignore_errors=True)
                (node.folder / "data" / "galera.cache").unlink(missing_ok=True)
                copy(node.folder / "data", part)
                part.rename(template)
            finally:
                node.process.end()
    return template


def _free_port() -> int:
    """One that no connection takes by itself before the node does: Linux gives those from 32768 on."""
    while True:
        port = random.SystemRandom().randrange(20000, 32000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((Sandbox.host, port))
            return port
