"""Long polling: the offset moves only after the commit, so that what Telegram has handed over is never only in memory."""

import asyncio
import logging
from collections.abc import Callable, Sequence

from telegram import Bot
from telegram.error import Conflict, EndPointNotFound, InvalidToken, RetryAfter, TelegramError

from bot.incoming import ALLOWED, RawUpdate

log = logging.getLogger(__name__)

LONG = 25  # seconds Telegram holds an empty answer
READ = 10  # seconds more before the line is taken for dead
METHOD = "getupdates"  # in lower case: the library warns where it has a method of the same name, which parses
PAUSE = 2.0  # seconds after a failure of the network or of the database


class Poller:
    """Fetches updates and has them handled by `turn`, one batch at a time."""

    def __init__(self, bot: Bot, turn: Callable[[Sequence[RawUpdate]], None], after: Callable[[], None]) -> None:
        """`turn` commits a batch or raises; it runs off the event loop. `after` is called once it has committed."""
        self.bot, self.turn, self.after = bot, turn, after
        self.offset: int | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Polls until `stopping` is set; the turn in hand is finished, the offset confirmed on the next start."""
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
            wish = {"timeout": LONG, "allowed_updates": ALLOWED} | ({"offset": self.offset} if self.offset else {})
            updates: list[RawUpdate] = await self.bot.do_api_request(METHOD, wish, read_timeout=LONG + READ)
            return updates
        except Conflict:
            log.error("another process uses this token: Telegram gives updates to one of them only; stop the other one")
        except (InvalidToken, EndPointNotFound):
            log.error("the token is no longer accepted by Telegram: look at BotFather whether it was revoked")
        except RetryAfter as error:
            log.warning("Telegram asks to wait: %s", error.message)
        except TelegramError as error:
            log.warning("Telegram cannot be reached: %s", type(error).__name__)
        return None

    async def _take(self, updates: Sequence[RawUpdate] | None) -> bool:
        """False when there is reason to pause."""
        if updates is None:
            return False
        if not updates:
            return True
        try:
            await asyncio.to_thread(self.turn, updates)
        except Exception as error:  # nothing was committed: the offset stays, Telegram will hand them over again
            log.error("a turn was not committed: %s", type(error).__name__)
            return False
        self.offset = updates[-1]["update_id"] + 1
        self.after()
        return True


async def pause(stopping: asyncio.Event) -> None:
    """Waits a little, unless it is time to stop."""
    try:
        await asyncio.wait_for(stopping.wait(), PAUSE)
    except TimeoutError:
        return
