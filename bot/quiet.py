"""A trouble that lasts is logged when it begins, now and then while it lasts, and when it is over."""

import logging
import time
from collections.abc import Callable

FIRST, LONGEST = 60.0, 3600.0  # seconds until the second line; each next one waits twice as long, at most an hour


class Quiet:
    """One place that may be in trouble, such as the line to Telegram."""

    def __init__(self, log: logging.Logger, clock: Callable[[], float] = time.monotonic) -> None:
        self._log, self._clock = log, clock
        self._words = ""
        self._times = 0
        self._next = self._wait = 0.0

    def again(self, level: int, words: str) -> None:
        """It failed, for this reason. Another reason than the last is logged at once."""
        now = self._clock()
        if words != self._words:
            self._words, self._times, self._wait, self._next = words, 0, FIRST, now
        self._times += 1
        if self._times == 1:
            self._log.log(level, "%s", words)
            self._next = now + self._wait
        elif now >= self._next:
            self._log.log(level, "%s (still so: %d times by now)", words, self._times)
            self._wait = min(LONGEST, self._wait * 2)
            self._next = now + self._wait

    def over(self, words: str) -> None:
        """It works. Nothing is logged where there was no trouble."""
        if self._words:
            self._log.warning("%s (after %d failures)", words, self._times)
            self._words = ""
