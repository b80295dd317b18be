"""Measures how long things take on this machine, and prints it; it judges nothing.

A benchmark is a function whose first line of documentation says what is measured, and which
yields a name and a number of seconds, again and again; add it to BENCHES. Names of functions as
arguments run these alone.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from plumbob.declaration import load
from plumbob.migration.files import read_folder
from plumbob.migration.run.events import Done
from plumbob.proof import prove
from plumbob.seeds.fakes.filling import fill
from plumbob.seeds.undoing import undo
from plumbob.server.binaries import Binary, find
from plumbob.server.connection import Server, connect
from plumbob.server.introspect import table_texts
from plumbob.server.sandbox import Sandbox
from plumbob.server.scratch_place import NoScratch, open_scratch
from plumbob.server.target import Target
from plumbob.workflow import compare_database
from tests.migration.project import USERS, Project, alter
from tests.servers import SERVERS
from tests.servers import Server as TestServer

RUNS = 5
TABLES = 1000
STRANGERS = 2000
FAKES = 100_000
STATEMENTS = 50
HELD = 9.0
TABLE = """CREATE TABLE t{0} (
  id int unsigned NOT NULL AUTO_INCREMENT PRIMARY KEY,
  email varchar(190) NOT NULL, name varchar(120) NOT NULL DEFAULT '', note text,
  amount decimal(10,2) NOT NULL DEFAULT 0, state enum('new','done') NOT NULL DEFAULT 'new',
  flag boolean NOT NULL DEFAULT false, size bigint unsigned, kind tinyint,
  seen datetime, born date, code char(6) COLLATE utf8mb4_bin,
  created datetime NOT NULL DEFAULT CURRENT_TIMESTAMP,
  UNIQUE KEY ux_email (email), KEY ix_state (state, created DESC), KEY ix_name (name)
)"""


def _binaries() -> Iterator[Binary]:
    """The servers of the tests: what else is on this machine may be too old for these tables."""
    return (find(maker, series) for maker, series in SERVERS.values())


def _empty() -> Iterator[Server]:
    """Each of these servers, private, with an empty database in use."""
    for binary in _binaries():
        with Sandbox(binary) as sandbox, connect(Target.from_url(sandbox.url)) as server:
            server.execute("CREATE DATABASE bench CHARACTER SET utf8mb4")
            server.use("bench")
            yield server


def _projects() -> Iterator[tuple[Project, str]]:
    """A project with an empty database on each of these servers, and the server's name."""
    for binary in _binaries():
        with Sandbox(binary) as sandbox, tempfile.TemporaryDirectory() as folder:
            home = TestServer(sandbox.url)
            with home.connect() as connection:
                connection.cursor().execute("CREATE DATABASE bench CHARACTER SET utf8mb4")
            yield Project(home, "bench", Path(folder)), str(binary.flavour)


def _make_tables(server: Server) -> None:
    for number in range(TABLES):
        server.execute(TABLE.format(number))


def sandbox_start() -> Iterator[tuple[str, float]]:
    """A private server, from nothing until it answers (median of 5)"""
    for binary in _binaries():
        with Sandbox(binary):
            pass  # Makes the template, which is made once only.
        seconds = []
        for _ in range(RUNS):
            before = time.perf_counter()
            with Sandbox(binary):
                seconds.append(time.perf_counter() - before)
        yield str(binary.flavour), statistics.median(seconds)


def compare_in_sync() -> Iterator[tuple[str, float]]:
    """1,000 tables of 13 columns, declared and live: the raw floor, then what is made of it"""
    for server in _empty():
        _make_tables(server)
        text = ";\n".join(TABLE.format(number) for number in range(TABLES))
        yield from _steps(server, text)


