"""The bot as a service: receiving, delivery and what its leader does in one event loop, stopped cleanly."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Coroutine, Sequence
from functools import partial
from secrets import token_hex

from telegram import Bot, BotCommand
from telegram.error import InvalidToken, TelegramError

from bot import words
from bot.absence import ask_again, note_receiving
from bot.commands import menu_of
from bot.delivery import Delivery
from bot.gathering import Gathering
from bot.house import House
from bot.incoming import RawUpdate
from bot.library import Library
from bot.parking import retry_parked
from bot.poller import Poller, said_of
from bot.poller import pause as wait_a_little
from bot.quiet import Quiet
from bot.turn import take_turn
from flows.phrases import LANGUAGES
from jalon.leading import LOOK, Duty, Leading
from jalon.receiving import Address, announce, listen
from jalon.settings import Settings
from jalon.wiring import Stores
from jalon.words import NotReady
from storage.absence import EVERY, LONG
from storage.bots import keep_username
from storage.inbox import prune
from storage.leases import release
from storage.sql import hold_locks, lock_number

log = logging.getLogger(__name__)

GRACE = 10.0  # seconds for the turn and the calls in hand when stopping


async def serve(
    settings: Settings,
    stores: Stores,
    library: Library,
    bot: Bot,
    stopping: asyncio.Event,
    ready: Callable[[], None] = lambda: None,
) -> None:
    """Runs the bot until `stopping` is set. `ready` is called once Telegram has answered.

    Raises `NotReady` when Telegram refuses the token.
    """
    await _connect(bot, settings.webhook, stopping)
    if stopping.is_set():
        return
    ready()
    house = House(stores.database, stores.vault, library, bot.id, settings.entrance, settings.time_zone)
    await asyncio.to_thread(_prepare, house, bot.username)
    await _until_one_ends([asyncio.ensure_future(part) for part in _parts(house, settings, bot, stopping)], stopping)


def _parts(house: House, settings: Settings, bot: Bot, stopping: asyncio.Event) -> list[Coroutine[None, None, None]]:
    """Every worker delivers, and opens its door where Telegram brings the updates; who leads asks for them otherwise."""
    worker = f"{socket.gethostname()}:{os.getpid()}:{token_hex(3)}"  # containers may share a host's name and their pids
    delivery = Delivery(house.database, house.vault, bot, worker, settings.limits)

    def turn(updates: Sequence[RawUpdate]) -> None:
        take_turn(house, updates)

    def here(unbroken: bool) -> None:
        with house.database.write() as session:
            note_receiving(session, house.bot_id, house.database.now(), unbroken=unbroken)

    shown_again = Duty(LOOK, lambda session, _, now: ask_again(house, session, now))
    parts = [delivery.run(stopping)]
    if settings.webhook is None:
        polling = Poller(bot, turn, delivery.wake.set, here).run
        parts.append(Leading(house.database, bot.id, worker, polling, [shown_again]).run(stopping))
    else:  # Telegram does not say when it has brought all: it tries again within two minutes
        sign = Duty(EVERY.total_seconds(), partial(note_receiving, wait=LONG))
        parts.append(Leading(house.database, bot.id, worker, None, [sign, shown_again]).run(stopping))
        parts.append(listen(settings.webhook, Gathering(turn, delivery.wake.set), stopping))
    return parts


def _prepare(house: House, name: str) -> None:
    with house.database.write() as session:
        hold_locks(session, [lock_number("start")])  # workers that start together take turns
        now = house.database.now()
        keep_username(session, house.bot_id, name)
        house.library.store(session, now)
        prune(session, now)
        if house.database.is_sqlite:
            release(session, house.bot_id, now)
    handled, left = retry_parked(house, unasked=True)
    if handled or left:
        log.warning("updates put aside earlier: %d handled now, %d left; see `jalon inbox`", handled, left)


async def _until_one_ends(tasks: Sequence[asyncio.Future[None]], stopping: asyncio.Event) -> None:
    """All parts live together: if one dies, the others stop cleanly and the reason is raised."""
    await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    stopping.set()
    _, late = await asyncio.wait(tasks, timeout=GRACE)
    for task in late:
        task.cancel()
    for task in tasks:
        with contextlib.suppress(asyncio.CancelledError):
            await task


async def _connect(bot: Bot, address: Address | None, stopping: asyncio.Event) -> None:
    """Greets Telegram, again and again until it answers: a bot that starts before its network is up must not die."""
    line = Quiet(log)
    while not stopping.is_set():
        try:
            await bot.initialize()
            await announce(bot, address)
            await _introduce(bot)
        except InvalidToken:
            raise NotReady("token_refused") from None
        except TelegramError as error:
            line.again(*said_of(error), time.monotonic())
            await wait_a_little(stopping)
        else:
            line.over("Telegram answers", time.monotonic())
            return


async def _introduce(bot: Bot) -> None:
    """The command menu and the description, in both languages; the first language also for everybody else."""
    for language in LANGUAGES:
        menu = [BotCommand(name, does) for name, does in menu_of(language)]
        for code in [language] if language != LANGUAGES[0] else [language, None]:
            await bot.set_my_commands(menu, language_code=code)
            await bot.set_my_description(words.say("description", language), language_code=code)


def stop_on_signals(stopping: asyncio.Event) -> None:
    """Ctrl-C and SIGTERM finish the turn in hand; a second Ctrl-C ends at once."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopping.is_set():
            raise SystemExit(0)
        log.debug("told to stop: the turn and the calls in hand are finished first")
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
