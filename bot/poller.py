"""Long polling: the offset moves only after the commit, so that what Telegram has handed over is never only in memory."""

import asyncio
import logging
import time
from collections.abc import Callable, Sequence
from datetime import timedelta

from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.gathering import MOST
from bot.incoming import ALLOWED, RawUpdate
from bot.quiet import Quiet
from storage.absence import EVERY

log = logging.getLogger(__name__)

LONG = 25  # seconds Telegram holds an empty answer
READ = 10  # seconds more before the line is taken for dead
METHOD = "getupdates"  # in lower case: the library warns where it has a method of the same name, which parses
PAUSE = 2.0  # seconds after a failure of the network or of the database
TAKEN = "another process uses this token: Telegram gives updates to one of them only; stop the other one"
REVOKED = (
    "the token is no longer accepted by Telegram: ask BotFather for the new one (/mybots, API Token), "
    "put it into TELEGRAM_BOT_TOKEN and start Jalon again"
)


class Poller:
    """Fetches updates and has them handled by `turn`, one batch at a time."""

    def __init__(
        self,
        bot: Bot,
        turn: Callable[[Sequence[RawUpdate]], None],
        after: Callable[[], None],
        here: Callable[[bool], None],
        every: timedelta = EVERY,
    ) -> None:
        """`turn` commits a batch or raises; it runs off the event loop. `after` is called once it has committed.

        `here` is called when nothing is left at Telegram, at most `every` so often, off the event loop: whether updates
        have been received without a break since the last time.
        """
        self.bot, self.turn, self.after = bot, turn, after
        self.here, self.every = here, every.total_seconds()
        self.offset: int | None = None
        self._unbroken = False
        self._sign_due = 0.0  # by the clock of this process
        self._line, self._turns = Quiet(log), Quiet(log)

    async def run(self, stopping: asyncio.Event) -> None:
        """Polls until `stopping` is set; the turn in hand is finished, the offset confirmed on the next start."""
        self._unbroken = False
        while not stopping.is_set():
            fetching = asyncio.ensure_future(self._fetch())
            stop = asyncio.ensure_future(stopping.wait())
            await asyncio.wait([fetching, stop], return_when=asyncio.FIRST_COMPLETED)
            stop.cancel()
            if not fetching.done():
                fetching.cancel()
                break
            if not await self._take(fetching.result()):
                await pause(stopping)

    async def _fetch(self) -> Sequence[RawUpdate] | None:
        """Raw updates: one that the library cannot read must not hide the others, nor be logged."""
        try:
            wait = LONG if self._unbroken else 0  # what came meanwhile comes at once, or nothing did
            wish = {"timeout": wait, "allowed_updates": ALLOWED} | ({"offset": self.offset} if self.offset else {})
            updates: list[RawUpdate] = await self.bot.do_api_request(METHOD, wish, read_timeout=LONG + READ)
        except TelegramError as error:
            self._line.again(*said_of(error), time.monotonic())
            return None
        self._line.over("Telegram answers again", time.monotonic())
        return updates

    async def _take(self, updates: Sequence[RawUpdate] | None) -> bool:
        """False when there is reason to pause."""
        if updates is None:
            self._unbroken = False
            return False
        try:
            if updates:
                await self._turn(updates)
            if len(updates) < MOST:
                await self._sign()
        except Exception as error:  # what is not committed stays at Telegram, and is handed over again
            self._unbroken = False
            self._turns.again(logging.ERROR, f"a turn was not committed: {type(error).__name__}", time.monotonic())
            return False
        self._turns.over("turns are committed again", time.monotonic())
        return True

    async def _turn(self, updates: Sequence[RawUpdate]) -> None:
        await asyncio.to_thread(self.turn, updates)
        self.offset = updates[-1]["update_id"] + 1
        self.after()

    async def _sign(self) -> None:
        """Nothing is left at Telegram: what came during a break has been handled."""
        if self._unbroken and time.monotonic() < self._sign_due:
            return
        await asyncio.to_thread(self.here, self._unbroken)
        self._unbroken, self._sign_due = True, time.monotonic() + self.every


def said_of(error: TelegramError) -> tuple[int, str]:
    """How grave it is that Telegram did not answer as awaited, and the words for the log."""
    match error:
        case Conflict():
            return logging.ERROR, TAKEN
        case InvalidToken() | EndPointNotFound():
            return logging.ERROR, REVOKED
        case RetryAfter():
            return logging.WARNING, "Telegram asks to wait"
        case _:
            return logging.WARNING, f"Telegram cannot be reached ({type(error).__name__})"


async def pause(stopping: asyncio.Event) -> None:
    """Waits a little, unless it is time to stop."""
    try:
        await asyncio.wait_for(stopping.wait(), PAUSE)
    except TimeoutError:
        return
