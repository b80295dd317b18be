"""Kills runs of plumbob, and their servers, at random moments, and prints how that went.

    python -m tools.torture                     100 clients, 50 servers and 20 pairs on each server
    python -m tools.torture --clients 10 --servers 5 --pairs 2 --server mysql --seed 7

It ends with 1 where a round did not end as it has to; the printed seed repeats its moments.
"""

from __future__ import annotations

import argparse
import random
import tempfile
import time
from functools import partial
from pathlib import Path

from plumbob.server.binaries import find
from plumbob.server.sandbox import Sandbox
from tests.conftest import empty_database
from tests.servers import SERVERS, Server
from tests.torture.rounds import Torture


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--clients", type=int, default=100, help="clients that are killed")
    parser.add_argument("--servers", type=int, default=50, help="servers that are killed")
    parser.add_argument("--pairs", type=int, default=20, help="pairs of appliers at once")
    parser.add_argument("--rows", type=int, default=4096, help="rows of the largest table")
    parser.add_argument("--seed", type=int, default=random.randrange(10**6))
    parser.add_argument("--server", action="append", choices=SERVERS, help="this one alone")
    arguments = parser.parse_args()
    print(f"seed {arguments.seed}", flush=True)
    return max(_torture(name, arguments) for name in arguments.server or ("mysql", "mariadb"))


def _torture(name: str, arguments: argparse.Namespace) -> int:
    """All rounds on one server; 1 where one of them failed."""
    maker, series = SERVERS[name]
    failed, started = 0, time.monotonic()
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
        for number, one in enumerate(rounds, 1):
            try:
                one()
            except AssertionError as error:
                failed += 1
                print(f"{name}: round {number} failed: {error}", flush=True)
                break
            if number % 10 == 0:
                print(f"{name}: {number} of {len(rounds)} rounds", flush=True)
        left = len(list((sandbox.folder / "data" / database).glob("#sql*")))
    print(f"{name} {series}: {sum_of(torture)} in {time.monotonic() - started:.0f} s")
    for what, count in sorted(torture.seen.items()):
        print(f"  {count:4d}  {what}")
    print(f"  {left:4d}  files #sql* left\n  {failed:4d}  failed", flush=True)
    return 1 if failed or left else 0


def sum_of(torture: Torture) -> str:
    rounds = sum(count for what, count in torture.seen.items() if " in " in what or "pairs" in what)
    return f"{rounds} rounds"


if __name__ == "__main__":
    raise SystemExit(main())
