"""Telegram's limits hold for every window of time, however many workers there are; within them nobody waits."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from threading import Thread
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from storage.claims import claim, next_due
from storage.database import Database
from storage.messages import OutboxRow, Pace
from storage.outbox import Ended, Message, enqueue, settle, states
from storage.pace import KEEP, STEP, Bucket, Limits, prune_pace, told_to_wait
from storage.tables import table
from storage.vault import Vault
from tests.storage.conftest import START

BOT, ANN, BEA = 7_000_000_001, 5_100_000_000, 5_200_000_000
SECOND = timedelta(seconds=1)
WIDE = {"per_second": 10_000, "burst": 10_000}


class Post:
    """Messages to strangers' chats, sent as soon as they may leave; what Telegram saw: (when, chat, text)."""

    def __init__(self, database: Database, vault: Vault, limits: Limits) -> None:
        self.database, self.vault, self.limits = database, vault, limits
        self.now = START
        self.seen: list[tuple[datetime, int, str]] = []

    def queue(self, chat: int = ANN, count: int = 1, text: str = "", **more: object) -> list[UUID]:
        kind = more.pop("kind", "send")
        messages = [Message(BOT, chat, None, kind, {"text": text}, **more) for _ in range(count)]  # type: ignore[arg-type]
        with self.database.write() as session:
            return enqueue(session, self.vault, messages, self.now)

    def pass_by(self, worker: str = "w") -> list[str]:
        """A worker sends all that may leave at this instant."""
        before = len(self.seen)
        while True:
            with self.database.write() as session:
                rows = claim(session, self.vault, BOT, worker, self.now, self.limits)
                for row in rows:
                    settle(session, worker, [Ended(row.id, "sent", self.now, 1)])
            if not rows:
                return [text for _, _, text in self.seen[before:]]
            self.seen += [(self.now, row.chat_id, row.payload["text"]) for row in rows]

    def after(self, seconds: float) -> list[str]:
        self.now += seconds * SECOND
        return self.pass_by()

    def sleep(self) -> None:
        """As long as a worker would that is told nothing."""
        with self.database.read() as session:
            due = next_due(session, BOT, self.now, self.limits)
        assert due is not None
        self.now = max(due, self.now)

    def refused(self, chat: int, seconds: float) -> None:
        with self.database.write() as session:
            told_to_wait(session, BOT, chat, self.now, seconds * SECOND, self.limits)


@pytest.fixture
def post(database: Database, vault: Vault) -> Post:
    return Post(database, vault, Limits(**WIDE, chat_gap=1.0, chat_burst=3))


def most_within(moments: Iterable[datetime], window: timedelta) -> int:
    """The busiest window of this length."""
    all_of_them = sorted(moments)
    return max((sum(start <= other < start + window for other in all_of_them) for start in all_of_them), default=0)


# ------------------------------------------------------------------------------------------------------------- a chat
def test_thirty_quick_touches_in_a_row_wait_for_nothing(database: Database, vault: Vault) -> None:
    post = Post(database, vault, Limits())
    for touch in range(30):
        post.queue(text=str(touch))
        assert post.after(0.2) == [str(touch)]


def test_a_burst_leaves_at_once_then_one_a_second(post: Post) -> None:
    post.queue(count=5)
    assert len(post.pass_by()) == 3
    assert [len(post.after(0.5)) for _ in range(4)] == [0, 1, 0, 1]


def test_after_a_silence_the_whole_burst_is_there_again(post: Post) -> None:
    post.queue(count=3)
    post.pass_by()
    post.now += 3 * SECOND
    post.queue(count=4)
    assert len(post.pass_by()) == 3


def test_a_chat_that_is_slowed_down_slows_no_other(post: Post) -> None:
    post.queue(ANN, 5)
    post.queue(BEA, 3)
    post.pass_by()
    assert [chat for _, chat, _ in post.seen].count(BEA) == 3


