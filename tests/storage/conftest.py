"""Every test of storage runs on both databases. A cast: two people, one clock that moves only when told to."""

import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy.orm import Session

from storage.clock import SetClock
from storage.database import Database
from storage.keys import MasterKey
from storage.migrate import upgrade
from storage.people import create_beneficiary
from storage.vault import Vault
from storage.versions import keep_version
from tests.postgres import Server, postgres_server

__all__ = ["postgres_server"]
START = datetime(2027, 3, 15, 9, 30, tzinfo=UTC)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated file to copy: quicker than migrating anew for each test."""
    file = tmp_path_factory.mktemp("template") / "jalon.db"
    database = Database(f"sqlite:///{file}")
    upgrade(database)
    database.close()
    return file


@pytest.fixture(scope="session")
def postgres_template(postgres_server: Server) -> str:
    name = postgres_server.create()
    database = Database(postgres_server.url(name))
    upgrade(database)
    database.close()
    return name


@pytest.fixture
def clock() -> SetClock:
    return SetClock(START)


@pytest.fixture
def sqlite_url(tmp_path: Path, sqlite_template: Path) -> str:
    (tmp_path / "data").mkdir(mode=0o700)
    shutil.copyfile(sqlite_template, tmp_path / "data" / "jalon.db")
    return f"sqlite:///{tmp_path}/data/jalon.db"


@pytest.fixture
def postgres_url(postgres_server: Server, postgres_template: str) -> Iterator[str]:
    name = postgres_server.create(postgres_template)
    yield postgres_server.url(name)
    postgres_server.drop(name)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def url(request: pytest.FixtureRequest) -> str:
    """The address of a migrated, empty database."""
    fixture = {"sqlite": "sqlite_url", "postgresql": "postgres_url"}[request.param]
    address: str = request.getfixturevalue(fixture)
    return address


@pytest.fixture
def database(url: str, clock: SetClock) -> Iterator[Database]:
    opened = Database(url, clock)
    yield opened
    opened.close()


@pytest.fixture
def sqlite(sqlite_url: str, clock: SetClock) -> Iterator[Database]:
    opened = Database(sqlite_url, clock)
    yield opened
    opened.close()


@pytest.fixture
def master() -> MasterKey:
    return MasterKey(bytes(range(32)))


@pytest.fixture
def vault(master: MasterKey) -> Vault:
    return Vault(master)


class _Abandoned(Exception):
    pass


@contextmanager
def abandoned(database: Database) -> Iterator[Session]:
    """A unit of work that fails at its end."""
    with suppress(_Abandoned), database.write() as session:
        yield session
        raise _Abandoned


@contextmanager
def abandoned_savepoint(session: Session) -> Iterator[None]:
    """The part of a unit of work that fails, while the rest goes on."""
    with suppress(_Abandoned), session.begin_nested():
        yield
        raise _Abandoned


def someone(database: Database, now: datetime = START) -> UUID:
    """A person with a dossier, on a flow version that exists."""
    with database.write() as session:
        keep_version(session, "v1", "test.flow", "{}", now)
        return create_beneficiary(session, journey_id="j", journey_at="start", language="fr", now=now)


@pytest.fixture
def person(database: Database) -> UUID:
    return someone(database)


@pytest.fixture
def stranger(database: Database) -> UUID:
    return someone(database)
