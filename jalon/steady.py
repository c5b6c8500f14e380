"""Whether the clock that decides over leases, rates and absences goes on like time itself: a jump is told."""

import logging
from datetime import datetime

from storage.pace import STEP

log = logging.getLogger(__name__)


class Steady:
    """Compares each look at the clock with the one before. A machine that was asleep looks like a clock set forward."""

    def __init__(self) -> None:
        self._last: tuple[datetime, float] | None = None

    def look(self, now: datetime, steady: float) -> None:
        """`now` by the clock; `steady`: seconds of one that only goes on."""
        if self._last is not None:
            before, then = self._last
            jump = (now - before).total_seconds() - (steady - then)
            if abs(jump) > STEP.total_seconds():
                log.warning("the clock jumped by %+d s (or the machine slept)", round(jump))
        self._last = now, steady
