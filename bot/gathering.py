"""Updates that wait at the same moment become one turn, so that one commit serves many."""

import asyncio
import logging
import time
from collections import deque
from collections.abc import Callable, Sequence

from bot.incoming import RawUpdate
from bot.quiet import Quiet

log = logging.getLogger(__name__)

MOST = 100  # updates in one turn: what long polling hands over at once, too
ROOM = 1_000  # updates waiting; with bodies of at most 1 MiB and mostly of 1 kB, memory stays bounded
GATHER = 0.002  # seconds a lonely update waits for company: less than a commit lasts
PAUSE = 0.5  # seconds after a turn that could not be committed


class Gathering:
    """Takes updates one by one, and has them handled together by `turn`, in the order of their arrival."""

    def __init__(self, turn: Callable[[Sequence[RawUpdate]], None], after: Callable[[], None]) -> None:
        """`turn` commits a batch or raises; it runs off the event loop. `after` is called once it has committed."""
        self.turn, self.after = turn, after
        self._waiting: deque[tuple[RawUpdate, asyncio.Future[bool]]] = deque()
        self._some = asyncio.Event()
        self._trouble = Quiet(log)

    async def take(self, raw: RawUpdate) -> bool:
        """Whether the update is committed. False: nothing of it is kept, it has to come again."""
        if len(self._waiting) >= ROOM:
            return False
        done: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((raw, done))
        self._some.set()
        return await done

    async def run(self, closing: asyncio.Event) -> None:
        """Makes turns until `closing` is set and nothing waits any more."""
        stop = asyncio.ensure_future(closing.wait())
        while not closing.is_set() or self._waiting:
            some = asyncio.ensure_future(self._some.wait())
            await asyncio.wait([some, stop], return_when=asyncio.FIRST_COMPLETED)
            some.cancel()
            if self._waiting:
                await asyncio.sleep(GATHER)
                await self._turn()
        stop.cancel()

    async def _turn(self) -> None:
        batch = [self._waiting.popleft() for _ in range(min(MOST, len(self._waiting)))]
        if not self._waiting:
            self._some.clear()
        committed = await self._commit([raw for raw, _ in batch])
        for _, done in batch:
            if not done.done():  # whoever brought it may have gone
                done.set_result(committed)
        if committed:
            self.after()
        else:
            await asyncio.sleep(PAUSE)

    async def _commit(self, updates: Sequence[RawUpdate]) -> bool:
        try:
            await asyncio.to_thread(self.turn, updates)
        except Exception as error:  # nothing was committed: whoever brought these updates is told to come again
            self._trouble.again(logging.ERROR, f"a turn was not committed: {type(error).__name__}", time.monotonic())
            return False
        self._trouble.over("turns are committed again", time.monotonic())
        return True
