"""Delivery: rows of the outbox become calls of the Bot API, in order per chat, and each row gets its outcome.

A round is one transaction: it writes what became of the calls that came back, and claims what may leave now. Calls are
under way between the rounds, so that a slow answer holds up its own chat and nobody else.
"""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy.orm import Session
from telegram import Bot

from bot.calls import Outcome, call
from bot.displayed import Displayed
from bot.quiet import Quiet
from bot.verdicts import Verdict, pause
from storage import pace
from storage.claims import NO_MESSAGE, Claimed, alone, claim, next_due
from storage.database import Database
from storage.leases import EVERY, reclaim
from storage.outbox import Ended, Settled, settle
from storage.pace import Limits
from storage.people import mark_unreachable
from storage.vault import Vault

log = logging.getLogger(__name__)

IDLE = 1.0  # seconds between looks when nothing is known to come: 0.6 % of a core (docs/decisions/0003)
TOGETHER = 0.004  # seconds in which calls that come back are waited for by those before them: one commit serves many
SHORTEST = 0.02  # seconds between looks when something is about to come
SOON = 0.1  # seconds until the look after one that sent something
CALM = 10.0  # seconds without a failure after which the line to Telegram is said to be well
IN_FLIGHT = 64  # calls under way at once: Telegram's 30 a second, each answered within two
STATES: Final[dict[Verdict, Settled]] = {
    "sent": "sent",
    "anew": "sent",
    "later": "queued",
    "unknown": "unknown",
    "dropped": "dropped",
    "refused": "refused",
    "unreachable": "refused",
}


class Delivery:
    """The worker that empties the outbox. `wake` it when a turn has committed; it looks by itself every second anyway."""

    def __init__(
        self,
        database: Database,
        vault: Vault,
        bot: Bot,
        worker: str,
        limits: Limits,
        chance: Callable[[], float] = random.random,
    ) -> None:
        """`chance`: a number from 0 to 1, so that those who were cut off together do not come back together."""
        self.database, self.vault, self.bot = database, vault, bot
        self.worker, self.limits, self.chance = worker, limits, chance
        self.displayed = Displayed()
        self.flying: set[asyncio.Task[None]] = set()
        self.wake = asyncio.Event()
        self._reclaimed = datetime.min.replace(tzinfo=UTC)
        self._landed: list[tuple[Claimed, Outcome]] = []
        self._trouble, self._line = Quiet(log), Quiet(log, CALM)

    async def run(self, stopping: asyncio.Event) -> None:
        """Delivers until `stopping` is set, then ends with the calls in hand."""
        try:
            while not stopping.is_set():
                await self._rest(await self._try_round(), stopping)
                if self.flying:
                    await asyncio.sleep(TOGETHER)
            await self.land()
            await asyncio.to_thread(self._settle)
        finally:
            for task in self.flying:
                task.cancel()

    async def round(self) -> float:
        """Writes what came back, claims what may leave, sets it off. Says for how many seconds nothing is to be expected.

        Outcomes that a locked or full database refused are written before anything else is sent.
        """
        self.wake.clear()
        rows, seconds = await asyncio.to_thread(self._exchange)
        for row in rows:
            task = asyncio.ensure_future(self._fly(row))
            self.flying.add(task)
            task.add_done_callback(self.flying.discard)
        return seconds

    async def land(self) -> None:
        """Until the calls under way have come back."""
        if self.flying:
            await asyncio.wait(self.flying)

    async def _try_round(self) -> float:
        try:
            seconds = await self.round()
        except Exception as error:  # the database may be away for a while: the rows are safe, we come back
            self._trouble.again(logging.ERROR, f"delivery stumbled: {type(error).__name__}", time.monotonic())
            return IDLE
        self._trouble.over("delivery goes on", time.monotonic())
        return seconds

    async def _rest(self, seconds: float, stopping: asyncio.Event) -> None:
        waiting = [asyncio.ensure_future(event.wait()) for event in (self.wake, stopping)]
        await asyncio.wait(waiting, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
        for future in waiting:
            future.cancel()

    async def _fly(self, row: Claimed) -> None:
        try:
            outcome = await self._call(row)
        except Exception as error:  # a fault of ours: the others fly on, and this row is tried a few times more
            log.error("a %s failed: %s", row.kind, type(error).__name__)
            outcome = Outcome("unknown", error=type(error).__name__)
        self._tell(outcome)
        self._landed.append((row, outcome))
        self.wake.set()

    def _tell(self, outcome: Outcome) -> None:
        """A storm of failures is one line in the log: most of them mend themselves."""
        if STATES[outcome.verdict] in ("queued", "unknown"):
            kind = outcome.error.partition(":")[0]
            self._line.again(logging.WARNING, f"messages are tried again: {kind}", time.monotonic())
        else:
            self._line.over("messages leave at the first try again", time.monotonic())

    async def _call(self, row: Claimed) -> Outcome:
        if self.database.is_sqlite and (same := self.displayed.already(row)) is not None:
            return Outcome("sent", same)
        outcome = await call(self.bot, row)
        if outcome.verdict == "sent" and outcome.message_id is not None:
            self.displayed.note(row, outcome.message_id)
        else:
            self.displayed.forget(row)
        return outcome

    # ---------------------------------------------------------------------------------------- off the event loop
    def _exchange(self) -> tuple[list[Claimed], float]:
        free = IN_FLIGHT - len(self.flying)
        with self._settling() as (session, now):
            if not timedelta() <= now - self._reclaimed < EVERY:
                reclaim(session, self.bot.id, now)
                self._reclaimed = now
            rows = claim(session, self.vault, self.bot.id, self.worker, now, self.limits, free) if free else []
            return rows, self._rest_after(session, now, rows, free)

    def _rest_after(self, session: Session, now: datetime, rows: list[Claimed], free: int) -> float:
        """When nothing is said before: the calls that come back wake the worker, mostly within `SOON`."""
        if len(rows) == free:
            return IDLE
        if rows:
            return SOON
        due = next_due(session, self.bot.id, now, self.limits)
        return IDLE if due is None else min(IDLE, max(SHORTEST, (due - now).total_seconds()))

    def _settle(self) -> None:
        with self._settling():
            pass

    @contextlib.contextmanager
    def _settling(self) -> Iterator[tuple[Session, datetime]]:
        """A unit of work that begins with the outcomes; they are forgotten once it has committed."""
        landed = list(self._landed)
        with self.database.write() as session:
            alone(session, self.bot.id)
            now = self.database.now()
            settle(session, self.worker, [self._ended(row, outcome, now) for row, outcome in landed])
            for row, outcome in landed:
                self._note(session, row, outcome, now)
            yield session, now
        del self._landed[: len(landed)]

    def _ended(self, row: Claimed, outcome: Outcome, now: datetime) -> Ended:
        state, wait = STATES[outcome.verdict], timedelta()
        if state in ("queued", "unknown"):
            wait = outcome.asked or pause(row.attempts, self.chance())
        return Ended(row.id, state, now + wait, outcome.message_id, outcome.error or None)

    def _note(self, session: Session, row: Claimed, outcome: Outcome, now: datetime) -> None:
        """What an outcome says beyond its row: about the chat's pace, or about the person."""
        if outcome.asked and row.kind not in NO_MESSAGE:
            pace.told_to_wait(session, row.bot_id, row.chat_id, now, outcome.asked, self.limits)
        if STATES[outcome.verdict] == "refused":
            log.warning("a %s was refused: %s", row.kind, outcome.error)
        if outcome.verdict == "unreachable" and row.owner:
            mark_unreachable(session, row.owner, row.bot_id, row.chat_id, outcome.error, now)
