"""What becomes of a row when Telegram refuses, breaks off or keeps silent: each ends as documented, in order per chat."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from telegram import Bot
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from bot.delivery import Delivery
from bot.transport import AiohttpRequest, Timeouts
from bot.verdicts import pause, verdict
from jalon.settings import SIMULATED_TOKEN
from simulator.app import Simulator
from simulator.client import SimulatedPerson
from simulator.signals import Clock
from storage.clock import SetClock
from storage.messages import OutboxRow
from storage.outbox import LEASE, MOST_UNHEARD, Message, enqueue
from storage.pace import Limits
from storage.people import create_beneficiary, dossier, end_links, link_chat
from storage.tables import table
from tests.bot.logged import lines
from tests.harness import SIMULATED_BOT_ID, open_stores, settings_for

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FAST = Limits(per_second=10_000, burst=10_000, chat_gap=0)
WHOLE_PAUSE = lambda: 1.0  # noqa: E731 - chance decides nothing in these tests
IMPATIENT = 0.3  # seconds our side waits for an answer in these tests


@dataclass
class Post:
    """A post office: rows are queued, delivered when told to, and looked at. Its clock moves only by hand."""

    simulator: Simulator
    stores: Any
    clock: SetClock
    bot: Bot
    delivery: Delivery

    def worker(self, name: str, bot: Bot | None = None, chance: Callable[[], float] = WHOLE_PAUSE) -> Delivery:
        return Delivery(self.stores.database, self.stores.vault, bot or self.bot, name, FAST, chance)

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Another program holds the database for longer than we wait."""
        with self.stores.database.engine.connect() as ours:
            ours.exec_driver_sql("PRAGMA busy_timeout = 20")
        with closing(sqlite3.connect(self.stores.database.file, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            yield
            other.execute("ROLLBACK")

    def queue(self, chat: SimulatedPerson | int, *texts: str, kind: Any = "send", **more: Any) -> list[UUID]:
        chat_id = chat if isinstance(chat, int) else chat.id
        head = {name: more.pop(name) for name in ("owner", "edits", "expires_at") if name in more}
        owner = head.pop("owner", None)
        payloads = [{"text": text, "rows": [], "message_id": None, "fallback": False, **more} for text in texts]
        rows = [Message(SIMULATED_BOT_ID, chat_id, owner, kind, payload, 0, **head) for payload in payloads]
        with self.stores.database.write() as session:
            return enqueue(session, self.stores.vault, rows, self.clock.now())

    async def deliver(self, by: Delivery | None = None) -> None:
        """Everything that may leave at this moment of the clock."""
        worker = by or self.delivery
        while True:
            await worker.land()
            await worker.round()
            if not worker.flying:
                break

    async def later(self, **amount: float) -> None:
        self.clock.advance(timedelta(**amount))
        await self.deliver()

    def row(self, id: UUID) -> Any:
        rows = table(OutboxRow)
        with self.stores.database.read() as session:
            return session.execute(select(rows).where(rows.c.id == id)).one()

    def states(self, ids: list[UUID]) -> list[str]:
        return [self.row(id).state for id in ids]

    def dossier_for(self, person: SimulatedPerson | int) -> UUID:
        chat = person if isinstance(person, int) else person.id
        with self.stores.database.write() as session:
            now = self.clock.now()
            owner = create_beneficiary(session, journey_id="x", journey_at="x", language="fr", now=now)
            link_chat(session, owner, SIMULATED_BOT_ID, chat, chat, now)
        return owner

    def unreachable(self, owner: UUID) -> tuple[datetime | None, str | None]:
        with self.stores.database.read() as session:
            found = dossier(session, owner)
        assert found is not None
        return found.unreachable_since, found.unreachable_reason


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    clock = SetClock(NOON)
    stores = open_stores(settings_for(tmp_path), clock)
    async with Simulator(tmp_path / "simulator.db", tokens=[SIMULATED_TOKEN], clock=Clock()) as simulator:
        calls = AiohttpRequest(8, Timeouts(read=IMPATIENT))
        async with Bot(SIMULATED_TOKEN, f"{simulator.url}/bot", request=calls) as bot:
            delivery = Delivery(stores.database, stores.vault, bot, "post", FAST, WHOLE_PAUSE)
            yield Post(simulator, stores, clock, bot, delivery)
    stores.database.close()


@pytest.fixture
async def nadia(post: Post) -> AsyncIterator[SimulatedPerson]:
    async with SimulatedPerson(post.simulator.url, "Nadia") as person:
        await person.start()
        yield person


@pytest.fixture
async def karim(post: Post) -> AsyncIterator[SimulatedPerson]:
    async with SimulatedPerson(post.simulator.url, "Karim") as person:
        await person.start()
        yield person


async def fault(person: SimulatedPerson, action: str, method: str = "sendMessage", **more: Any) -> None:
    body = {"action": action, "method": method, "chat_id": person.id, "count": 1, **more}
    await person._ask("POST", "/faults", {name: value for name, value in body.items() if value is not None})


async def read(person: SimulatedPerson) -> list[str]:
    return [m["text"] for m in await person.look() if m["from"]["is_bot"]]


# ------------------------------------------------------------------------------------------------------- the verdict
@pytest.mark.parametrize(
    ("error", "news", "expected"),
    [
        (BadRequest("Message is not modified: specified new message content and reply markup are …"), True, "sent"),
        (BadRequest("Message to edit not found"), False, "dropped"),
        (BadRequest("Message to edit not found"), True, "anew"),
        (BadRequest("Message can't be edited"), True, "anew"),
        (BadRequest("MESSAGE_ID_INVALID"), False, "dropped"),
        (BadRequest("Query is too old and response timeout expired or query id is invalid"), False, "dropped"),
        (BadRequest("Chat not found"), False, "unreachable"),
        (BadRequest("PEER_ID_INVALID"), False, "unreachable"),
        (BadRequest("Message is too long"), False, "refused"),
        (BadRequest("Can't parse entities: unsupported start tag"), True, "refused"),
        (BadRequest("BUTTON_DATA_INVALID"), False, "refused"),
        (Forbidden("Forbidden: bot was blocked by the user"), False, "unreachable"),
        (Forbidden("Forbidden: user is deactivated"), False, "unreachable"),
        (Forbidden("Forbidden: bot can't initiate conversation with a user"), False, "unreachable"),
        (NetworkError("Bad Gateway"), False, "later"),
        (NetworkError("aiohttp.ClientConnectorError"), True, "later"),
        (RetryAfter(7), False, "later"),
        (InvalidToken(), False, "later"),
        (TimedOut(), False, "unknown"),
        (Conflict("terminated by other getUpdates request"), False, "refused"),
        (ChatMigrated(-100), False, "refused"),
        (TelegramError("something new"), False, "refused"),
    ],
)
async def test_the_verdict_on_what_telegram_said(error: TelegramError, news: bool, expected: str) -> None:
    assert verdict(error, news=news) == expected


async def test_pauses_double_up_to_a_minute() -> None:
    assert [pause(n, 1).total_seconds() for n in (0, 1, 2, 3, 6, 7, 60)] == [1, 1, 2, 4, 32, 60, 60]


async def test_chance_takes_at_most_half_of_a_pause() -> None:
    assert [pause(3, chance).total_seconds() for chance in (0, 0.5, 1)] == [2, 3, 4]


# ------------------------------------------------------------------------------------------------------ plain delivery
async def test_messages_of_a_chat_leave_in_the_order_they_were_queued(post: Post, nadia, karim) -> None:
    ids = [*post.queue(nadia, "1", "2"), *post.queue(karim, "a"), *post.queue(nadia, "3"), *post.queue(karim, "b")]
    await post.deliver()
    assert (await read(nadia), await read(karim)) == (["1", "2", "3"], ["a", "b"])
    assert post.states(ids) == ["sent"] * 5
    assert post.row(ids[0]).message_id == (await nadia.look())[1]["message_id"]


async def test_an_edit_finds_the_message_its_row_became(post: Post, nadia) -> None:
    [first] = post.queue(nadia, "avant")
    [edit] = post.queue(nadia, "après", kind="edit", edits=first)
    await post.deliver()
    assert await read(nadia) == ["après"]
    assert post.row(edit).message_id == post.row(first).message_id


# ------------------------------------------------------------------------------------------------------- edits refused
async def test_an_edit_that_changes_nothing_counts_as_done(post: Post, nadia) -> None:
    [first] = post.queue(nadia, "pareil")
    await post.deliver()
    ids = [post.queue(nadia, "pareil", kind="edit", edits=first, fallback=True)[0] for _ in range(2)]
    await post.deliver(post.worker("another, who does not know what is displayed"))
    assert post.states(ids) == ["sent", "sent"]
    assert await read(nadia) == ["pareil"]


@pytest.mark.parametrize(("fallback", "state", "shown"), [(False, "dropped", []), (True, "sent", ["neuf"])])
async def test_an_edit_of_a_message_that_is_gone(post: Post, nadia, fallback, state, shown) -> None:
    [first] = post.queue(nadia, "ancien")
    await post.deliver()
    world = post.simulator.server.main
    world.remove(world.chats[nadia.id], post.row(first).message_id)
    [edit] = post.queue(nadia, "neuf", kind="edit", edits=first, fallback=fallback)
    await post.deliver()
    assert await read(nadia) == shown
    assert post.row(edit).state == state


@pytest.mark.parametrize(("fallback", "state", "shown"), [(False, "dropped", []), (True, "sent", ["neuf"])])
async def test_an_edit_of_a_message_that_never_left(post: Post, nadia, fallback, state, shown) -> None:
    [first] = post.queue(nadia, "<b>jamais lisible")  # Telegram refuses broken markup
    [edit] = post.queue(nadia, "neuf", kind="edit", edits=first, fallback=fallback)
    await post.deliver()
    assert (post.row(first).state, post.row(edit).state) == ("refused", state)
    assert await read(nadia) == shown


async def test_a_refusal_is_noted_without_quoting_the_message(post: Post, nadia) -> None:
    [bad, good] = post.queue(nadia, '<secret mot="intime">', "suite")
    await post.deliver()
    assert post.states([bad, good]) == ["refused", "sent"]
    assert "BadRequest" in post.row(bad).error
    assert "intime" not in post.row(bad).error


# --------------------------------------------------------------------------------------------------------------- notices
async def pressed(post: Post, nadia: SimulatedPerson) -> str:
    post.queue(nadia, "?", rows=[[["Oui", "m.x"]]])
    await post.deliver()
    return await nadia.press("Oui")


async def test_a_notice_answers_its_press(post: Post, nadia) -> None:
    query = await pressed(post, nadia)
    [notice] = post.queue(nadia, "Bien", kind="notice", query=query, alert=False)
    await post.deliver()
    assert post.row(notice).state == "sent"
    assert (await nadia.wait_for_answer(query))["text"] == "Bien"


async def test_a_press_too_old_to_be_answered_is_no_error(post: Post, nadia) -> None:
    query = await pressed(post, nadia)
    post.simulator.server.clock.advance(200)
    [notice] = post.queue(nadia, "Bien", kind="notice", query=query, alert=False)
    [after] = post.queue(nadia, "suite")
    await post.deliver()
    assert post.states([notice, after]) == ["dropped", "sent"]


async def test_a_notice_nobody_waits_for_any_more_is_not_sent(post: Post, nadia) -> None:
    query = await pressed(post, nadia)
    late = post.clock.now() + timedelta(seconds=150)
    [notice] = post.queue(nadia, "Bien", kind="notice", query=query, alert=False, expires_at=late)
    await post.later(seconds=151)
    assert post.row(notice).state == "dropped"
    calls = await nadia._ask("GET", "/calls")
    assert "answercallbackquery" not in calls["counts"]


async def test_a_notice_whose_answer_was_lost_is_not_repeated_for_ever(post: Post, nadia) -> None:
    query = await pressed(post, nadia)
    await fault(nadia, "drop_after", "answerCallbackQuery", chat_id=None)
    [notice] = post.queue(nadia, "Bien", kind="notice", query=query, alert=False)
    await post.deliver()
    await post.later(seconds=2)
    assert post.row(notice).state == "dropped"
    assert (await nadia.wait_for_answer(query))["text"] == "Bien"


# ----------------------------------------------------------------------------------------------- floods and failures
async def test_flood_control_holds_its_chat_back_for_as_long_as_it_says(post: Post, nadia, karim) -> None:
    await fault(nadia, "retry_after", seconds=7)
    ids = post.queue(nadia, "1", "2")
    post.queue(karim, "a")
    await post.deliver()
    assert (await read(nadia), await read(karim)) == ([], ["a"]), "only this chat waits"
    assert post.row(ids[0]).not_before == NOON + timedelta(seconds=7)
    await post.later(seconds=6.9)
    assert await read(nadia) == []
    await post.later(seconds=0.2)
    assert await read(nadia) == ["1", "2"], "nothing overtakes what waits"
    assert (post.row(ids[0]).attempts, post.row(ids[1]).attempts) == (2, 1)


@pytest.mark.parametrize("status", [500, 502, 503])
async def test_a_failing_server_is_asked_again(post: Post, nadia, status: int) -> None:
    await fault(nadia, "status", status=status, count=2)
    ids = post.queue(nadia, "1", "2")
    await post.deliver()
    assert post.states(ids) == ["queued", "queued"]
    await post.later(seconds=1)
    assert post.row(ids[0]).not_before == NOON + timedelta(seconds=3), "the pause has doubled"
    await post.later(seconds=2)
    assert await read(nadia) == ["1", "2"]


async def test_a_connection_that_breaks_before_is_no_loss(post: Post, nadia) -> None:
    await fault(nadia, "drop_before")
    ids = post.queue(nadia, "1", "2")
    await post.deliver()
    await post.later(seconds=1)
    assert await read(nadia) == ["1", "2"]
    assert post.states(ids) == ["sent", "sent"]


@pytest.mark.parametrize("action", ["drop_after", "cut"])
async def test_a_connection_that_breaks_after_may_show_a_question_twice(post: Post, nadia, action: str) -> None:
    """Telegram has no key against repetition: a question seen twice is better than one never seen."""
    await fault(nadia, action)
    ids = post.queue(nadia, "1", "2")
    await post.deliver()
    await post.later(seconds=1)
    assert await read(nadia) == ["1", "1", "2"]
    assert post.states(ids) == ["sent", "sent"]
    assert post.row(ids[0]).message_id == (await nadia.look())[2]["message_id"], "the one that is known"


async def test_an_answer_that_never_comes_is_waited_for_and_tried_again(post: Post, nadia) -> None:
    await fault(nadia, "slow", seconds=IMPATIENT + 1)
    [id] = post.queue(nadia, "1")
    await post.deliver()
    assert post.row(id).state == "queued"
    assert "TimedOut" in post.row(id).error
    await post.later(seconds=1)
    assert post.row(id).state == "sent"


async def test_a_notice_whose_answer_never_comes_is_unknown(post: Post, nadia) -> None:
    query = await pressed(post, nadia)
    await fault(nadia, "slow", "answerCallbackQuery", chat_id=None, seconds=IMPATIENT + 1)
    [notice] = post.queue(nadia, "Bien", kind="notice", query=query, alert=False)
    await post.deliver()
    assert post.row(notice).state == "unknown"


async def test_an_outage_of_an_hour_loses_nothing(post: Post, nadia) -> None:
    await nadia._ask("POST", "/outage", {"on": True})
    ids = post.queue(nadia, "1", "2")
    for _ in range(60):
        await post.later(minutes=1)
    await nadia._ask("POST", "/outage", {"on": False})
    await post.later(minutes=1)
    assert await read(nadia) == ["1", "2"]
    assert post.states(ids) == ["sent", "sent"]


async def test_those_who_failed_together_do_not_come_back_together(post: Post, nadia, karim) -> None:
    chances = iter([0.0, 0.5])
    for person in (nadia, karim):
        await fault(person, "status", status=502)
    ids = [*post.queue(nadia, "1"), *post.queue(karim, "a")]
    worker = post.worker("with chance", chance=chances.__next__)
    await post.deliver(worker)
    assert sorted(post.row(id).not_before - NOON for id in ids) == [timedelta(seconds=0.5), timedelta(seconds=0.75)]


async def test_a_question_is_not_shown_for_ever(post: Post, nadia) -> None:
    await fault(nadia, "slow", seconds=IMPATIENT + 1, count=MOST_UNHEARD)
    ids = post.queue(nadia, "1", "2")
    for _ in range(MOST_UNHEARD + 2):
        await post.later(minutes=1)
    assert await read(nadia) == ["1"] * MOST_UNHEARD + ["2"]
    assert post.states(ids) == ["unknown", "sent"]


async def test_one_time_out_after_a_long_outage_is_not_the_end(post: Post, nadia) -> None:
    await nadia._ask("POST", "/outage", {"on": True})
    [id] = post.queue(nadia, "1")
    for _ in range(12):
        await post.later(minutes=1)
    await nadia._ask("POST", "/outage", {"on": False})
    await fault(nadia, "slow", seconds=IMPATIENT + 1)
    await post.later(minutes=1)
    assert post.row(id).state == "queued"
    await post.later(minutes=1)
    assert (post.row(id).state, await read(nadia)) == ("sent", ["1", "1"])


FAULTS = [
    ("retry_after", 2),
    ("status", 2),
    ("drop_after", 3),
    ("drop_before", 4),
    ("slow", 4),
    ("cut", 5),
    ("retry_after", 6),
]


async def test_whatever_fails_a_person_reads_the_messages_in_order(post: Post, nadia, karim) -> None:
    """Each may be repeated right behind itself, where its answer was lost; nothing overtakes it."""
    for person in (nadia, karim):
        for action, nth in FAULTS:
            await fault(person, action, nth=nth, seconds=1)
    ids = [id for n in range(8) for person in (nadia, karim) for id in post.queue(person, str(n))]
    for _ in range(2 * len(FAULTS)):
        await post.later(minutes=1)
    for person in (nadia, karim):
        texts = await read(person)
        assert texts == sorted(texts)
        assert set(texts) == set("01234567")
        assert len(texts) > 8, "the faults have struck"
    assert set(post.states(ids)) == {"sent"}


async def test_a_slow_answer_holds_up_its_own_chat_and_nobody_else(post: Post, nadia, karim) -> None:
    await fault(nadia, "slow", seconds=600)
    slow, behind = post.queue(nadia, "1", "2")
    others = post.queue(karim, "a", "b", "c")
    calls = AiohttpRequest(8, Timeouts(read=600))
    async with Bot(SIMULATED_TOKEN, f"{post.simulator.url}/bot", request=calls) as patient:
        work = asyncio.ensure_future(post.worker("patient", patient).run(asyncio.Event()))
        await karim.wait_for_text("c")
        assert post.states([slow, behind, *others[:2]]) == ["leased", "queued", "sent", "sent"]
        work.cancel()
        with suppress(asyncio.CancelledError):
            await work
    assert await read(nadia) == ["1"]


# ----------------------------------------------------------------------------------------------- a database that is away
async def test_what_telegram_has_is_not_sent_again_because_it_could_not_be_noted(post: Post, nadia, karim) -> None:
    ids = [*post.queue(nadia, "1", "2"), *post.queue(karim, "a", "b")]
    await post.delivery.round()
    await post.delivery.land()
    with post.locked():
        for _ in range(3):
            with pytest.raises(OperationalError, match="locked"):
                await post.delivery.round()
            post.clock.advance(LEASE)  # so long that the leases run out
    assert post.states(ids) == ["leased", "queued"] * 2
    await post.deliver()
    assert (await read(nadia), await read(karim)) == (["1", "2"], ["a", "b"])
    assert post.states(ids) == ["sent"] * 4
    assert post.row(ids[0]).message_id == (await nadia.look())[1]["message_id"]


async def test_a_worker_whose_database_is_away_goes_on_when_it_is_back(post: Post, nadia) -> None:
    stopping = asyncio.Event()
    post.queue(nadia, "1")
    with lines("bot.delivery") as log:
        with post.locked():
            work = asyncio.ensure_future(post.delivery.run(stopping))
            await log.until("delivery stumbled: OperationalError")
        await nadia.wait_for_text("1")
        await log.until("delivery goes on")
        stopping.set()
        await work


# ------------------------------------------------------------------------------------------------------- unreachable
async def test_somebody_who_blocked_the_bot(post: Post, nadia) -> None:
    owner = post.dossier_for(nadia)
    await nadia.block()
    [id] = post.queue(nadia, "1", owner=owner)
    await post.deliver()
    since, why = post.unreachable(owner)
    assert (post.row(id).state, since) == ("refused", NOON)
    assert "blocked" in str(why)
    post.queue(nadia, "2", owner=owner)
    await post.later(hours=1)
    assert post.unreachable(owner)[0] == NOON, "since the first time"


async def test_an_account_that_was_deleted(post: Post, nadia) -> None:
    owner = post.dossier_for(nadia)
    await nadia._act("deactivate")
    [id] = post.queue(nadia, "1", owner=owner)
    await post.deliver()
    assert post.row(id).state == "refused"
    assert "deactivated" in str(post.unreachable(owner)[1])


async def test_a_chat_that_does_not_exist(post: Post, nadia) -> None:
    owner = post.dossier_for(4242)
    [id] = post.queue(4242, "1", owner=owner)
    await post.deliver()
    assert post.row(id).state == "refused"
    assert "Chat not found" in str(post.unreachable(owner)[1])


async def test_a_former_account_that_has_blocked_the_bot_says_nothing_about_the_person(post: Post, nadia) -> None:
    owner = post.dossier_for(nadia)
    await nadia.block()
    [id] = post.queue(nadia, "1", owner=owner)
    await post.delivery.round()  # it is on its way
    with post.stores.database.write() as session:
        end_links(session, owner, "relinked", NOON)
        link_chat(session, owner, SIMULATED_BOT_ID, 4242, 4242, NOON)
    await post.deliver()
    assert (post.row(id).state, post.unreachable(owner)) == ("refused", (None, None))


async def test_one_who_cannot_be_reached_holds_nobody_up(post: Post, nadia, karim) -> None:
    await nadia.block()
    ids = [*post.queue(nadia, "1", "2"), *post.queue(karim, "a", "b")]
    await post.deliver()
    assert await read(karim) == ["a", "b"]
    assert post.states(ids) == ["refused", "refused", "sent", "sent"]


# -------------------------------------------------------------------------------------------- a worker that went away
async def test_what_a_dead_worker_held_is_settled_by_its_kind(post: Post, nadia, karim) -> None:
    query = await pressed(post, nadia)
    [question] = post.queue(karim, "Une question")
    [notice] = post.queue(nadia, "Bien", kind="notice", query=query, alert=False)
    [held, behind] = post.queue(nadia, "La suite", "La fin")
    dead = post.worker("dead")
    await dead.round()
    for call in dead.flying:
        call.cancel()
    await post.deliver()
    assert post.states([question, notice, held, behind]) == ["leased", "leased", "leased", "queued"]
    await post.later(seconds=LEASE.total_seconds() + 1)
    assert post.states([question, notice, held, behind]) == ["sent", "unknown", "sent", "sent"]
    assert (await read(karim), (await read(nadia))[1:]) == (["Une question"], ["La suite", "La fin"])


async def test_a_worker_thought_dead_cannot_settle_what_another_has_taken(post: Post, nadia) -> None:
    [id] = post.queue(nadia, "1")
    slow = post.worker("slow")
    await slow.round()
    await slow.land()  # it is seen, and not noted yet
    post.clock.advance(LEASE + timedelta(seconds=1))
    await post.deliver()
    await slow.round()
    assert (post.row(id).state, post.row(id).leased_by) == ("sent", "post")


async def test_two_workers_send_nothing_twice(post: Post, nadia, karim) -> None:
    ids = [*post.queue(nadia, *"123456"), *post.queue(karim, *"abcdef")]
    workers = [post.worker("one"), post.worker("two")]
    while "queued" in post.states(ids):
        for worker in workers:
            await worker.round()
            await worker.land()
    for worker in workers:
        await post.deliver(worker)
    assert ("".join(await read(nadia)), "".join(await read(karim))) == ("123456", "abcdef")
    assert post.states(ids) == ["sent"] * 12
