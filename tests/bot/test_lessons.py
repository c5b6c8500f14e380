"""The defects of others that this conversation does not have: one test for each, which quotes what broke elsewhere."""

import contextlib
import sqlite3
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from flows.pack import Pack
from jalon.settings import SIMULATED_TOKEN
from simulator.app import Simulator
from tests.bot.conversing import (
    BACK,
    BEGIN,
    DONE,
    ENDED,
    KEEP,
    STALE,
    Guest,
    labels_of,
    outbox_of,
    parked_updates,
    said,
    validate,
)
from tests.bot.shelf import packs, shelf
from tests.harness import House, house, serving, settings_for

PACKS = ("kinds", "paths")


@pytest.fixture
async def home(tmp_path: Path) -> AsyncIterator[House]:
    async with house(tmp_path, shelf(*PACKS)) as running:
        yield running


@pytest.fixture
async def nadia(home: House) -> AsyncIterator[Guest]:
    async with Guest(home) as guest:
        yield guest


@pytest.fixture
async def telegram(tmp_path: Path) -> AsyncIterator[Simulator]:
    """Telegram, which goes on while Jalon stops and starts."""
    async with Simulator(tmp_path / "simulator.db", tokens=[SIMULATED_TOKEN]) as simulator:
        yield simulator


@pytest.fixture
async def ana(telegram: Simulator) -> AsyncIterator[Guest]:
    async with Guest(telegram, "Ana") as guest:
        yield guest


@pytest.fixture
async def luc(telegram: Simulator) -> AsyncIterator[Guest]:
    async with Guest(telegram, "Luc") as guest:
        yield guest


@contextlib.asynccontextmanager
async def jalon(tmp_path: Path, telegram: Simulator, *guests: Guest, **more: Any) -> AsyncIterator[House]:
    """One life of the application, with which these people talk."""
    async with serving(settings_for(tmp_path), telegram, shelf=shelf(*PACKS, **more)) as running:
        for guest in guests:
            guest.house = running
        yield running


@contextlib.contextmanager
def sabotage(home: House, broken: str, mended: str) -> Iterator[None]:
    """Something is wrong with the database for a while."""
    with contextlib.closing(sqlite3.connect(str(home.stores.database.file), isolation_level=None)) as database:
        database.execute(broken)
        yield
        database.execute(mended)


async def at(guest: Guest, which: str) -> None:
    await guest.come()
    await guest.tap(BEGIN, which)


# ----------------------------------------------------------------------------------------------------------- double taps
async def test_double_taps(nadia: Guest) -> None:
    """ "Double taps on answer buttons corrupted answers … wrong scores, progress reset"."""
    await at(nadia, "Affirmations")
    for label in ("Oui", "Non", "Un peu"):
        item = nadia.asked()
        await nadia.press(label)
        assert await nadia.tap_on(item, label) == STALE
    assert nadia.results("kinds") == {"which": "items", "items.sea": 3, "items.hills": 1, "items.towns": 2}
    assert len(nadia.history("kinds")) == 4
    assert await nadia.house.refused() == [], "no edit that changes nothing is even asked for"


# -------------------------------------------------------------------------------------------------- restarts and losses
async def test_a_restart_in_the_middle_of_a_task(tmp_path: Path, telegram: Simulator, ana: Guest, luc: Guest) -> None:
    """ "Every restart wiped the state of people in the middle of a task"."""
    async with jalon(tmp_path, telegram, ana, luc):
        await at(ana, "Fruits")
        await ana.tap("☐ Pomme", "☐ Figue")
        await at(luc, "Histoire")
        await luc.tell("Le matin, je marche.")
        before = ana.run("kinds"), luc.run("kinds")
    query = await ana.press(validate(2))  # nobody is there
    await luc.say("Le soir, je lis.")
    async with jalon(tmp_path, telegram, ana, luc):
        await ana.quiet()
        await ana.wait_for_answer(query)
        assert ana.results("kinds")["fruits"] == ["apple", "fig"]
        await luc.tap(DONE)
        assert luc.results("kinds")["story"] == "Le matin, je marche.\nLe soir, je lis."
        assert before[0].marks == ("apple", "fig")


