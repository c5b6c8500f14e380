"""What one worker does for all: the duties that come round, and polling. Whoever leads does it; another takes over."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from bot.quiet import Quiet
from jalon.steady import Steady
from storage.database import Database
from storage.inbox import prune
from storage.leader import Presence
from storage.leases import reclaim_absent
from storage.outbox import prune_strangers
from storage.pace import prune_pace
from storage.records import beat

log = logging.getLogger(__name__)

LOOK = 1.0  # seconds between looks at who leads
Part = Callable[[asyncio.Event], Awaitable[object]]


def _live(session: Session, bot_id: int, now: datetime) -> None:
    """Says that the bot lives, and forgets old notes."""
    beat(session, "bot", now)
    prune(session, now)
    prune_strangers(session, now)
    prune_pace(session, now)


@dataclass(slots=True)
class Duty:
    """Something to be done each so many seconds, in a unit of work of its own."""

    every: float
    do: Callable[[Session, int, datetime], None]
    due: float = field(default=0.0)  # by the clock of this process


class Leading:
    """Looks each second whether this worker leads. While it does, its duties are done and `part` runs."""

    def __init__(
        self, database: Database, bot_id: int, worker: str, part: Part | None = None, duties: Sequence[Duty] = ()
    ) -> None:
        """`duties`: beside those of every house. `part` runs until the event it is given is set, which also tells it to stop."""
        self.database, self.bot_id, self.worker, self.part = database, bot_id, worker, part
        self.presence = Presence(database, worker)
        self._leads = False
        self._duties = [Duty(30.0, _live), Duty(LOOK, reclaim_absent), *duties]
        self._trouble, self._clock = Quiet(log), Steady()
        self._end = asyncio.Event()
        self._running: asyncio.Future[object] | None = None

    async def run(self, stopping: asyncio.Event) -> None:
        """Until `stopping` is set; then another worker may lead at once."""
        stop: asyncio.Future[object] = asyncio.ensure_future(stopping.wait())
        try:
            while not stopping.is_set():
                await self._become(await asyncio.to_thread(self._look))
                parts = [part for part in (stop, self._running) if part is not None]
                await asyncio.wait(parts, timeout=LOOK, return_when=asyncio.FIRST_COMPLETED)
                if self._running is not None and self._running.done():
                    break  # it raises below what it died of
        finally:
            stop.cancel()
            await self._become(False)
            await asyncio.to_thread(self.presence.leave)

    async def _become(self, leads: bool) -> None:
        if leads == self._leads:
            return
        self._leads = leads
        if not self.database.is_sqlite:
            log.info("%s %s", self.worker, "leads" if leads else "does not lead any more")
        if leads and self.part is not None:
            self._end.clear()
            self._running = asyncio.ensure_future(self.part(self._end))
        elif self._running is not None:
            running, self._running = self._running, None
            self._end.set()
            await running

    # ---------------------------------------------------------------------------------------- off the event loop
    def _look(self) -> bool:
        """Whether this worker leads; what is due is done. The database may be away: the next look tells."""
        try:
            leads = self.presence.leads()
        except Exception as error:
            self._trouble.again(logging.ERROR, f"nobody can tell who leads: {type(error).__name__}", time.monotonic())
            return False
        if not leads or self._attend():
            self._trouble.over("who leads is known, and what it has to do is done", time.monotonic())
        return leads

    def _attend(self) -> bool:
        """Does the duties that are due; whether all went well."""
        now = time.monotonic()
        for duty in (each for each in self._duties if each.due <= now):
            try:
                with self.database.write() as session:
                    duty.do(session, self.bot_id, self._now())
            except Exception as error:
                self._trouble.again(logging.ERROR, f"a duty was not done: {type(error).__name__}", now)
                return False
            duty.due = now + duty.every
        return True

    def _now(self) -> datetime:
        now = self.database.now()
        self._clock.look(now, time.monotonic())
        return now
