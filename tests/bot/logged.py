"""The log as a test reads it: it waits until something is said."""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager

PATIENCE = 10.0  # seconds


class Lines(logging.Handler):
    """Reads the log until it says what is awaited."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.lines: asyncio.Queue[str] = asyncio.Queue()

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.put_nowait(record.getMessage())

    async def until(self, words: str) -> str:
        async with asyncio.timeout(PATIENCE):
            while words not in (line := await self.lines.get()):
                pass
        return line


@contextmanager
def lines(logger: str) -> Iterator[Lines]:
    """What this logger says from now on."""
    handler, log = Lines(), logging.getLogger(logger)
    log.addHandler(handler)
    try:
        yield handler
    finally:
        log.removeHandler(handler)
