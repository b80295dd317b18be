"""The members of a cluster: all of them are asked, because each may answer otherwise.

A single server has no others, and costs nothing here. On MariaDB Galera a named lock is one node's own, an
error on one node may be a change on the others, and a node that lags says that it is in sync (measured).
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

from plumbob.ddl.quote import quote_name, quote_text
from plumbob.errors import Exit, PlumbobError
from plumbob.server.connection import Server, connect
from plumbob.server.errors import CANNOT_CONNECT, LOCK_WAIT_TIMEOUT, ServerError
from plumbob.server.target import DEFAULT_PORT

# Seconds to wait for a node that comes or goes: one that dies is missed after 5 s by default.
SETTLES = 15.0
_PAUSE = 0.25
# How often a table is seen in use before that counts as more than a statement that comes and goes.
_LOOKS = 3
_LOOK_PAUSE = 0.1
# How long an answer of another member may take: wsrep_sync_wait gives up after 30 s by itself.
_ANSWER = 60.0
_NOT_PREPARED = 1047
_ALIKE = (
    "lower_case_table_names",
    "innodb_default_row_format",
    "character_set_server",
    "collation_server",
)
_WAY = "docs/cluster.md says how a cluster is made whole"
_STATUS = (
    "SHOW STATUS WHERE Variable_name IN ('wsrep_ready', 'wsrep_cluster_status',"
    " 'wsrep_local_state_comment', 'wsrep_cluster_state_uuid', 'wsrep_cluster_conf_id',"
    " 'wsrep_cluster_size', 'wsrep_gcomm_uuid', 'wsrep_incoming_addresses')"
)
_VARIABLES = (
    "SHOW VARIABLES WHERE Variable_name IN ('wsrep_on', 'wsrep_OSU_method', 'wsrep_reject_queries')"
)


class Unsettled(PlumbobError):
    """A member is on its way in or out: it may be otherwise in a moment."""


class Lags(PlumbobError):
    """A member has not done all that it was sent, and gave up waiting for it."""


@dataclass(frozen=True, slots=True)
class State:
    """What a member says of itself and of its cluster."""

    name: str
    told: Mapping[str, str]

    @property
    def group(self) -> tuple[str, str]:
        """The history of the cluster, and the number of its membership."""
        return self.told.get("wsrep_cluster_state_uuid", ""), self.told["wsrep_cluster_conf_id"]

    @property
    def addresses(self) -> tuple[str, ...]:
        return tuple(sorted(filter(None, self._addresses)))

    @property
    def _addresses(self) -> list[str]:
        return self.told.get("wsrep_incoming_addresses", "").split(",")

    @property
    def size(self) -> int:
        """How many members there are that have data: an arbitrator (garbd) has none, and no address."""
        return int(self.told["wsrep_cluster_size"]) - self._addresses.count("")

    def fault(self) -> PlumbobError | None:
        """Why nothing may be changed while this member is as it is."""
        told = self.told
        for name, wanted in (
            ("wsrep_cluster_status", "Primary"),
            ("wsrep_ready", "ON"),
            ("wsrep_local_state_comment", "Synced"),
        ):
            if told.get(name) != wanted:
                return Unsettled(
                    f"{self.name} is not in sync with its cluster: {name} is {told.get(name)!r}",
                    advice="a node that joins, gives its data to another one, or is locked by a backup "
                    "(FLUSH TABLES WITH READ LOCK) cannot be proved equal: wait until that is over. "
                    + _WAY,
                    exit=Exit.UNSAFE,
                )
        for name, wanted, why in (
            ("wsrep_on", "ON", "what is done in it stays on this node"),
            ("wsrep_osu_method", "TOI", "it changes one node alone, and the nodes differ then"),
            ("wsrep_reject_queries", "NONE", "it does not answer"),
        ):
            if told.get(name) != wanted:
                return PlumbobError(
                    f"{name} is {told.get(name)!r} on {self.name}: {why}",
                    advice=f"SET {name} = {wanted}, for the session and globally, and run this again",
                    exit=Exit.UNSAFE,
                )
        return None


def node_name(server: Server) -> str:
    """What a member is called, by itself and by people."""
    return server.settings.get("wsrep_node_name") or server.target.label()


def all_of(server: Server) -> list[Server]:
    """This server and the others of its cluster that were reached, in the order of their locks."""
    return sorted((server, *server.others), key=lambda each: each.place)


@contextmanager
def reached(server: Server) -> Iterator[None]:
    """Inside, a connection leads to every other member of the cluster (`Server.others`).

    Raises:
        PlumbobError: UNSAFE: one of them cannot be reached, or is not what it should be, so that nothing
            could be proved; it names the node.
    """
    if not server.is_cluster or server.others:
        yield
        return
    _reach(server)
    try:
        yield
    finally:
        leave(server)


def asked(server: Server) -> tuple[Server, ...]:
    """The other members that are asked what they have: all that are reached; for who only reads, all that
    answer.

    A member that does not answer stops nobody who reads: why it was not asked stands in `server.unasked`.
    """
    if not server.is_cluster or server.others:
        return server.others
    if server.glimpsed is None:
        server.glimpsed, server.unasked = _glimpse(server)
    return server.glimpsed


def ask_nobody_else(server: Server) -> None:
    """Read this member alone, whatever the others have."""
    server.glimpsed = ()


def _glimpse(server: Server) -> tuple[tuple[Server, ...], tuple[str, ...]]:
    own = _state(server)

    def answer(address: str) -> tuple[Server, State] | str:
        try:
            other = _connect(server, address)
        except PlumbobError as error:
            return error.what
        try:
            return other, _state(other)
        except PlumbobError as error:
            other.close()
            return error.what

    with ThreadPoolExecutor(len(own.addresses) or 1) as pool:
        answers = dict(zip(own.addresses, pool.map(answer, own.addresses), strict=True))
    found, why = [], [each for each in answers.values() if isinstance(each, str)]
    for address, each in answers.items():
        if isinstance(each, str):
            continue
        other, state = each
        if state.told["wsrep_gcomm_uuid"] == own.told["wsrep_gcomm_uuid"]:
            other.close()
        elif state.group[0] != own.group[0]:
            other.close()
            why.append(f"{state.name} at {address} is a member of another cluster")
        else:
            found.append(_belonging(other, server, address))
    missing = own.size - 1 - len(found) - len(why)
    if missing > 0:
        why.append(f"the cluster has {missing} more, of which no address is known")
    return tuple(found), tuple(why)


def _answers(other: Server) -> bool:
    try:
        _state(other)
    except Unsettled:
        return False
    return True


def _belonging(other: Server, home: Server, address: str) -> Server:
    other.place, other.home, other.scope = address, home, home.scope
    return other


def leave(server: Server) -> None:
    """Close the connections to the others."""
    for other in server.others:
        with suppress(PlumbobError, OSError):
            other.close()
    server.others = ()


def _reach(server: Server) -> None:
    try:
        settle(server)
        server.unasked = ()
    except BaseException:
        leave(server)
        raise


def settle(server: Server) -> None:
    """Be connected to all others that are members now: some may have gone, and some have come.

    Raises:
        PlumbobError: one of them is still on its way after a while, or is not what it should be.
    """
    until = time.monotonic() + SETTLES
    while True:
        try:
            _connect_all(server)
            return
        except Unsettled:
            if time.monotonic() > until:
                raise
        time.sleep(_PAUSE)


def _connect_all(server: Server) -> None:
    own = _state(server)
    _raise(own.fault())
    for other in server.others:
        if other.place not in own.addresses or not _answers(other):
            server.others = tuple(each for each in server.others if each is not other)
            other.close()
    known = {server.place, *(each.place for each in server.others)}
    for address in own.addresses:
        if address in known:
            continue
        other = _connect(server, address)
        if _state(other).told["wsrep_gcomm_uuid"] == own.told["wsrep_gcomm_uuid"]:
            server.place = address
            other.close()
        else:
            server.others = (*server.others, _belonging(other, server, address))
    check(server)
    for other in server.others:
        _raise(_unlike(server, other))


def _connect(server: Server, address: str) -> Server:
    host, _, port = address.rpartition(":") if ":" in address else (address, "", "")
    target = replace(
        server.target, host=host.strip("[]"), port=int(port or DEFAULT_PORT), socket=None
    )
    try:
        other = connect(target)
    except ServerError as error:
        is_passing = error.errno in (CANNOT_CONNECT, _NOT_PREPARED, LOCK_WAIT_TIMEOUT)
        kind = Unsettled if is_passing else PlumbobError
        raise kind(
            f"{address}, a member of this cluster, is not reached: {error.what}",
            advice="nothing can be proved of it, so nothing was run. Each member has to be reached at what "
            "it has in wsrep_node_incoming_address, by this account. " + _WAY,
            exit=Exit.UNSAFE,
        ) from error
    other.limit_answers(_ANSWER)
    return other


def check(server: Server) -> None:
    """Make sure that the cluster is whole and that all of it was reached: before every statement.

    Raises:
        PlumbobError: UNSAFE: it is not; it names the node.
    """
    if not server.is_cluster:
        return
    states = [_state(each) for each in all_of(server)]
    for state in states:
        _raise(state.fault())
    own, *rest = states
    for state in rest:
        if state.group != own.group:
            raise Unsettled(
                f"{own.name} and {state.name} do not see the same cluster: "
                f"{' '.join(own.group)} and {' '.join(state.group)}",
                advice="a node comes or goes; wait until the members agree. " + _WAY,
                exit=Exit.UNSAFE,
            )
    if own.size != len(states):
        raise Unsettled(
            f"the cluster has {own.size} members, and {len(states)} were reached: "
            + ", ".join(state.name for state in states),
            advice="each has to be reached, or nothing can be proved of it: see "
            "wsrep_incoming_addresses. " + _WAY,
            exit=Exit.UNSAFE,
        )


def _state(server: Server) -> State:
    with named(server):
        rows = [*server.query(_STATUS), *server.query(_VARIABLES)]
    return State(node_name(server), {str(name).lower(): str(value) for name, value in rows})


def _unlike(server: Server, other: Server) -> PlumbobError | None:
    """A setting that gives a statement another meaning there."""
    if server.flavour.series != other.flavour.series:
        what = f"{node_name(server)} is {server.flavour} and {node_name(other)} is {other.flavour}"
        return PlumbobError(
            what, advice="finish the upgrade of the cluster first", exit=Exit.UNSAFE
        )
    for name in _ALIKE:
        if (mine := server.settings.get(name)) != (theirs := other.settings.get(name)):
            return PlumbobError(
                f"{name} is {mine!r} on {node_name(server)} and {theirs!r} on {node_name(other)}",
                advice="a table would be otherwise on each; give all members the same setting",
                exit=Exit.UNSAFE,
            )
    return None


@contextmanager
def named(server: Server) -> Iterator[None]:
    """Inside, an error of a server that is one of several says which one it is."""
    try:
        yield
    except ServerError as error:
        if not server.is_cluster:
            raise
        name = node_name(server)
        if error.errno == LOCK_WAIT_TIMEOUT:
            raise Lags(
                f"{name} has not done what the others have: its applier is still at work, or is kept "
                "waiting",
                advice=f"look on {name} for LOCK TABLES, an open HANDLER or a backup, and end it; then run "
                "the same command again",
                where=name,
                exit=Exit.LOCKED,
            ) from error
        if error.errno == _NOT_PREPARED:
            raise Unsettled(
                f"{name} is not part of its cluster now: {error.what}",
                advice="run the same command again when it is, or on another member. " + _WAY,
                where=name,
                exit=Exit.FAILED,
            ) from error
        # It reads on a second connection, which is opened when it is first needed.
        if server.home and (error.is_lost or error.errno == CANNOT_CONNECT):
            raise Unsettled(
                f"the connection to {name} is lost: {error.what}",
                advice="run the same command again: it looks at all members and goes on",
                where=name,
                exit=Exit.FAILED,
            ) from error
        raise


def _raise(fault: PlumbobError | None) -> None:
    if fault:
        raise fault


def in_use(server: Server, words: Collection[str] | None) -> Iterator[str]:
    """Tables that somebody has locked or keeps open on a member, by LOCK TABLES or HANDLER.

    Nothing is sent to the cluster that would wait behind them: it could not be stopped. What only runs a
    statement or has a transaction is no matter here, for the server ends it.

    Args:
        words: those of a statement in small letters, among which its tables are; None for all tables.
    """
    if not server.is_cluster:
        return
    for member in all_of(server):
        with named(member):
            left = _held(member, words)
            for _ in range(_LOOKS):
                if left:
                    time.sleep(_LOOK_PAUSE)
                    left &= _held(member, words)
        for name in sorted(left):
            yield f"{name} on {node_name(member)}"


def _held(member: Server, words: Collection[str] | None) -> set[str]:
    """Tables that are in use by more connections than run a statement that names them."""
    database = quote_name(member.database or "")
    used = {
        table: int(count)
        for _, table, count, _ in member.query(f"SHOW OPEN TABLES FROM {database} WHERE In_use > 0")
        if words is None or table.lower() in words
    }
    return {table for table, count in used.items() if count > _running(member, table)}


def _running(member: Server, table: str) -> int:
    ((count,),) = member.query(
        "SELECT COUNT(*) FROM information_schema.PROCESSLIST WHERE COMMAND <> 'Sleep'"
        f" AND LOCATE({quote_text(table)}, INFO) AND ID <> CONNECTION_ID()"
    )
    return int(count)


def joined(names: Sequence[str]) -> str:
    """Names for a sentence."""
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
