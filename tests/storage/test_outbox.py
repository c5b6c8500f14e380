"""What is queued leaves in order within its chat, no faster than allowed, and ends in a known state, workers dying or not."""

import sqlite3
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from storage.claims import Claimed, claim, next_due
from storage.database import Database
from storage.invitations import invite, redeem
from storage.keys import MasterKey
from storage.leases import LONGEST_RETRY, reclaim, release
from storage.messages import OutboxRow
from storage.outbox import (
    LEASE,
    MOST_UNHEARD,
    Ended,
    Message,
    Settled,
    drop_queued,
    enqueue,
    prune_strangers,
    settle,
    states,
)
from storage.pace import STEP, Limits
from storage.people import beneficiary_of_chat, create_beneficiary, link_chat
from storage.tables import DataKey, table
from storage.vault import Vault
from tests.storage.conftest import START, someone

BOT, ANN, BEA = 7_000_000_001, 5_100_000_000, 5_200_000_000
FAST = Limits(per_second=10_000, burst=10_000, chat_gap=0.0)
SECOND = timedelta(seconds=1)
HOUR = 3600  # seconds


@dataclass
class House:
    """A database with a clock of its own, and workers who speak by name."""

    database: Database
    vault: Vault
    person: UUID
    now: datetime = START
    limits: Limits = FAST

    def queue(self, chat: int = ANN, text: str = "", **more: object) -> UUID:
        kind = more.pop("kind", "send")
        with self.database.write() as session:
            message = Message(BOT, chat, self._owner(session, chat), kind, {"text": text}, **more)  # type: ignore[arg-type]
            return enqueue(session, self.vault, [message], self.now)[0]

    def _owner(self, session: Session, chat: int) -> UUID:
        """Whose chat it is; in a chat that is new, somebody new begins to speak, and in Ann's the person of the test."""
        if known := beneficiary_of_chat(session, BOT, chat):
            return known.id
        new = {"journey_id": "j", "journey_at": "start", "language": "fr", "now": self.now}
        owner = self.person if chat == ANN else create_beneficiary(session, **new)  # type: ignore[arg-type]
        link_chat(session, owner, BOT, chat, chat, self.now)
        return owner

    def take(self, worker: str = "w", seconds: float = 0) -> list[Claimed]:
        self.now += timedelta(seconds=seconds)
        with self.database.write() as session:
            reclaim(session, BOT, self.now)
            return claim(session, self.vault, BOT, worker, self.now, self.limits)

    def texts(self, worker: str = "w", seconds: float = 0) -> list[str]:
        return [row.payload["text"] for row in self.take(worker, seconds)]

    def sent(self, row: UUID, worker: str = "w", message_id: int = 1) -> bool:
        with self.database.write() as session:
            return settle(session, worker, [Ended(row, "sent", self.now, message_id)]) == 1

    def settle(self, row: UUID, state: Settled, worker: str = "w") -> None:
        with self.database.write() as session:
            settle(session, worker, [Ended(row, state, self.now, error="why")])

    def state(self, row: UUID) -> str:
        with self.database.read() as session:
            return states(session, [row])[row]


@pytest.fixture
def house(database: Database, vault: Vault, person: UUID) -> House:
    return House(database, vault, person)


# --------------------------------------------------------------------------------------------------------------- order
def test_a_chat_gets_its_messages_one_by_one_in_order(house: House) -> None:
    rows = [house.queue(text=str(n)) for n in range(3)]
    for n, row in enumerate(rows):
        assert house.texts() == [str(n)]
        assert house.texts() == []
        assert house.sent(row)


def test_chats_do_not_wait_for_each_other_and_priority_decides_between_them(house: House) -> None:
    house.queue(ANN, "a notice", priority=9)
    house.queue(BEA, "an answer", priority=1)
    assert house.texts() == ["an answer", "a notice"]


def test_priority_does_not_change_the_order_within_a_chat(house: House) -> None:
    house.queue(text="first", priority=9)
    house.queue(text="second", priority=1)
    assert house.texts() == ["first"]


