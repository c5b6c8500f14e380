"""The event loop that a program of ours runs in."""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

T = TypeVar("T")
new_event_loop: Callable[[], asyncio.AbstractEventLoop] = asyncio.new_event_loop
with suppress(ImportError):  # Windows has none
    from uvloop import new_event_loop


def run(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, in the fastest loop that there is here."""
    with asyncio.Runner(loop_factory=new_event_loop) as runner:
        return runner.run(main)