async def test_an_expired_callback_freezes_nothing(home: House, nadia: Guest) -> None:
    """ "An expired callback froze the dialog for good"."""
    await at(nadia, "Couleur")
    await nadia._ask(
        "POST", "/faults", {"action": "retry_after", "method": "answerCallbackQuery", "seconds": 1, "count": 1}
    )
    await nadia.press("Rouge")
    await nadia.wait_for_text("Et ensuite ?")  # the answer counts, though the press still spins
    await nadia._ask("POST", "/clock", {"advance": 200})
    home.clock.forward(seconds=2)
    await nadia.tap("Repos")
    [notice] = [row for row in outbox_of(home, nadia.id) if row.kind == "notice" and row.state != "sent"]
    assert notice.state == "dropped"
    assert nadia.results("kinds") == {"which": "colour", "colour": "red", "after": "rest"}


async def test_what_telegram_handed_over_is_never_only_in_memory(home: House, nadia: Guest) -> None:
    """ "Updates are confirmed to Telegram once they are in memory: a crash loses them"."""
    await at(nadia, "Couleur")
    with sabotage(home, "ALTER TABLE inbox RENAME TO away", "ALTER TABLE away RENAME TO inbox"):
        await nadia.press("Rouge")
        await _until_a_turn_has_failed(home)
        assert (await nadia._ask("GET", "/updates"))["pending"] == 1, "not stored, so not confirmed"
        assert nadia.results("kinds") == {"which": "colour"}
    await nadia.quiet()
    assert nadia.results("kinds") == {"which": "colour", "colour": "red"}


async def _until_a_turn_has_failed(home: House) -> None:
    """The bot polls without a new offset again: it has seen the update and could not store it."""
    server = home.simulator.server
    seen = server.journal.counts["getupdates"]
    while server.journal.counts["getupdates"] < seen + 1:
        await server.journal.changed.wait(0.02)


async def test_an_update_handed_over_twice_counts_once(nadia: Guest) -> None:
    """ "A poller that moves the offset after the commit: … replays absorbed by the update_id key"."""
    await at(nadia, "Histoire")
    await nadia.tell("Le matin, je marche.")
    said_before = nadia.texts()
    await nadia._ask("POST", "/updates", {"resend": 3})
    await nadia.quiet()
    assert nadia.texts() == said_before
    await nadia.tap(DONE)
    assert nadia.results("kinds")["story"] == "Le matin, je marche."


async def test_the_state_is_ours_and_in_the_database(tmp_path: Path, telegram: Simulator, ana: Guest) -> None:
    """ "ConversationHandler: persistence flushed every 60 s, timeouts lost on restart, one process only"."""
    gestures = (
        ana.come,
        partial(ana.tap, BEGIN, "Histoire"),
        partial(ana.tell, "Le matin, je marche."),
        partial(ana.tap, DONE),
    )
    for gesture in gestures:  # each of them meets a process that remembers nothing
        async with jalon(tmp_path, telegram, ana):
            await gesture()
    assert ana.results("kinds") == {"which": "story", "story": "Le matin, je marche."}


async def test_state_and_data_are_one_write(home: House, nadia: Guest) -> None:
    """ "State and data in two separate writes": a turn that fails half-way leaves nothing behind, and is not lost."""
    await at(nadia, "Couleur")
    before = nadia.run("kinds"), nadia.row, nadia.transcript(), nadia.messages
    broken = "CREATE TRIGGER sabotage BEFORE INSERT ON answer BEGIN SELECT RAISE(ABORT, 'no more answers'); END"
    with sabotage(home, broken, "DROP TRIGGER sabotage"):
        await nadia.press("Rouge")  # the run has moved by the time the answer is refused
        async with Guest(home, "Karim") as karim:
            await karim.come()
            await karim.tap(BEGIN)
            assert "Par où commencer ?" in karim.last(), "others go on"
        await nadia.quiet()
        assert nadia.last() == said("parked")
        assert (nadia.run("kinds"), nadia.row, nadia.transcript(), nadia.messages[:-1]) == before
    [parked] = parked_updates(home)
    assert (parked.chat_id, parked.kind) == (nadia.id, "callback_query")
    assert "IntegrityError" in parked.error
    assert "red" not in parked.error
    assert await nadia.tap("Rouge") == "", "the button still works"
    assert nadia.results("kinds") == {"which": "colour", "colour": "red"}


