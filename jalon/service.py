"""The bot as a service: polling, delivery and upkeep in one event loop, stopped cleanly."""

import asyncio
import contextlib
import logging
import os
import signal
import socket
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from telegram import Bot, BotCommand
from telegram.error import InvalidToken, TelegramError

from bot import words
from bot.commands import menu_of
from bot.delivery import Delivery
from bot.house import House
from bot.library import Library
from bot.parking import retry_parked
from bot.poller import pause as wait_a_little
from bot.poller import said_of
from bot.quiet import Quiet
from bot.turn import take_turn
from flows.phrases import LANGUAGES
from jalon.receiving import Address, announce, receive
from jalon.settings import Settings
from jalon.wiring import Stores
from jalon.words import NotReady
from storage.bots import keep_username
from storage.inbox import prune
from storage.leases import release
from storage.outbox import prune_strangers
from storage.pace import prune_pace
from storage.records import beat

log = logging.getLogger(__name__)

BEAT = timedelta(seconds=30)  # between signs of life
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
    address = settings.webhook
    await _connect(bot, address, stopping)
    if stopping.is_set():
        return
    ready()
    house = House(stores.database, stores.vault, library, bot.id, settings.entrance, settings.time_zone)
    await asyncio.to_thread(_prepare, house, bot.username)
    worker = f"{socket.gethostname()}:{os.getpid()}"
    delivery = Delivery(stores.database, stores.vault, bot, worker, settings.limits)
    receiving = receive(bot, address, lambda updates: take_turn(house, updates), delivery.wake.set, stopping)
    parts = [receiving, delivery.run(stopping), _live(stores, stopping)]
    tasks = [asyncio.ensure_future(part) for part in parts]
    await _until_one_ends(tasks, stopping)


def _prepare(house: House, name: str) -> None:
    with house.database.write() as session:
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


async def _live(stores: Stores, stopping: asyncio.Event) -> None:
    """Says at intervals that the bot lives, and forgets old notes."""

    def upkeep() -> None:
        with stores.database.write() as session:
            now = stores.database.now()
            beat(session, "bot", now)
            prune(session, now)
            prune_strangers(session, now)
            prune_pace(session, now)

    while not stopping.is_set():
        try:
            await asyncio.to_thread(upkeep)
        except Exception as error:  # the database may be away; the next round tells
            log.error("no sign of life could be written: %s", type(error).__name__)
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(stopping.wait(), BEAT.total_seconds())


def stop_on_signals(stopping: asyncio.Event) -> None:
    """Ctrl-C and SIGTERM finish the turn in hand; a second Ctrl-C ends at once."""
    loop = asyncio.get_running_loop()

    def stop() -> None:
        if stopping.is_set():
            raise SystemExit(0)
        stopping.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop)
