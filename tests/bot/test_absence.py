"""Telegram forgets a press after 150 s: after a longer absence, who may have pressed is shown the open question once more."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from bot.absence import ask_again, note_receiving
from bot.house import House as Rooms
from jalon.settings import SIMULATED_TOKEN, Settings
from simulator.app import Simulator
from storage.absence import RECEIVING
from storage.outbox import UNASKED
from storage.records import heartbeats
from storage.tables import Absence, table
from tests.bot.conversing import BEGIN, STOP_YES, Guest, outbox_of, said
from tests.bot.logged import lines
from tests.bot.shelf import shelf
from tests.bot.test_webhook import SECRET, free_port, listening
from tests.harness import SIMULATED_BOT_ID, House, ShiftedClock, open_stores, serving, settings_for
from tests.jalon.test_parked import data_key
from tests.storage.conftest import abandoned

QUESTION = "Participez-vous ?"
AGREE = "Je participe"
ABSENT = said("absent")


class Place:
    """Telegram, which goes on, and a Jalon that stops and starts; both have the same time."""

    def __init__(self, telegram: Simulator, folder: Path) -> None:
        self.telegram, self.folder, self.clock = telegram, folder, ShiftedClock()
        self.settings = settings_for(folder)
        self.shelf = shelf("hello", "kinds")

    def passes(self, seconds: float) -> None:
        self.clock.forward(seconds=seconds)
        self.telegram.server.clock.advance(seconds)

    @asynccontextmanager
    async def life(self, *guests: Guest, settings: Settings | None = None) -> AsyncIterator[House]:
        """Jalon runs, has handled what waited for it, and knows whether it was absent."""
        began = self.clock.now()
        async with serving(settings or self.settings, self.telegram, self.clock, self.shelf) as home:
            for guest in guests:
                guest.house = home
            await until(lambda: signs(home).get(RECEIVING, began) > began)
            await seen_to(home, *guests)
            yield home

    async def entered(self, *guests: Guest) -> None:
        """One life in which they come, as far as the first question."""
        async with self.life(*guests):
            for guest in guests:
                await guest.come()
                await guest.tap(BEGIN)


def signs(home: House) -> dict[str, datetime]:
    with home.stores.database.read() as session:
        return heartbeats(session)


def absences(home: House) -> list[datetime]:
    """Those that are not over because nobody is due yet, or because somebody is still to be shown a question."""
    with home.stores.database.read() as session:
        return list(session.execute(select(table(Absence).c.due)).scalars())


async def until(holds: Callable[[], Any]) -> None:
    async with asyncio.timeout(30):
        while True:
            if await asyncio.to_thread(holds):
                return
            await asyncio.sleep(0.01)


async def seen_to(home: House, *guests: Guest) -> None:
    """Until nobody is left to be shown a question now, and all has arrived."""
    await until(lambda: all(due > home.clock.now() for due in absences(home)))
    for guest in guests:
        await guest.quiet()


@pytest.fixture
async def place(tmp_path: Path) -> AsyncIterator[Place]:
    async with Simulator(tmp_path / "simulator.db", tokens=[SIMULATED_TOKEN]) as telegram:
        yield Place(telegram, tmp_path)


@pytest.fixture
async def nadia(place: Place) -> AsyncIterator[Guest]:
    async with Guest(place.telegram) as guest:
        yield guest


@pytest.fixture
async def karim(place: Place) -> AsyncIterator[Guest]:
    async with Guest(place.telegram, "Karim") as guest:
        yield guest


def told(guest: Guest) -> int:
    """How often the absence was spoken of."""
    return sum(said.line.text.startswith(ABSENT) for said in guest.transcript())


async def test_a_press_that_telegram_forgot_is_asked_for_once_more(place: Place, nadia: Guest) -> None:
    await place.entered(nadia)
    await nadia.press(AGREE)
    place.passes(200)
    async with place.life(nadia):
        assert nadia.texts()[-1].startswith(f"{ABSENT} {said('here_it_is')}")
        assert QUESTION in nadia.texts()[-1]
        assert nadia.live(AGREE) == 1, "the earlier showing has lost its buttons"
        assert [row.priority for row in outbox_of(nadia.house, nadia.id)][-2:] == [UNASKED] * 2, (
            "after people's replies"
        )
        await nadia.tap(AGREE)
        assert nadia.facts() == ["consented"]
    for _ in range(2):
        async with place.life(nadia):
            assert told(nadia) == 1, "quick restarts ask nothing again"


async def test_a_short_absence_loses_no_press_and_repeats_nothing(place: Place, nadia: Guest) -> None:
    await place.entered(nadia)
    await nadia.press(AGREE)
    place.passes(100)
    async with place.life(nadia):
        assert nadia.facts() == ["consented"]
        assert told(nadia) == 0


async def test_who_wrote_meanwhile_gets_the_next_question_only(place: Place, nadia: Guest, karim: Guest) -> None:
    """What was written is kept by Telegram for a day, and handled first; any other words get their own answer."""
    await place.entered(nadia, karim)
    await nadia.say(AGREE)
    await karim.say("/aide")
    place.passes(3600)
    async with place.life(nadia, karim):
        assert nadia.facts() == ["consented"]
        assert told(nadia) == told(karim) == 0


async def test_who_said_nothing_for_two_days_is_left_alone(place: Place, nadia: Guest, karim: Guest) -> None:
    await place.entered(karim)
    place.passes(2 * 24 * 3600)
    async with place.life(nadia, karim):
        assert told(karim) == 1, "it was absent for long"
        await nadia.come()
        await nadia.tap(BEGIN)
    place.passes(200)
    async with place.life(nadia, karim):
        assert (told(nadia), told(karim)) == (1, 1)


async def test_who_has_no_question_open_is_left_alone(place: Place, nadia: Guest, karim: Guest) -> None:
    async with place.life(nadia, karim):
        for guest in (nadia, karim):
            await guest.come()
            await guest.tap(BEGIN, AGREE, BEGIN)
        await nadia.tap(said("button_pause_here"))
        await karim.tell("/arreter")
        await karim.tap(STOP_YES)
    place.passes(200)
    async with place.life(nadia, karim):
        assert told(nadia) == told(karim) == 0


async def test_a_yes_to_stopping_is_asked_for_once_more(place: Place, nadia: Guest) -> None:
    async with place.life(nadia):
        await nadia.come()
        await nadia.tap(BEGIN, AGREE, BEGIN)
        await nadia.tell("/arreter")
    await nadia.press(STOP_YES)
    place.passes(200)
    async with place.life(nadia):
        assert nadia.texts()[-1] == f"{ABSENT}\n\n{said('stop_ask')}"
        await nadia.tap(STOP_YES)
        assert nadia.row.stopped_at is not None


async def test_no_question_comes_between_a_person_and_the_help(place: Place, nadia: Guest) -> None:
    async with place.life(nadia):
        await nadia.come()
        await nadia.tap(BEGIN, AGREE, BEGIN)
        await nadia.tell("j'ai envie de mourir")
    place.passes(200)
    async with place.life(nadia):
        assert told(nadia) == 0


async def test_a_question_that_had_not_arrived_comes_once(place: Place, nadia: Guest) -> None:
    """It could not be pressed: it is still on its way, and needs no repeating."""
    async with place.life(nadia) as home:
        await nadia.come()
        await nadia._ask("POST", "/faults", {"action": "status", "method": "sendMessage"})
        await nadia.press(BEGIN)
        await until(lambda: home.records_of(nadia))
    await nadia._ask("DELETE", "/faults")
    place.passes(200)
    async with place.life(nadia):
        assert sum(QUESTION in text for text in nadia.texts()) == 1
        assert told(nadia) == 0


async def test_telegram_out_of_reach_is_an_absence_too(place: Place, nadia: Guest) -> None:
    async with place.life(nadia) as home:
        await nadia.come()
        await nadia.tap(BEGIN)
        place.clock.forward(hours=1)
        for seconds, times in ((100, 0), (200, 1)):
            with lines("bot.poller") as log:
                await nadia._ask("POST", "/outage", {"on": True})
                await nadia.press(AGREE) if times else await nadia.say("/aide")
                await log.until("Telegram cannot be reached")
                place.passes(seconds)
                await nadia._ask("POST", "/outage", {"on": False})
                await log.until("Telegram answers again")
            began = place.clock.now()
            await until(lambda: signs(home)[RECEIVING] > began)  # noqa: B023
            await seen_to(home, nadia)
            assert told(nadia) == times


async def test_a_clock_that_jumps_while_updates_are_received_asks_nobody(place: Place, nadia: Guest) -> None:
    async with place.life(nadia) as home:
        await nadia.come()
        await nadia.tap(BEGIN)
        for jump in (1, -2):
            place.clock.forward(hours=jump)
            await nadia.tap(said("button_why"))
            assert absences(home) == []
    place.clock.forward(hours=-1)
    async with place.life(nadia):
        assert told(nadia) <= 1, "a clock set back hides how long it was"
        await nadia.tap(AGREE)
        assert nadia.facts() == ["consented"]


async def test_with_a_webhook_once_telegram_has_brought_what_it_kept(place: Place, nadia: Guest, karim: Guest) -> None:
    listen = f"127.0.0.1:{free_port()}"
    hook = {"webhook_url": f"http://{listen}/telegram", "webhook_listen": listen, "webhook_secret": SECRET}
    place.settings = settings_for(place.folder, telegram_mode="webhook", **hook)
    await place.entered(nadia, karim)
    await nadia.press(AGREE)
    await karim.say(AGREE)
    place.passes(200)
    for times in (0, 0, 1, 1):
        async with place.life(nadia, karim) as home:
            await listening(home)
            assert (told(nadia), told(karim)) == (times, 0)
            await nadia.quiet()
        place.passes(90)
    assert QUESTION in nadia.texts()[-1]


async def test_a_crash_forgets_and_repeats_nothing(place: Place, nadia: Guest) -> None:
    await place.entered(nadia)
    place.passes(200)
    stores = open_stores(place.settings, place.clock)
    rooms = Rooms(stores.database, stores.vault, place.shelf, SIMULATED_BOT_ID, place.settings.entrance, "Europe/Paris")
    with stores.database.write() as session:
        note_receiving(session, SIMULATED_BOT_ID, place.clock.now())
    with abandoned(stores.database) as session:
        ask_again(rooms, session, place.clock.now())
    stores.database.close()
    async with place.life(nadia):
        assert told(nadia) == 1


async def test_one_whose_key_is_damaged_keeps_nobody_waiting(place: Place, nadia: Guest, karim: Guest) -> None:
    async with place.life(nadia, karim) as home:
        for guest in (nadia, karim):
            await guest.come()
            await guest.tap(BEGIN)
        data_key(home, nadia, b"\x01\x00")
    place.passes(200)
    with lines("bot.absence") as log:
        async with place.life(nadia, karim) as home:
            assert told(karim) == 1
            assert str(home.dossier_of(nadia)) in await log.until("is not shown again")
            assert nadia.texts()[-1].startswith("Premier pas")
