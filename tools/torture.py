"""Kills runs of plumbob, and their servers, at random moments, and prints how that went.

    python -m tools.torture                     100 clients, 50 servers and 20 pairs on each server
                                                and 30 on a Galera cluster of three
    python -m tools.torture --clients 10 --servers 5 --pairs 2 --server mysql --seed 7
    python -m tools.torture --server galera --nodes 30

It ends with 1 where a round did not end as it has to; the printed seed repeats its moments.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.cluster import Cluster
from tests.conftest import empty_database
from tests.servers import SERVERS, Server
from tests.torture.cluster_rounds import ClusterTorture
from tests.torture.rounds import Torture

# After so many failures there is enough to think about.
ENOUGH = 3


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=100, help="clients that are killed")
    parser.add_argument("--servers", type=int, default=50, help="servers that are killed")
    parser.add_argument("--pairs", type=int, default=20, help="pairs of appliers at once")
    parser.add_argument("--nodes", type=int, default=30, help="kills on the cluster")
    parser.add_argument("--rows", type=int, default=4096, help="rows of the largest table")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument(
        "--server", action="append", choices=[*SERVERS, "galera"], help="this one alone"
    )
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    names = arguments.server or ("mysql", "mariadb", "galera")
    return max((_galera if name == "galera" else _torture)(name, arguments) for name in names)


def _torture(name: str, arguments: argparse.Namespace) -> int:
    """All rounds on one server; 1 where one of them failed."""
    maker, series = SERVERS[name]
    started = time.monotonic()
    with (
        Sandbox(find(maker, series)) as sandbox,
        empty_database(Server(sandbox.url)) as database,
        tempfile.TemporaryDirectory() as folder,
    ):
        chance = random.Random(f"{arguments.seed} {name}")
        torture = Torture(Path(folder), Server(sandbox.url), database, chance, arguments.rows)
        torture.prepare()
        rounds = [torture.client_killed] * arguments.clients
        rounds += [partial(torture.server_killed, sandbox.restart)] * arguments.servers
        rounds += [torture.pair] * arguments.pairs
        failed = _failed(name, rounds)
        left = len(list((sandbox.folder / "data" / database).glob("#sql*")))
    _tell(f"{name} {series}", torture, started)
    print(f"  {left:4d}  files #sql* left\n  {failed:4d}  failed", flush=True)
    return 1 if failed or left else 0


def _galera(name: str, arguments: argparse.Namespace) -> int:
    """Rounds of four kinds on a cluster, which is as it has to be behind each; 1 where one is not."""
    started = time.monotonic()
    with Cluster() as cluster, tempfile.TemporaryDirectory() as folder:
        home = cluster.nodes[0].server
        with empty_database(home) as database:
            chance = random.Random(f"{arguments.seed} {name}")
            torture = ClusterTorture(
                Path(folder), home, database, chance, arguments.rows, cluster=cluster
            )
            torture.prepare()
            kills = [torture.client_killed, torture.node_killed] * (arguments.nodes // 2)
            others = [torture.node_isolated, torture.node_frozen, torture.pair]
            failed = _failed(name, [*kills, *others * (arguments.nodes // 6)])
    _tell("a Galera cluster of three", torture, started)
    print(f"  {failed:4d}  failed", flush=True)
    return failed


def _failed(name: str, rounds: Sequence[Callable[[], object]]) -> int:
    """How many rounds failed; behind the third failure none is run."""
    failed = 0
    for number, one in enumerate(rounds, 1):
        try:
            one()
        except AssertionError as error:
            failed += 1
            print(f"{name}: round {number} failed: {error}", flush=True)
            if failed == ENOUGH:
                break
        if number % 10 == 0:
            print(f"{name}: {number} of {len(rounds)} rounds", flush=True)
    return failed


def _tell(name: str, torture: Torture, started: float) -> None:
    print(f"{name}: {sum_of(torture)} in {time.monotonic() - started:.0f} s")
    for what, count in sorted(torture.seen.items()):
        print(f"  {count:4d}  {what}")


def sum_of(torture: Torture) -> str:
    rounds = sum(count for what, count in torture.seen.items() if " in " in what or "pairs" in what)
    return f"{rounds} rounds"


if __name__ == "__main__":
    raise SystemExit(main())
