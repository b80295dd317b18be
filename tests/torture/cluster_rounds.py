"""Rounds of torture on a cluster: a client or a node is killed, and any node has to go on from there.

At the end of each round all nodes are there again, and have the same definitions and the same rows.
"""

from __future__ import annotations

import time
from contextlib import AbstractContextManager
from dataclasses import dataclass, field

from tests.cluster import Cluster, Node
from tests.torture.rounds import Torture


@dataclass
class ClusterTorture(Torture):
    """The same project; each command is typed on whatever node chance chooses."""

    cluster: Cluster = field(kw_only=True)

    def sql(self, *statements: str) -> list[tuple[object, ...]]:
        # Else a node may answer with what it had before the last commit on another one.
        return super().sql("SET wsrep_sync_wait = 15", *statements)

    def client_killed(self) -> None:
        self._move()
        super().client_killed()
        self._all_equal()

    def node_killed(self) -> None:
        """A node dies by kill -9, perhaps the one that runs it; it comes back before the next run or after."""
        self._move()
        way = self._begin()
        client = self._start(way)
        self._wait(way)
        victim = self.random.choice(self.cluster.nodes)
        victim.kill()
        self._move(beside=victim)
        is_back = self.random.choice((True, False))
        if is_back:
            victim.restart()
            self.cluster.settles()
        self._ends(client, way, "node")
        if not is_back:
            victim.restart()
        self._all_equal()

    def node_isolated(self) -> None:
        """A node loses the others, perhaps the one that runs it, and finds them again."""
        victim = self.random.choice(self.cluster.nodes)
        self._away(victim, victim.isolated(), "isolated")

    def node_frozen(self) -> None:
        """A node stops, perhaps the one that runs it, and goes on after the others have given it up."""
        victim = self.random.choice(self.cluster.nodes)
        self._away(victim, victim.frozen(), "frozen")

    def pair(self) -> None:
        self._move()
        self.user.succeeds("rollback", "--allow", "all")
        first = self._start("apply", wait=False)
        time.sleep(self.random.uniform(0, 0.3))
        self._move(beside=next(n for n in self.cluster.nodes if n.server == self.server))
        second = self._start("apply", wait=False)
        said = [self._finish(each) for each in (first, second)]
        assert sum("nothing to apply" in each for each in said) == 1, said
        self._look()
        self.seen["pairs of appliers"] += 1
        self._all_equal()

    def _away(self, victim: Node, away: AbstractContextManager[None], what: str) -> None:
        self._move()
        way = self._begin()
        client = self._start(way)
        self._wait(way)
        others = [node for node in self.cluster.nodes if node is not victim]
        with away:
            self.cluster.settles(others)
        self._move(beside=victim)
        self.cluster.settles()
        self._ends(client, way, "node", what)
        self._all_equal()

    def _move(self, beside: Node | None = None) -> None:
        """Type the next commands on another node, but not on this one."""
        left = [node for node in self.cluster.nodes if node is not beside]
        self.server = self.random.choice(left).server

    def _all_equal(self) -> None:
        self.cluster.settles()
        assert self.cluster.databases_equal(self.database), "the nodes are not equal"
