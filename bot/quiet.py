"""A trouble that lasts is logged when it begins, now and then while it lasts, and when it is over."""

import logging
from typing import Final

FIRST: Final = 60.0  # seconds until it is said again; each next time after twice as long, …
LONGEST: Final = 3600.0  # … at most an hour


class Quiet:
    """One place that may be in trouble, such as the line to Telegram. `now`: seconds of any clock that only goes on.

    `calm`: seconds without a failure after which it is over; for a place where some calls fail while others do not.
    """

    def __init__(self, log: logging.Logger, calm: float = 0.0) -> None:
        self._log, self._calm = log, calm
        self._said: set[str] = set()
        self._times = 0
        self._began = self._next = self._last = 0.0
        self._wait = FIRST

    def again(self, level: int, words: str, now: float) -> None:
        """It failed, for this reason. Each reason is logged at once when it is new in this trouble."""
        if not self._said:
            self._times, self._began, self._wait = 0, now, FIRST
            self._next = now + FIRST
        self._times, self._last = self._times + 1, now
        if words not in self._said:
            self._said.add(words)
            self._log.log(level, "%s", words)
        elif now >= self._next:
            self._wait = min(LONGEST, self._wait * 2)
            self._next = now + self._wait
            self._log.log(level, "%s (still so; failures: %d, seconds: %d)", words, self._times, now - self._began)

    def over(self, words: str, now: float) -> None:
        """It works. Nothing is logged where there was no trouble."""
        if self._said and now - self._last >= self._calm:
            self._said.clear()
            self._log.warning("%s (failures: %d, seconds: %d)", words, self._times, now - self._began)