def _steps(server: Server, text: str) -> Iterator[tuple[str, float]]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.sql"
        path.write_text(text)
        names = [f"t{number}" for number in range(TABLES)]
        raw = _median(lambda: table_texts(server, names))
        yield f"{server.flavour}: SHOW CREATE TABLE, in batches, as texts", raw
        load_ = _median(lambda: load(path))
        yield f"{server.flavour}: the declaration, read ({load_ / raw:.1f} x)", load_
        declared = load(path)
        compare_database(declared, server, scratch="target")
        whole = _median(lambda: compare_database(declared, server, scratch="target"))
        yield f"{server.flavour}: read, understood and compared ({whole / raw:.1f} x)", whole


def undeclared() -> Iterator[tuple[str, float]]:
    """2,000 live tables that nothing declares: the raw floor, then the diff and the plan that drops them"""
    for server in _empty():
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "schema.sql"
            path.write_text("CREATE TABLE kept (id int PRIMARY KEY)")
            declared = load(path)
        for number in range(STRANGERS):
            server.execute(f"CREATE TABLE t{number} (id int PRIMARY KEY, a int)")
        names = [f"t{number}" for number in range(STRANGERS)]
        raw = _median(partial(table_texts, server, names))
        yield f"{server.flavour}: SHOW CREATE TABLE, in batches, as texts", raw
        whole = _median(partial(compare_database, declared, server, scratch="none"))
        yield f"{server.flavour}: read, compared and planned ({whole / raw:.1f} x)", whole


def proof() -> Iterator[tuple[str, float]]:
    """The proof of a plan that changes 1, 10 and 100 of 1,000 tables, and its statements alone (PyMySQL)"""
    for server in _empty():
        _make_tables(server)
        for count in (1, 10, 100):
            yield from _proof(server, count)


def _proof(server: Server, count: int) -> Iterator[tuple[str, float]]:
    changed = TABLE.replace("kind tinyint", "kind smallint, came datetime")
    texts = [changed.format(n) if n < count else TABLE.format(n) for n in range(TABLES)]
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "schema.sql"
        path.write_text(";\n".join(texts))
        plan = compare_database(load(path), server, scratch="target")
    with open_scratch("target", server) as place:
        if isinstance(place, NoScratch):
            raise SystemExit(place.why)
        before = time.perf_counter()
        proved = prove(place, plan.plan, plan.live, plan.reached)
        took = time.perf_counter() - before
    server.execute("CREATE DATABASE floor CHARACTER SET utf8mb4")
    with connect(replace(server.target, database="floor")) as floor:
        before = time.perf_counter()
        for number in range(count):
            floor.execute(TABLE.format(number))
        for each in (*proved.plan.up, *proved.plan.down):
            floor.execute(each.sql)
        raw = time.perf_counter() - before
    server.execute("DROP DATABASE floor")
    yield f"{server.flavour}: {count} changed, the statements alone", raw
    yield f"{server.flavour}: {count} changed, proved ({took / raw:.1f} x)", took


def _median(work: Callable[[], object]) -> float:
    seconds = []
    for _ in range(RUNS):
        before = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - before)
    return statistics.median(seconds)


def help_text() -> Iterator[tuple[str, float]]:
    """`schema --help`, as a process of its own (median of 5), and Python doing nothing"""
    for name, words in (
        ("python -c pass", ["-c", "pass"]),
        ("schema --help", ["-m", "plumbob", "--help"]),
    ):
        run = partial(
            subprocess.run, [sys.executable, *words], stdout=subprocess.DEVNULL, check=True
        )
        yield name, _median(run)


def fakes() -> Iterator[tuple[str, float]]:
    """100,000 faked users of the demo shop: made up, and removed again"""
    shop = load(Path(__file__).parents[1] / "schema" / "schema.yaml")
    for server in _empty():
        compared = compare_database(shop, server, scratch="none")
        for statement in compared.plan.up:
            server.execute(statement.sql)
        before = time.perf_counter()
        fill(server, compared.declared, {"users": FAKES}, seed=42)
        made = time.perf_counter()
        undo(server)
        yield f"{server.flavour}: made up", made - before
        yield f"{server.flavour}: removed", time.perf_counter() - made