# --------------------------------------------------------------------------------------------------------- known outcomes
async def test_every_message_has_a_known_outcome(home: House, nadia: Guest) -> None:
    """ "One message delivered three times on a timeout"."""
    await at(nadia, "Couleur")
    await nadia._ask("POST", "/faults", {"action": "drop_after", "method": "sendMessage", "count": 1})
    await nadia.press("Rouge")
    await nadia.wait_for(lambda seen: sum("Et ensuite ?" in m.get("text", "") for m in seen) == 2)
    await nadia.tap("Repos")
    assert sum("Et ensuite ?" in text for text in nadia.texts()) == 2, "once more, and no more than that"
    assert {row.state for row in outbox_of(home, nadia.id)} == {"sent"}
    assert nadia.results("kinds")["after"] == "rest"


async def test_sent_means_that_telegram_said_so(home: House, nadia: Guest) -> None:
    """ " "Sent" recorded though the push had failed"."""
    await at(nadia, "Couleur")
    await nadia._ask("POST", "/faults", {"action": "retry_after", "method": "sendMessage", "seconds": 1, "count": 1})
    await nadia.press("Rouge")
    await nadia.quiet()
    await nadia._act("deactivate")
    home.clock.forward(seconds=2)
    async with Guest(home, "Karim") as karim:
        await karim.come()
        await karim.quiet()
    question = outbox_of(home, nadia.id)[-1]
    assert (question.kind, question.state, question.message_id, question.sent_at) == ("send", "refused", None, None)
    delivered = [line.delivery for line in nadia.transcript() if line.line.direction == "out"]
    assert delivered[-1] == "refused", "the counsellor's transcript says so"


async def test_a_blocked_bot_is_known_to_be_blocked(home: House, nadia: Guest) -> None:
    """ "Blocked bots fail for ever, nobody is told"."""
    await at(nadia, "Couleur")
    await nadia.block()
    await nadia.quiet()
    since = nadia.row.unreachable_since
    assert since is not None
    assert nadia.row.unreachable_reason == "blocked"
    home.clock.forward(days=2)
    await nadia.unblock()
    await nadia.quiet()
    assert (nadia.row.unreachable_since, nadia.row.unreachable_reason) == (None, None)
    await nadia.tap("Rouge")
    assert nadia.results("kinds")["colour"] == "red", "and goes on where they were"


# ------------------------------------------------------------------------------------------------------- changing one's mind
async def test_any_answer_can_be_changed(nadia: Guest) -> None:
    """ "No way back to correct an answer ("against a proper chat UX")"."""
    await at(nadia, "Couleur")
    await nadia.tap("Rouge", BACK, BACK, "Humeur")
    assert nadia.aside("kinds") == {"colour"}, "what falls off the path is set aside"
    await nadia.tap(BACK, "Couleur")
    assert f"{said('answered')} Rouge" in nadia.last(), "and offered again when the path returns"
    await nadia.tap(KEEP)
    assert nadia.results("kinds") == {"which": "colour", "colour": "red"}
    assert nadia.aside("kinds") == set()


async def test_answers_off_the_path_do_not_count(nadia: Guest) -> None:
    """ "Answers off the path still counted"."""
    await at(nadia, "Humeur")
    await nadia.tap("2")
    assert len(nadia.flags()) == 1
    await nadia.tap(BACK, BACK, "Couleur", "Rouge", "Repos")
    assert nadia.results("kinds") == {"which": "colour", "colour": "red", "after": "rest"}
    assert nadia.flags() == [], "nor do they keep a flag up"
    assert nadia.run("kinds").answers["mood"].value == 2, "yet they are kept"