def test_a_message_for_tomorrow_holds_nobody_up(house: House) -> None:
    house.queue(text="later", not_before=house.now + 10 * SECOND)
    now = house.queue(text="now")
    assert house.texts() == ["now"]
    assert house.texts(seconds=10) == []  # due at last, but the other one is on its way
    house.sent(now)
    assert house.texts() == ["later"]


def test_a_message_to_be_retried_holds_up_its_chat_and_no_other(house: House) -> None:
    first = house.queue(ANN, "first")
    house.queue(ANN, "second")
    house.take()
    with house.database.write() as session:
        assert settle(session, "w", [Ended(first, "queued", house.now + 30 * SECOND, error="429")])
    house.queue(BEA, "elsewhere")
    assert house.texts(seconds=29) == ["elsewhere"]
    assert house.texts(seconds=1) == ["first"]


def test_each_bot_claims_its_own(house: House) -> None:
    house.queue(text="mine")
    with house.database.write() as session:
        assert claim(session, house.vault, BOT + 1, "w", house.now, FAST) == []


def test_a_worker_knows_when_to_wake(house: House) -> None:
    with house.database.read() as session:
        assert next_due(session, BOT, house.now, FAST) is None
    house.queue(not_before=house.now + timedelta(minutes=5))
    with house.database.read() as session:
        assert next_due(session, BOT, house.now, FAST) == house.now + timedelta(minutes=5)


def test_an_edit_knows_the_message_it_changes(house: House) -> None:
    question = house.queue(text="Q")
    house.queue(kind="edit", text="Q ✓", edits=question)
    (first,) = house.take()
    assert first.message_id is None
    house.sent(question, message_id=77)
    (edit,) = house.take()
    assert (edit.kind, edit.message_id) == ("edit", 77)


# ------------------------------------------------------------------------------------------------------- void edits
def edit(house: House, of: UUID, text: str, **more: object) -> UUID:
    """An edit of a message, with its words unless `text` is empty. `fallback`: it has news; `message_id`: by its number."""
    payload = {"text": text, "fallback": more.pop("fallback", False), "message_id": more.pop("message_id", None)}
    with house.database.write() as session:
        message = Message(BOT, ANN, house.person, "edit", payload, edits=None if payload["message_id"] else of)
        return enqueue(session, house.vault, [message], house.now)[0]


@pytest.fixture
def question(house: House) -> UUID:
    """A message that Ann has before her, as number 77."""
    row = house.queue(text="Q")
    house.take()
    house.sent(row, message_id=77)
    return row


def test_of_ticks_that_follow_each_other_only_the_last_are_shown(house: House, question: UUID) -> None:
    rows = [edit(house, question, f"Q {ticks}", message_id=77) for ticks in ("a", "b", "c")]
    rows.append(edit(house, question, "Q d"))
    assert house.texts() == ["Q d"]
    assert [house.state(row) for row in rows] == ["dropped", "dropped", "dropped", "leased"]


def test_what_a_void_edit_would_have_changed_is_still_known(house: House, question: UUID) -> None:
    void = edit(house, question, "Q a")
    last = edit(house, question, "Q b")
    house.take()
    house.sent(last, message_id=77)
    edit(house, void, "Q closed")
    assert [row.target for row in house.take()] == [77]


@pytest.mark.parametrize(
    ("older", "newer"),
    [
        ({"text": "news", "fallback": True}, {"text": "Q b"}),
        ({"text": "Q a"}, {"text": ""}),  # only takes the buttons away
        ({"text": "Q a"}, {"text": "elsewhere", "message_id": 78}),
    ],
)
def test_what_a_later_edit_does_not_show_is_shown_before(
    house: House, question: UUID, older: dict[str, object], newer: dict[str, object]
) -> None:
    for wanted in (older, newer):
        edit(house, question, **wanted)  # type: ignore[arg-type]
    assert house.texts() == [older["text"]]