def overhead() -> Iterator[tuple[str, float]]:
    """What safety costs: lock, journal, fingerprints and warnings of 50 statements that take next to nothing"""
    for project, flavour in _projects():
        project.start(*(TABLE.format(number) for number in range(STATEMENTS)))
        up = tuple(alter(f"t{number}", "ADD COLUMN `x` int") for number in range(STATEMENTS))
        down = tuple(alter(f"t{number}", "DROP COLUMN `x`") for number in range(STATEMENTS))
        project.migrate("many", *up, down=down)
        yield from _overhead(project, flavour)


def _overhead(project: Project, flavour: str) -> Iterator[tuple[str, float]]:
    """The statements alone, as the mysql client sends them, and as `schema apply` runs them."""
    (migration,) = read_folder(project.folder)
    with connect(Target.from_url(project.url)) as server:
        before = time.perf_counter()
        for each in migration.up:
            server.execute(each.sql)
        alone = time.perf_counter() - before
        for each in migration.down:
            server.execute(each.sql)
    moments: list[float] = []
    before, computed = time.perf_counter(), time.process_time()
    project.apply(
        progress=lambda event: moments.append(
            time.perf_counter() if isinstance(event, Done) else 0.0
        )
    )
    whole = time.perf_counter() - before
    computed = (time.process_time() - computed) / STATEMENTS
    done = [moment for moment in moments if moment]
    ours = (done[-1] - done[0]) / (len(done) - 1)
    yield f"{flavour}: a statement alone", alone / STATEMENTS
    yield f"{flavour}: a statement by plumbob", ours
    yield f"{flavour}: so safety costs for each", ours - alone / STATEMENTS
    yield f"{flavour}: of that, what plumbob itself computes, and all around it", computed
    yield f"{flavour}: and for all {STATEMENTS}, from connecting to the record", whole - alone


def waiting() -> Iterator[tuple[str, float]]:
    """A reader beside an ALTER whose table somebody holds for 9 s: as it is, and as `schema apply` runs it"""
    for project, flavour in _projects():
        project.start(USERS)
        add, drop = alter("users", "ADD COLUMN `x` int"), alter("users", "DROP COLUMN `x`")
        project.migrate("x", add, down=(drop,))
        project.sql("INSERT INTO users VALUES (1, 'ann')")
        plain = partial(project.sql, add.sql)
        yield from _waiting(project, f"{flavour}, ALTER", plain)
        project.sql(drop.sql)
        ours = partial(project.apply, max_wait=60.0)
        yield from _waiting(project, f"{flavour}, schema apply", ours)


def _waiting(
    project: Project, name: str, work: Callable[[], object]
) -> Iterator[tuple[str, float]]:
    """The longest read and the share of the time that readers waited, and how long it took."""
    waits: list[float] = []
    ended = threading.Event()

    def read() -> None:
        with project.home.connect(project.database) as connection, connection.cursor() as cursor:
            while not ended.is_set():
                before = time.perf_counter()
                cursor.execute("SELECT * FROM users")
                waits.append(time.perf_counter() - before)
                time.sleep(0.005)

    reader = threading.Thread(target=read)
    with project.home.connect(project.database, autocommit=False) as blocker:
        blocker.cursor().execute("SELECT * FROM users")
        release = threading.Timer(HELD, blocker.rollback)
        reader.start()
        release.start()
        before = time.perf_counter()
        work()
        took = time.perf_counter() - before
        ended.set()
        reader.join()
        release.join()
    stalled = sum(wait for wait in waits if wait > 0.05)
    yield f"{name}: the longest of {len(waits)} reads", max(waits)
    yield f"{name}: readers waited, {stalled / took:.0%} of the time", stalled
    yield f"{name}: until it was done", took


BENCHES = (sandbox_start, help_text, compare_in_sync, undeclared, proof, fakes, overhead, waiting)


def main() -> None:
    wanted = sys.argv[1:]
    for bench in (each for each in BENCHES if not wanted or each.__name__ in wanted):
        print((bench.__doc__ or bench.__name__).partition("\n")[0])
        for name, seconds in bench():
            print(f"  {seconds:8.3f} s  {name}", flush=True)


if __name__ == "__main__":
    main()