async def test_a_live_questionnaire_may_be_edited(tmp_path: Path, telegram: Simulator, ana: Guest, luc: Guest) -> None:
    """ "A live questionnaire edited under people in the middle of it"."""
    async with jalon(tmp_path, telegram, ana):
        await at(ana, "Couleur")
        version = ana.run("kinds").version
    async with jalon(tmp_path, telegram, ana, luc, other=[_edited()]):
        await ana.tell("/reprendre")
        assert "Quelle couleur préférez-vous ?" in ana.last()
        assert "Vert" not in ana.labels()
        await ana.tap("Bleu foncé", "Repos")
        assert ana.results("kinds") == {"which": "colour", "colour": "dark_blue", "after": "rest"}
        assert ana.run("kinds").version == version
        await at(luc, "Couleur")
        assert "Quelle teinte aimez-vous ?" in luc.last()
        await luc.tap("Vert")
        assert luc.run("kinds").version != version


def _edited() -> Pack:
    """The pack with another question and another choice, put before the ones there were."""
    [pack] = packs("kinds")
    table = pack.model_dump(by_alias=True, exclude_unset=True)
    colour = next(step for step in table["steps"] if step["id"] == "colour")
    colour["text"] = {"fr": "Quelle teinte aimez-vous ?", "en": "Which tint do you like?"}
    colour["choices"] = [{"id": "green", "label": {"fr": "Vert", "en": "Green"}}, *colour["choices"]]
    return Pack.model_validate(table)


# ---------------------------------------------------------------------------------------------------------------- limits
async def test_buttons_are_measured_in_bytes(nadia: Guest) -> None:
    """ "Buttons cut: the limit is 64 bytes, accents count double"."""
    seen: list[dict[str, Any]] = []
    await at(nadia, "Saisons")
    for gesture in (lambda: nadia.tap("Été", "Hiver"), lambda: nadia.tell("/menu"), lambda: nadia.tell("/reponses")):
        await gesture()
        seen += nadia.messages
    buttons = [b for m in seen for row in m.get("reply_markup", {}).get("inline_keyboard", []) for b in row]
    assert len(buttons) > 10
    assert max(len(button["callback_data"].encode()) for button in buttons) <= 64
    assert "1. Été" in [button["text"] for button in buttons]


async def test_the_day_is_the_persons_own(home: House, nadia: Guest) -> None:
    """ "Times shifted across zones and summer time": half past midnight in Paris is still yesterday in UTC."""
    night = datetime.now(UTC).replace(hour=22, minute=30) + timedelta(days=1)
    home.clock.forward(seconds=(night - home.clock.now()).total_seconds() + (3600 if _winter(night) else 0))
    await at(nadia, "Date")
    await nadia.tell("aujourd'hui")
    day = home.clock.now().astimezone(ZoneInfo("Europe/Paris")).date()
    assert day != home.clock.now().date()
    assert nadia.results("kinds")["day"] == day.isoformat()
    assert nadia.run("kinds").answers["day"].at.tzinfo is not None


def _winter(moment: datetime) -> bool:
    return moment.astimezone(ZoneInfo("Europe/Paris")).utcoffset() == timedelta(hours=1)


async def test_a_button_of_another_time_changes_nothing(nadia: Guest) -> None:
    """ "A second or stale press changes nothing and answers with a short notice"."""
    await nadia.come()
    card = nadia.asked()
    await nadia.tap(BEGIN, "Couleur")
    question = nadia.asked()
    await nadia.tap("Rouge", "Repos")
    assert await nadia.tap_on(question, "Bleu clair") in (STALE, ENDED)
    assert await nadia.tap_on(card, BEGIN) == ENDED
    assert labels_of(nadia.message("Quelle couleur")) == []
    assert nadia.results("kinds") == {"which": "colour", "colour": "red", "after": "rest"}