def test_words_between_two_edits_keep_their_place(house: House, question: UUID) -> None:
    edit(house, question, "Q a")
    house.queue(text="between")
    edit(house, question, "Q b")
    assert house.texts() == ["Q a"]


def test_an_edit_made_void_costs_nothing_of_the_rate(house: House, question: UUID) -> None:
    house.limits = Limits(chat_burst=2)
    for ticks in "abcdef":
        edit(house, question, ticks)
    [row] = house.take()
    house.sent(row.id)
    house.queue(text="next")
    assert house.texts() == ["next"]


# ------------------------------------------------------------------------------------------------------------ outcomes
def test_each_end_is_told_apart(house: House) -> None:
    rows = {
        name: house.queue(chat, name, kind="notice") for chat, name in enumerate(("refused", "unknown", "dropped"), 1)
    }
    ended = [Ended(row, name, house.now, error="why") for name, row in rows.items()]  # type: ignore[arg-type]
    house.take()
    with house.database.write() as session:
        assert settle(session, "w", ended) == 3
    assert {name: house.state(row) for name, row in rows.items()} == {name: name for name in rows}
    assert house.texts(seconds=3600) == []


def test_what_is_settled_stays_settled(house: House) -> None:
    row = house.queue()
    house.take()
    assert house.sent(row)
    assert not house.sent(row)
    with house.database.write() as session:
        assert not settle(session, "w", [Ended(row, "refused", house.now, error="late")])
    assert house.state(row) == "sent"


@pytest.mark.parametrize(
    ("kind", "state"),
    [("send", "queued"), ("edit", "queued"), ("leave", "queued"), ("notice", "unknown"), ("typing", "dropped")],
)
def test_a_worker_that_dies_leaves_what_its_kind_decides(house: House, kind: str, state: str) -> None:
    row = house.queue(kind=kind)
    house.take("dead")
    house.take("alive", LEASE.total_seconds() - 1)
    assert house.state(row) == "leased"
    taken = house.take("alive", 1)
    assert house.state(row) == ("leased" if state == "queued" else state)
    assert bool(taken) == (state == "queued")


def test_a_slow_worker_may_still_tell_the_truth(house: House) -> None:
    row = house.queue(kind="notice")
    house.take("slow")
    house.take("other", LEASE.total_seconds())
    assert house.state(row) == "unknown"
    assert house.sent(row, "slow")
    assert house.state(row) == "sent"


def test_a_slow_worker_does_not_speak_for_the_one_who_took_over(house: House) -> None:
    row = house.queue()
    house.take("slow")
    assert house.take("other", LEASE.total_seconds()) != []
    with house.database.write() as session:
        assert not settle(session, "slow", [Ended(row, "refused", house.now, error="too late")])
    assert house.sent(row, "other")


def test_a_message_that_kills_its_workers_stops_doing_so(house: House) -> None:
    poison = house.queue(text="poison")
    house.queue(text="next")
    lives = Counter(text for _ in range(MOST_UNHEARD + 2) for text in house.texts(seconds=LEASE.total_seconds()))
    assert lives["poison"] == MOST_UNHEARD
    assert house.state(poison) == "unknown"
    assert lives["next"] > 0


@pytest.mark.parametrize("dies", [True, False])
def test_failures_of_an_outage_do_not_count_as_showings(house: House, dies: bool) -> None:
    """An hour of them, then one answer that never came: the question was hardly shown, and is shown again."""
    row = house.queue(text="question")
    for _ in range(60):
        assert house.texts(seconds=60) == ["question"]
        house.settle(row, "queued")
    assert house.texts() == ["question"]
    if not dies:
        house.settle(row, "unknown")
    assert house.texts(seconds=LEASE.total_seconds()) == ["question"]


def test_time_outs_and_dead_workers_count_together(house: House) -> None:
    row = house.queue(text="question")
    for n in range(MOST_UNHEARD):
        assert house.texts(seconds=LEASE.total_seconds()) == ["question"]
        if n % 2:
            house.settle(row, "unknown")
    assert house.texts(seconds=LEASE.total_seconds()) == []
    assert house.state(row) == "unknown"


