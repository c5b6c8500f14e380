"""Waking whoever waits: the only asyncio inside the state of the simulator."""

import asyncio
import time
from collections.abc import Callable


class Signal:
    """A bell. `ring` wakes everyone waiting at that moment; there is no memory, so look at the state, then wait."""

    def __init__(self) -> None:
        self._waiting: set[asyncio.Future[None]] = set()

    @property
    def awaited(self) -> bool:
        """Whether anybody waits."""
        return bool(self._waiting)

    def ring(self) -> None:
        """Wake all who wait."""
        waiting, self._waiting = self._waiting, set()
        for future in waiting:
            if not future.done():
                future.set_result(None)

    async def wait(self, seconds: float | None = None) -> bool:
        """True when rung, False when `seconds` of real time passed first."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.add(future)
        try:
            done, _ = await asyncio.wait([future], timeout=seconds)
            return bool(done)
        finally:
            self._waiting.discard(future)


class Clock:
    """Unix time in seconds; follows `source` until `set` stops it, after which only `set` and `advance` move it."""

    def __init__(self, source: Callable[[], float] = time.time) -> None:
        self._source = source
        self._offset = 0.0
        self._stopped_at: float | None = None
        self.moved = Signal()

    def now(self) -> float:
        """Seconds since 1970 UTC."""
        return self._source() + self._offset if self._stopped_at is None else self._stopped_at

    @property
    def stopped(self) -> bool:
        """Whether time only moves by hand."""
        return self._stopped_at is not None

    def set(self, moment: float) -> None:
        """Stop at `moment` (unix seconds)."""
        self._stopped_at = moment
        self.moved.ring()

    def advance(self, seconds: float) -> None:
        """Jump forward; a running clock keeps running from there."""
        if self._stopped_at is None:
            self._offset += seconds
        else:
            self._stopped_at += seconds
        self.moved.ring()

    def follow(self) -> None:
        """Back to the real time."""
        self._stopped_at, self._offset = None, 0.0
        self.moved.ring()

    async def sleep_until(self, moment: float) -> None:
        """Wait for `moment` on this clock."""
        while (left := moment - self.now()) > 0:
            await self.moved.wait(None if self.stopped else left)