def test_the_answer_to_a_press_neither_waits_nor_counts(database: Database, vault: Vault) -> None:
    post = Post(database, vault, Limits(per_second=1, burst=1, chat_burst=1))
    post.queue(count=2)
    post.queue(text="noted", kind="notice", count=5)
    assert post.pass_by().count("noted") == 5
    assert post.after(0.5) == []
    assert post.after(0.5) == [""]


def test_thirty_questions_answered_in_a_row_wait_for_nothing(database: Database, vault: Vault) -> None:
    """Each costs two calls, the former question tidied and the next one asked: only what is new in the chat counts."""
    post = Post(database, vault, Limits(**WIDE))
    for number in range(30):
        shown = [f"tidied {number}", f"asked {number}"]
        post.queue(kind="edit", text=shown[0])
        post.queue(text=shown[1])
        assert post.pass_by() == shown
    post.queue(text="one more")
    assert post.pass_by() == []
    post.queue(BEA, kind="edit", text="tidied")
    assert post.pass_by() == ["tidied"]


def test_a_worker_wakes_when_the_next_may_leave(post: Post) -> None:
    post.queue(count=5)
    post.pass_by()
    post.sleep()
    assert post.now == START + SECOND
    assert len(post.pass_by()) == 1


limits = st.builds(
    Limits,
    per_second=st.sampled_from([2.0, 5.0, 30.0]),
    burst=st.integers(1, 4),
    chat_gap=st.sampled_from([0.3, 1.0]),
    chat_burst=st.integers(1, 4),
)
acts = st.lists(
    st.tuples(
        st.sampled_from([ANN, BEA, 3, 4]),
        st.integers(1, 4),
        st.sampled_from([0.0, 0.05, 0.4, 1.0, 7.0]),
        st.sampled_from(["one", "two"]),
    ),
    min_size=1,
    max_size=8,
)
SAME_DATABASE = settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@SAME_DATABASE
@given(limits=limits, acts=acts)
def test_in_no_window_more_than_allowed_and_nobody_starves(
    database: Database, vault: Vault, limits: Limits, acts: list[tuple[int, int, float, str]]
) -> None:
    with database.write() as session:
        session.execute(delete(table(OutboxRow)))
        session.execute(delete(table(Pace)))
    post = Post(database, vault, limits)
    for chat, count, wait, worker in acts:
        post.queue(chat, count)
        post.pass_by(worker)
        post.now += wait * SECOND
    queued = sum(count for _, count, _, _ in acts)
    for _ in range(3 * queued):
        post.pass_by()
        if len(post.seen) == queued:
            break
        post.sleep()
    assert len(post.seen) == queued
    for window in (0.5 * SECOND, SECOND, 3 * SECOND, 10 * SECOND):
        assert (
            most_within([when for when, _, _ in post.seen], window)
            <= limits.burst + window / SECOND * limits.per_second
        )
        for chat in {chat for _, chat, _ in post.seen}:
            own = [when for when, where, _ in post.seen if where == chat]
            assert most_within(own, window) <= limits.chat_burst + window / SECOND / limits.chat_gap


def test_two_workers_at_once_share_one_bucket(database: Database, vault: Vault) -> None:
    post = Post(database, vault, Limits(**WIDE, chat_burst=7))
    rows = post.queue(count=20)
    threads = [Thread(target=post.pass_by, args=(worker,)) for worker in ("one", "two")]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with database.read() as session:
        assert list(states(session, rows).values()).count("sent") == 7


# ----------------------------------------------------------------------------------------------------------- all chats
def test_no_more_leave_over_all_chats_than_allowed(database: Database, vault: Vault) -> None:
    post = Post(database, vault, Limits(per_second=5, burst=2))
    for chat in range(1, 11):
        post.queue(chat)
    assert [len(post.pass_by()), *(len(post.after(0.2)) for _ in range(9))] == [2, 1, 1, 1, 1, 1, 1, 1, 1, 0]


