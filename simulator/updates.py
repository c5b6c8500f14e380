"""One bot's queue of updates: kept until confirmed, dropped when too old."""

import math
import random
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import islice, takewhile
from typing import Any, Final

from simulator.signals import Signal

Json = dict[str, Any]
Keep = Callable[[int, Json | None], None]

LIFE: Final = 24 * 3600.0  # seconds; core.telegram.org/bots/api#getting-updates: "not longer than 24 hours"
CALLBACK_LIFE: Final = 150.0  # seconds; telegram-bot-api Client.cpp keeps an undelivered callback query that long
REMEMBERED: Final = 200  # confirmed updates kept in memory, for `resend`


@dataclass(slots=True, frozen=True)
class Update:
    """`lane`: updates of one lane leave one after the other towards a webhook."""

    id: int
    kind: str
    body: Json
    lane: str
    expires_at: float

    def public(self) -> Json:
        """The API's `Update`."""
        return {"update_id": self.id, self.kind: self.body}


class UpdateQueue:
    """`keep(update_id, body or None)` stores; `chance` is used only for the disorder asked for by tests."""

    def __init__(self, keep: Keep, chance: random.Random) -> None:
        self._keep = keep
        self._chance = chance
        self.waiting: deque[Update] = deque()
        self.confirmed: deque[Update] = deque(maxlen=REMEMBERED)
        self.changed = Signal()
        self.duplicate_next = 0
        self.shuffle_next = 0
        self._soonest = math.inf  # no update expires before this moment

    def push(self, update: Update) -> None:
        """Queue and wake whoever polls."""
        self.waiting.append(update)
        self._soonest = min(self._soonest, update.expires_at)
        self._keep(update.id, _kept(update))
        self.changed.ring()

    def restore(self, bodies: Iterable[Json]) -> None:
        """Take back what the store kept."""
        self.waiting = deque(sorted((Update(**body) for body in bodies), key=lambda update: update.id))
        self._soonest = 0.0

    def confirm_below(self, offset: int) -> None:
        """Forget everything with an id under `offset`; negative: keep only the last `-offset`."""
        if offset < 0:
            self._drop(max(0, len(self.waiting) + offset))
        else:
            self._drop(sum(1 for _ in takewhile(lambda update: update.id < offset, self.waiting)))

    def _drop(self, count: int) -> None:
        for _ in range(count):
            update = self.waiting.popleft()
            self.confirmed.append(update)
            self._keep(update.id, None)
        if count:
            self.changed.ring()

    def confirm(self, update: Update) -> None:
        """Forget one, delivered to a webhook or given up."""
        if update in self.waiting:
            self.waiting.remove(update)
            self.confirmed.append(update)
            self._keep(update.id, None)
            self.changed.ring()

    def expire(self, now: float) -> None:
        """Drop what is too old; nobody is told, as on Telegram."""
        if now < self._soonest:
            return
        for update in [update for update in self.waiting if update.expires_at <= now]:
            self.waiting.remove(update)
            self._keep(update.id, None)
        self._soonest = min((update.expires_at for update in self.waiting), default=math.inf)

    def batch(self, limit: int, now: float) -> list[Json]:
        """The first updates waiting, with the disorder a test asked for."""
        self.expire(now)
        updates = [update.public() for update in islice(self.waiting, limit)]
        if updates and self.duplicate_next:
            self.duplicate_next -= 1
            updates = [update for update in updates for _ in range(2)]
        if len(updates) > 1 and self.shuffle_next:
            self.shuffle_next -= 1
            self._chance.shuffle(updates)
        return updates

    def clear(self) -> None:
        """Drop everything (drop_pending_updates)."""
        self._drop(len(self.waiting))

    def resend(self, count: int) -> int:
        """Queue again, at the front, the last `count` confirmed updates: Telegram does deliver twice. How many."""
        again = [self.confirmed.pop() for _ in range(min(count, len(self.confirmed)))]
        for update in again:
            self.waiting.appendleft(update)
            self._soonest = min(self._soonest, update.expires_at)
            self._keep(update.id, _kept(update))
        self.changed.ring()
        return len(again)


def _kept(update: Update) -> Json:
    return {
        "id": update.id,
        "kind": update.kind,
        "body": update.body,
        "lane": update.lane,
        "expires_at": update.expires_at,
    }
