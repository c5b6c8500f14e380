"""Telegram's rate limits, when a test wants them.

core.telegram.org/bots/faq#my-bot-is-hitting-limits: about 30 messages a second overall, one a second in a chat ("short
bursts" allowed), 20 a minute in a group. The size of the burst is not published: 3 is this simulator's choice.
"""

import math
from dataclasses import dataclass, field
from typing import Final

from simulator.errors import too_many_requests

SENDING: Final = frozenset({"sendmessage", "senddocument", "sendphoto", "editmessagetext", "editmessagereplymarkup"})
_SETTINGS: Final = ("enabled", "overall", "per_chat", "chat_burst", "per_group", "group_burst")


@dataclass(slots=True)
class Bucket:
    """`rate` tokens a second, at most `size`."""

    rate: float
    size: float
    level: float
    at: float

    def wait(self, now: float) -> float:
        """Seconds until one token is there; 0 when it is."""
        self.level = min(self.size, self.level + (now - self.at) * self.rate)
        self.at = now
        return max(0.0, (1 - self.level) / self.rate)


@dataclass(slots=True)
class Limits:
    """Off until `enabled`. Rates in messages a second, by the simulator's clock."""

    enabled: bool = False
    overall: float = 30.0
    per_chat: float = 1.0
    chat_burst: float = 3.0
    per_group: float = 20 / 60
    group_burst: float = 20.0
    _buckets: dict[str, Bucket] = field(default_factory=dict)

    def check(self, method: str, chat_id: str, now: float) -> None:
        """Count the call, or refuse it with 429; a refused call is not counted."""
        if not self.enabled or method not in SENDING:
            return
        buckets = [self._bucket(name, now) for name in ("", chat_id)]
        wait = max(bucket.wait(now) for bucket in buckets)
        if wait > 1e-9:
            raise too_many_requests(max(1, math.ceil(wait)))
        for bucket in buckets:
            bucket.level -= 1

    def forget(self) -> None:
        """Full buckets again, with the rates of now."""
        self._buckets.clear()

    def public(self) -> dict[str, float]:
        """The settings."""
        return {name: getattr(self, name) for name in _SETTINGS}

    def _bucket(self, name: str, now: float) -> Bucket:
        if name not in self._buckets:
            rate, size = self._sizes(name)
            self._buckets[name] = Bucket(rate, size, size, now)
        return self._buckets[name]

    def _sizes(self, name: str) -> tuple[float, float]:
        if not name:
            return self.overall, self.overall
        return (self.per_group, self.group_burst) if name.startswith("-") else (self.per_chat, self.chat_burst)