def test_replies_go_before_a_mailing_to_everybody(database: Database, vault: Vault) -> None:
    post = Post(database, vault, Limits(per_second=10, burst=1))
    for chat in range(100, 300):
        post.queue(chat, text="mailing", priority=9)
    post.queue(ANN, text="reply", priority=0)
    assert post.pass_by() == ["reply"]
    assert post.after(0.1) == ["mailing"], "what is left of the rate goes to the mailing"


def test_a_reply_does_not_wait_behind_its_own_chats_mailing(database: Database, vault: Vault) -> None:
    post = Post(database, vault, Limits(per_second=10, burst=1))
    for chat in range(100, 300):
        post.queue(chat, text="mailing", priority=9)
    post.queue(299, text="reply", priority=0)
    assert post.pass_by() == ["mailing"], "the order within the chat holds"
    assert [chat for _, chat, _ in post.seen] == [299]
    assert post.after(0.1) == ["reply"]


def test_a_reminder_for_tomorrow_is_not_hurried_by_a_reply_of_today(post: Post) -> None:
    [reminder] = post.queue(priority=9, not_before=START + timedelta(days=1))
    post.queue(priority=0)
    with post.database.read() as session:
        rows = table(OutboxRow)
        assert session.execute(select(rows.c.priority).where(rows.c.id == reminder)).scalar_one() == 9


# ----------------------------------------------------------------------------------------------- what Telegram asks for
def test_a_chat_told_to_wait_waits_and_has_no_burst_afterwards(post: Post) -> None:
    post.queue(ANN, 5)
    post.refused(ANN, 7)
    post.queue(BEA, text="elsewhere")
    assert post.pass_by() == ["elsewhere"]
    assert post.after(6.9) == []
    assert [len(post.after(seconds)) for seconds in (0.1, 0.9, 0.1)] == [1, 0, 1]


def test_several_chats_told_within_a_second_mean_the_whole_bot(post: Post) -> None:
    post.queue(9, text="elsewhere")
    for chat, seconds in ((1, 30), (2, 4), (3, 12)):
        post.refused(chat, seconds)
    assert post.after(3.9) == []
    post.sleep()
    assert post.now == START + 4 * SECOND
    assert post.pass_by() == ["elsewhere"]


def test_chats_told_one_after_the_other_stop_only_themselves(post: Post) -> None:
    for chat in (1, 2, 3, 4):
        post.refused(chat, 30)
        post.now += 0.7 * SECOND
    post.queue(9, text="elsewhere")
    assert post.pass_by() == ["elsewhere"]


# -------------------------------------------------------------------------------------------- a clock that goes back
def test_a_clock_set_back_stops_nobody_and_gives_no_second_burst(post: Post) -> None:
    post.queue(count=10)
    post.pass_by()
    assert [len(post.after(seconds)) for seconds in (-3600, 0.9, 0.1)] == [1, 0, 1]


def test_what_telegram_asked_for_before_the_clock_went_back_is_not_waited_for(post: Post) -> None:
    post.queue(count=2)
    post.refused(ANN, 1000)
    assert post.after(-STEP.total_seconds()) == [], "a small step lifts nothing"
    assert len(post.after(-3600)) > 0


def test_a_wrong_setting_put_right_holds_nobody_up(post: Post) -> None:
    post.limits = Limits(**WIDE, chat_gap=60, chat_burst=20)
    post.queue(count=21)
    post.pass_by()
    post.limits = Limits(**WIDE)
    assert post.pass_by() != []


# -------------------------------------------------------------------------------------------------------- house-keeping
def test_full_buckets_are_forgotten_and_pauses_kept(post: Post) -> None:
    post.queue(ANN)
    post.pass_by()
    post.refused(BEA, 3 * KEEP.total_seconds())
    with post.database.write() as session:
        prune_pace(session, START + 2 * KEEP)
        assert session.execute(select(table(Pace).c.chat_id)).scalars().all() == [BEA]


def test_a_gap_is_never_shorter_than_the_rate() -> None:
    assert all(Limits(per_second=n).overall.gap * n >= SECOND for n in range(1, 100))
    assert Bucket(SECOND, 3).room(None, START) == 3
