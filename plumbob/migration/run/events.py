"""What a run tells while it goes on: small values; how they look is for `plumbob.report`."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from plumbob.migration.migration import Direction, FileStatement
from plumbob.migration.run.beside import Kill
from plumbob.migration.run.counting import Counted
from plumbob.migration.run.disk import Room
from plumbob.plan.approvals import Needless
from plumbob.server.blockers import Blocker, Wait
from plumbob.server.stages import Stage


@dataclass(frozen=True, slots=True)
class Holder:
    """The connection that holds a lock, as far as this account may see it (else "" and 0).

    `node` is the member of a cluster where it is; on its own a number says nothing there. `client` is
    its process, as the journal has it.
    """

    id: int
    user: str = ""
    host: str = ""
    seconds: int = 0
    node: str = ""
    client: str = ""

    def __str__(self) -> str:
        where = f" on {self.node}" if self.node else ""
        facts = [f"{self.user} from {self.host}, for {self.seconds} s"] if self.user else []
        facts += [self.client] if self.client else []
        return f"connection {self.id}{where}" + (f" ({', '.join(facts)})" if facts else "")


@dataclass(frozen=True, slots=True)
class WaitsForApplier:
    """Another run has the database's lock."""

    holder: Holder | None
    seconds: float


@dataclass(frozen=True, slots=True)
class OnCluster:
    """The run works on a cluster of these members; `keyless` are tables without a key that it touches."""

    members: tuple[str, ...]
    keyless: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Regrouped:
    """Members have gone or come while the run was under way; it goes on with these."""

    members: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Marked:
    """The database was marked as production, and was not before."""

    database: str


@dataclass(frozen=True, slots=True)
class Drifted:
    """Somebody has changed these objects, of which nothing is in the way of the run."""

    ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class InUse:
    """Somebody has held tables of the run for a while, which a statement waits for; seen before the run.

    `is_sure`: the server says so; else one or another of these tables may be held. `max_wait` are the
    seconds for which the statement is tried again.
    """

    blocker: Blocker
    tables: tuple[str, ...]
    is_sure: bool
    migration: str
    number: int
    max_wait: float


@dataclass(frozen=True, slots=True)
class NeedsRoom:
    """What the run takes of the server's disk."""

    room: Room


@dataclass(frozen=True, slots=True)
class NotNeeded:
    """Approvals that were given, and that nothing in the run asks for."""

    approvals: tuple[Needless, ...]


@dataclass(frozen=True, slots=True)
class Begins:
    """A migration begins, or goes on behind its first `done` statements."""

    migration: str
    message: str
    direction: Direction
    statements: int
    done: int = 0


@dataclass(frozen=True, slots=True)
class Looked:
    """The rows of a hazard were counted, and it needs no approval; or nobody knows how many there are."""

    counted: Counted


@dataclass(frozen=True, slots=True)
class Runs:
    """A statement is about to run; in a dry run it is what would be run."""

    number: int
    of: int
    statement: FileStatement


@dataclass(frozen=True, slots=True)
class WaitsForTable:
    """The statement got no lock and is tried again after a pause; `seconds` have gone by so far.

    `wait` says for what it waited and who holds that, where it could be seen.
    """

    number: int
    error: str
    pause: float
    seconds: float
    wait: Wait | None = None


@dataclass(frozen=True, slots=True)
class Killed:
    """Somebody who held the lock that a statement waits for was ended, or was to be and was not."""

    number: int
    kill: Kill


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A statement is not run by the server, but by an online schema-change tool: its words as they are called."""

    number: int
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ToolSays:
    """A line that the tool has printed."""

    text: str


@dataclass(frozen=True, slots=True)
class Still:
    """A statement still runs. It is told on a thread of its own, four times a second."""

    number: int
    of: int
    statement: FileStatement
    seconds: float
    stage: Stage


@dataclass(frozen=True, slots=True)
class FoundOut:
    """The connection was lost while a statement ran; what became of it was seen on a new one."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Warned:
    """The server warned of something that changes neither a value nor a definition."""

    number: int
    message: str


@dataclass(frozen=True, slots=True)
class Done:
    """A statement was run and seen to have done what it should."""

    number: int
    of: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Ends:
    """A migration was run, looked at as a whole, and recorded."""

    migration: str
    direction: Direction
    seconds: float


@dataclass(frozen=True, slots=True)
class Recorded:
    """A migration was recorded and not run: a sync had made the database what it leads to.

    `by_hand` counts its statements by hand, which no sync runs. `undoes_drift`: it was not for a sync, but
    because what it undoes is not there.
    """

    migration: str
    message: str
    by_hand: int = 0
    undoes_drift: bool = False


@dataclass(frozen=True, slots=True)
class NoWayBack:
    """A rollback does not undo what was written by hand; its file says why."""

    title: str
    reason: str


Event = (
    WaitsForApplier
    | OnCluster
    | Regrouped
    | Marked
    | Drifted
    | InUse
    | NeedsRoom
    | Looked
    | NotNeeded
    | Begins
    | NoWayBack
    | Runs
    | HandedOver
    | ToolSays
    | Still
    | WaitsForTable
    | Killed
    | FoundOut
    | Warned
    | Done
    | Ends
    | Recorded
)
Progress = Callable[[Event], object]


def silent(event: Event) -> None:
    """For callers who only want the outcome."""