def test_what_is_anothers_by_now_is_left_alone_and_the_rest_is_settled(house: House) -> None:
    rows = [house.queue(chat) for chat in (ANN, BEA)]
    house.take("slow")
    house.take("other", LEASE.total_seconds())
    mine = house.queue(5_300_000_000)
    house.take("slow")
    ended = [Ended(row, "sent", house.now, 7) for row in (*rows, mine)]
    with house.database.write() as session:
        assert settle(session, "slow", ended) == 1
    assert [house.state(row) for row in (*rows, mine)] == ["leased", "leased", "sent"]


def test_a_notice_too_late_is_dropped(house: House) -> None:
    late = house.queue(kind="notice", expires_at=house.now + SECOND)
    assert house.texts(seconds=1) == []
    assert house.state(late) == "dropped"


def test_what_has_expired_neither_leaves_nor_holds_up_its_chat(house: House) -> None:
    house.queue(text="late", expires_at=house.now + SECOND)
    house.queue(text="behind")
    house.now += SECOND
    with house.database.write() as session:
        assert next_due(session, BOT, house.now, FAST) is not None
        [row] = claim(session, house.vault, BOT, "w", house.now, FAST)  # before anybody has tidied up
    assert row.payload["text"] == "behind"


def test_who_has_stopped_gets_nothing_more(house: House) -> None:
    rows = [house.queue(), house.queue()]
    house.take()
    with house.database.write() as session:
        assert drop_queued(session, house.person, "stopped") == 1
    assert [house.state(row) for row in rows] == ["leased", "dropped"]


def test_a_message_whose_key_is_destroyed_holds_nobody_up(house: House, master: MasterKey) -> None:
    lost = house.queue(ANN, "lost")
    house.queue(BEA, "found")
    with house.database.write() as session:
        session.execute(delete(table(DataKey)).where(table(DataKey).c.owner_id == house.person))
    house.vault = Vault(master)  # another process: this one still has the key in memory
    assert house.texts() == ["found"]
    assert house.state(lost) == "dropped"


def test_what_strangers_were_told_is_forgotten_once_settled(house: House, vault: Vault) -> None:
    words = [Message(BOT, chat, None, "send", {"text": "who are you?"}) for chat in (ANN, BEA)]
    with house.database.write() as session:
        told, waiting = enqueue(session, vault, words, house.now)
    known = house.queue(5_300_000_000)
    house.take()
    for row in (told, known):
        house.sent(row)
    with house.database.write() as session:
        assert [prune_strangers(session, house.now + days * 24 * HOUR * SECOND) for days in (1, 2)] == [0, 1]
        assert set(states(session, [told, waiting, known])) == {waiting, known}


# ------------------------------------------------------------------------------------------------- another telephone
def relinked(house: House, chat: int = BEA) -> None:
    with house.database.write() as session:
        code = invite(session, house.person, house.now, "relink")
        redeem(session, code, BOT, chat, chat, house.now)


def test_the_former_account_gets_nothing_more(house: House) -> None:
    rows = [house.queue(text="private"), house.queue(text="more", not_before=house.now + 60 * SECOND)]
    relinked(house)
    assert house.texts(seconds=60) == []
    assert [house.state(row) for row in rows] == ["dropped", "dropped"]


@pytest.mark.parametrize("retried", [True, False])
def test_what_was_on_its_way_to_the_former_account_is_not_tried_again(house: House, retried: bool) -> None:
    row = house.queue(text="private")
    house.take()
    relinked(house)
    if retried:
        with house.database.write() as session:
            settle(session, "w", [Ended(row, "queued", house.now + SECOND, error="429")])
    house.queue(BEA, "to the new account")
    assert house.texts(seconds=LEASE.total_seconds()) == ["to the new account"]
    assert house.state(row) == "dropped"


def test_a_move_leaves_what_others_are_sent(house: House) -> None:
    house.queue(5_300_000_000, "to somebody else")
    house.queue(text="private")
    relinked(house)
    house.queue(BEA, "welcome")
    assert sorted(house.texts()) == ["to somebody else", "welcome"]


