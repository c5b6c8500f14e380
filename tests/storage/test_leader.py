"""One worker leads, another takes over when it is gone, and what a worker that is gone had in hand is settled soon."""

from collections.abc import Iterator
from datetime import timedelta
from time import monotonic

import pytest
from sqlalchemy import text

from storage.claims import claim
from storage.clock import SetClock
from storage.database import Database
from storage.leader import SILENCE, Presence
from storage.leases import ABSENT, reclaim_absent
from storage.outbox import Message, enqueue, states
from storage.vault import Vault

BOT, CHAT = 7_000_000_001, 5_100_000_000


@pytest.fixture
def server(postgres_url: str, clock: SetClock) -> Iterator[Database]:
    opened = Database(postgres_url, clock)
    yield opened
    opened.close()


def die(database: Database, worker: str) -> None:
    """The connection of this worker ends, as with its process."""
    with database.engine.connect() as connection:
        ended = connection.execute(
            text("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = :name"),
            {"name": f"jalon {worker}"},
        )
        assert ended.scalars().all() == [True]


def led_by(presence: Presence) -> bool:
    """Whether it leads once the server has seen that the former leader's connection is closed."""
    deadline = monotonic() + 30
    while not (leads := presence.leads()) and monotonic() < deadline:
        pass
    return leads


def test_the_one_process_of_sqlite_leads(sqlite: Database) -> None:
    assert Presence(sqlite, "the only one").leads()


@pytest.mark.postgresql
def test_one_leads_and_goes_on_leading(server: Database) -> None:
    ann, bea = Presence(server, "ann"), Presence(server, "bea")
    assert [worker.leads() for _ in range(3) for worker in (ann, bea)] == [True, False] * 3
    ann.leave()
    assert led_by(bea)
    assert not ann.leads()
    bea.leave()
    ann.leave()


@pytest.mark.postgresql
def test_the_other_takes_over_when_the_leader_dies_and_the_dead_notices(server: Database) -> None:
    ann, bea = Presence(server, "ann"), Presence(server, "bea")
    assert ann.leads()
    assert not bea.leads()
    die(server, "ann")
    assert bea.leads()
    with pytest.raises(Exception, match="terminating connection"):
        ann.leads()
    assert not ann.leads()
    bea.leave()
    assert led_by(ann)
    ann.leave()


@pytest.mark.postgresql
def test_a_leader_notices_a_network_that_vanished_before_the_server_gives_up_on_it(server: Database) -> None:
    presence = Presence(server, "ann")
    presence.leads()
    line = presence._line
    assert line is not None
    told = line.connection.dbapi_connection.info.get_parameters()  # type: ignore[union-attr]
    presence.leave()
    ours = int(told["keepalives_idle"]) + int(told["keepalives_interval"]) * int(told["keepalives_count"])
    assert int(told["tcp_user_timeout"]) == 1000 * ours
    assert ours < SILENCE <= 10


@pytest.mark.postgresql
def test_what_a_dead_worker_had_in_hand_is_sent_by_another_within_seconds(server: Database, vault: Vault) -> None:
    now = server.now()
    dead, alive = Presence(server, "dead"), Presence(server, "alive")
    dead.leads()
    alive.leads()
    with server.write() as session:
        row, slow = enqueue(
            session, vault, [Message(BOT, chat, None, "send", {"text": "x"}) for chat in (CHAT, CHAT + 1)], now
        )
        assert len(claim(session, vault, BOT, "dead", now, most=1)) == 1
        assert len(claim(session, vault, BOT, "alive", now)) == 1
    die(server, "dead")

    def state_after(passed: timedelta) -> list[str]:
        with server.write() as session:
            reclaim_absent(session, BOT, now + passed)
            found = states(session, [row, slow])
        return [found[row], found[slow]]

    assert state_after(ABSENT - timedelta(seconds=1)) == ["leased", "leased"]
    assert state_after(ABSENT) == ["queued", "leased"]
    alive.leave()