def test_a_stranger_is_answered_without_a_link(house: House, vault: Vault) -> None:
    with house.database.write() as session:
        enqueue(session, vault, [Message(BOT, BEA, None, "send", {"text": "who are you?"})], house.now)
    assert house.texts() == ["who are you?"]


# ---------------------------------------------------------------------------------------------- a clock that goes back
def test_what_waits_to_leave_at_once_leaves(house: House) -> None:
    house.queue(text="before")
    assert house.texts(seconds=-HOUR) == ["before"]


def test_what_was_sent_in_the_future_slows_nothing_down(house: House) -> None:
    house.limits = Limits(per_second=1, burst=1, chat_gap=1.0, chat_burst=1)
    first = house.queue(text="before")
    house.take()
    house.sent(first)
    house.now -= HOUR * SECOND
    house.queue(text="after")
    house.queue(BEA, "elsewhere")
    assert house.texts() == ["after"]


def test_a_small_step_does_not_lift_the_limits(house: House) -> None:
    house.limits = Limits(chat_burst=1)
    first = house.queue(text="1")
    house.queue(text="2")
    house.take()
    house.sent(first)
    assert house.texts(seconds=-STEP.total_seconds()) == []


def test_a_lease_from_the_future_has_run_out(house: House) -> None:
    house.queue(text="held")
    house.take("dead")
    assert house.texts("alive", -STEP.total_seconds()) == [], "a small step takes nothing from a worker"
    assert house.texts("alive", -HOUR) == ["held"]


def test_a_retry_waits_no_longer_than_the_longest_pause(house: House) -> None:
    row = house.queue(text="again")
    house.take()
    with house.database.write() as session:
        settle(session, "w", [Ended(row, "queued", house.now + 60 * SECOND, error="429")])
    house.queue(text="behind")
    assert house.texts(seconds=-HOUR) == []
    assert house.texts(seconds=LONGEST_RETRY.total_seconds() - 1) == []
    assert house.texts(seconds=1) == ["again"]


def test_a_reminder_for_tomorrow_still_waits(house: House) -> None:
    house.queue(text="tomorrow", not_before=house.now + 24 * HOUR * SECOND)
    assert house.texts(seconds=-HOUR) == []
    assert house.texts(seconds=24 * HOUR) == []
    assert house.texts(seconds=HOUR) == ["tomorrow"]


# ------------------------------------------------------------------------------------------------ many things at once
@dataclass
class Play:
    """Acts out a script and writes down what Telegram would have seen: (when, chat, text) of each sending."""

    house: House
    seen: list[tuple[datetime, int, int]] = field(default_factory=list)
    held: list[tuple[str, Claimed]] = field(default_factory=list)
    queued: Counter[int] = field(default_factory=Counter)

    def queue(self, chat: int) -> None:
        self.house.queue(chat, str(self.queued[chat]))
        self.queued[chat] += 1

    def claim(self, worker: str) -> None:
        rows = self.house.take(worker)
        self.seen += [(self.house.now, row.chat_id, int(row.payload["text"])) for row in rows]
        self.held += [(worker, row) for row in rows]

    def send(self, _: object = None) -> None:
        if self.held:
            worker, row = self.held.pop(0)
            self.house.sent(row.id, worker)

    def retry(self, seconds: float) -> None:
        if self.held:
            worker, row = self.held.pop(0)
            with self.house.database.write() as session:
                settle(session, worker, [Ended(row.id, "queued", self.house.now + seconds * SECOND, error="429")])

    def die(self, _: object) -> None:
        self.held = self.held[1:]

    def wait(self, seconds: float) -> None:
        self.house.now += seconds * SECOND

    def end(self) -> None:
        """Until every message has been seen."""
        while len({(chat, text) for _, chat, text in self.seen}) < self.queued.total():
            while self.held:
                self.send()
            self.wait(LEASE.total_seconds())
            self.claim("one")

    def firsts(self, chat: int) -> list[int]:
        """The texts of a chat, without repetitions."""
        return list(dict.fromkeys(text for _, where, text in self.seen if where == chat))

    def busiest_second(self) -> int:
        moments = [when for when, _, _ in self.seen]
        return max((sum(start <= other < start + SECOND for other in moments) for start in moments), default=0)


scripts = st.lists(
    st.one_of(
        st.tuples(st.just("queue"), st.integers(1, 3)),
        st.tuples(st.just("claim"), st.sampled_from(["one", "two"])),
        st.tuples(st.sampled_from(["send", "die"]), st.none()),
        st.tuples(st.just("retry"), st.sampled_from([0.1, 1.0])),
        st.tuples(st.just("wait"), st.sampled_from([0.1, 0.4, 1.0, LEASE.total_seconds()])),
    ),
    max_size=60,
)
SAME_DATABASE = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SAME_DATABASE
@given(script=scripts)
def test_whatever_happens_order_and_rates_hold_and_nothing_is_lost(
    house: House, script: list[tuple[str, object]]
) -> None:
    with house.database.write() as session:
        session.execute(delete(table(OutboxRow)))
    house.limits = Limits(per_second=2, burst=1, chat_burst=1)
    play = Play(house)
    for action, what in script:
        getattr(play, action)(what)
    play.end()
    assert play.busiest_second() <= house.limits.per_second
    assert {chat: play.firsts(chat) for chat in play.queued} == {c: list(range(n)) for c, n in play.queued.items()}


def test_two_workers_share_the_work_and_send_nothing_twice(house: House) -> None:
    for n in range(30):
        house.queue(n % 6 + 1, str(n))
    together, seen = Barrier(2), []

    def work(worker: str) -> None:
        together.wait()
        while len(seen) < 30:
            for row in house.take(worker):
                seen.append((row.chat_id, int(row.payload["text"])))
                house.sent(row.id, worker)

    threads = [Thread(target=work, args=(worker,)) for worker in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(seen) == len(set(seen)) == 30
    for chat in range(1, 7):
        texts = [text for where, text in seen if where == chat]
        assert texts == sorted(texts)


def test_claims_are_made_one_after_the_other(house: House) -> None:
    house.queue(not_before=house.now + SECOND)
    rows: list[Claimed] = []
    with house.database.write() as session:
        assert claim(session, house.vault, BOT, "one", house.now, house.limits) == []
        thread = Thread(target=lambda: rows.extend(house.take("two", seconds=1)))
        thread.start()
        thread.join(0.1)
        assert rows == []  # not before it is known what the first one took
    thread.join()
    assert len(rows) == 1


def claim_effort(house: House) -> int:
    """How many hundreds of steps SQLite's machine takes for a claim."""
    steps = Counter[str]()
    with house.database.write() as session:
        raw = session.connection().connection.driver_connection
        assert isinstance(raw, sqlite3.Connection)
        raw.set_progress_handler(lambda: steps.update(["hundred"]), 100)
        claim(session, house.vault, BOT, "w", house.now, house.limits)
        next_due(session, BOT, house.now, house.limits)
        raw.set_progress_handler(None, 0)
    return steps["hundred"]


def test_what_is_finished_costs_nothing(sqlite: Database, vault: Vault) -> None:
    house = House(sqlite, vault, someone(sqlite))
    house.queue(ANN)
    before = claim_effort(house)
    finished = [Message(BOT, ANN, house.person, "send", {}) for _ in range(3000)]
    with sqlite.write() as session:
        enqueue(session, vault, finished, START - timedelta(days=1))
        done = {"state": "sent", "sent_at": START - timedelta(hours=1)}
        session.execute(update(table(OutboxRow)).values(**done))
    house.queue(ANN)
    assert claim_effort(house) <= before + 5  # one that looked at them all would need hundreds more


def test_at_its_start_the_one_process_settles_what_a_kill_left(house: House) -> None:
    row = house.queue()
    house.take("killed")
    with house.database.write() as session:
        release(session, BOT, house.now)
    assert house.state(row) == "queued"
