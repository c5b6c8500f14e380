"""How fast messages may leave: a token bucket for each chat and one for the whole bot, exact for any number of workers.

The buckets are kept as the generic cell rate algorithm does (GCRA, ITU-T I.371): one instant says all, the *theoretical
arrival time*, at which the bucket is full again. A message may leave unless that lies further ahead than the burst
allows, and moves it on by one gap. So in any window of w seconds at most `burst + w / gap` messages leave, a chat that
was silent has its whole burst, and no history is read. A chat's bucket is for what is new in it; a change of a message that is
there already counts in the bot's bucket only.

What Telegram asks for by 429 is kept beside it. `retry_after` is "the number of seconds left to wait before the request
can be repeated" (Bot API, ResponseParameters): it holds its own chat up, and its burst is over. When several chats are
told to wait within a second, it is the bot as a whole that is too fast.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Any, Final

from sqlalchemy import ColumnElement, Row, and_, bindparam, delete, func, or_, select
from sqlalchemy.orm import Session

from storage.messages import Pace
from storage.sql import upsert
from storage.tables import table

WHOLE: Final = 0  # the bot as a whole stands where no chat can be
STEP: Final = timedelta(seconds=10)  # a clock set back by less is being set right, and stops nothing for longer
FLOODED: Final = 3  # chats told to wait within `TOGETHER`: then the whole bot waits
TOGETHER: Final = timedelta(seconds=1)
KEEP: Final = timedelta(hours=1)  # then a bucket is full, and its row says nothing

_pace = table(Pace)


@dataclass(frozen=True, slots=True)
class Bucket:
    """A message each `gap` on average, `burst` at once after a silence."""

    gap: timedelta
    burst: int

    @property
    def slack(self) -> timedelta:
        """How far ahead the theoretical arrival time may lie when one more leaves."""
        return self.gap * (self.burst - 1)

    @property
    def furthest(self) -> timedelta:
        """Further ahead than this it was never put, but by a clock that has gone back since."""
        return self.slack + self.gap + STEP

    def room(self, arrival: datetime | None, now: datetime) -> int:
        """How many may leave now."""
        if arrival is None or not self.gap:
            return self.burst
        ahead = max(timedelta(), self._trusted(arrival, now) - now)
        return max(0, (self.slack - ahead) // self.gap + 1)

    def after(self, arrival: datetime | None, now: datetime, count: int = 1) -> datetime:
        """The theoretical arrival time once `count` more have left."""
        return max(now, self._trusted(arrival or now, now)) + self.gap * count

    def _trusted(self, arrival: datetime, now: datetime) -> datetime:
        return now + self.slack if arrival > now + self.furthest else arrival


@dataclass(frozen=True, slots=True)
class Limits:
    """How fast messages may leave. The rates are Telegram's own advice (Bots FAQ, "My bot is hitting limits").

    `per_second` and `burst`: over all chats. `chat_gap`: seconds between messages in one chat, on average. `chat_burst`:
    how many may leave in one chat at once; Telegram allows "short bursts", and publishes no number.
    """

    per_second: float = 30
    burst: int = 10
    chat_gap: float = 1.0
    chat_burst: int = 30

    @property
    def overall(self) -> Bucket:
        return Bucket(timedelta(microseconds=ceil(1_000_000 / self.per_second)), self.burst)

    @property
    def chat(self) -> Bucket:
        return Bucket(timedelta(seconds=self.chat_gap), self.chat_burst)


TELEGRAM: Final = Limits()


def room(session: Session, bot_id: int, now: datetime, limits: Limits) -> int | None:
    """How many messages may leave over all chats; None while Telegram has asked the whole bot to wait."""
    whole = _whole(session, bot_id)
    if whole is None:
        return limits.burst
    return None if _waits(whole, now) else limits.overall.room(whole.arrival, now)


def spend(
    session: Session, bot_id: int, leaving: Iterable[Row[Any]], count: int, now: datetime, limits: Limits
) -> None:
    """`count` messages leave now; `leaving` are those that count in their chat: rows with its id and `arrival`, one a chat."""
    chats = [
        {"bot_id": bot_id, "chat_id": row.chat_id, "arrival": limits.chat.after(row.arrival, now)} for row in leaving
    ]
    if not count:
        return
    whole = _whole(session, bot_id)
    arrival = limits.overall.after(whole.arrival if whole else None, now, count)
    all_chats = {"bot_id": bot_id, "chat_id": WHOLE, "arrival": arrival}
    paced = [*chats, all_chats] if limits.chat_gap else [all_chats]
    nothing = {"paused_until": None, "paused_at": None}  # who may speak waits for nothing
    session.connection().execute(upsert(session, _pace, _KEY), [{**row, **nothing} for row in paced])


def told_to_wait(session: Session, bot_id: int, chat_id: int, now: datetime, wait: timedelta, limits: Limits) -> None:
    """Telegram has asked this chat to wait; several within a second mean the whole bot, for the shortest of the waits."""
    _pause(session, bot_id, chat_id, now, wait, limits.chat)
    told = {"bot": bot_id, "since": now - TOGETHER, "soon": now + STEP}
    waits: Sequence[datetime] = session.connection().execute(_TOLD, told).scalars().all()
    if len(waits) >= FLOODED:
        _pause(session, bot_id, WHOLE, now, max(min(waits) - now, timedelta()), limits.overall)


def free_at(session: Session, bot_id: int, limits: Limits) -> datetime | None:
    """When the whole bot may go on; None when nothing is known to hold it up."""
    whole = _whole(session, bot_id)
    if whole is None:
        return None
    refilled: datetime = whole.arrival - limits.overall.slack
    return max(refilled, whole.paused_until or refilled)


def prune_pace(session: Session, now: datetime) -> None:
    """Forgets the buckets that are full again."""
    full = (_pace.c.arrival < now - KEEP, or_(_pace.c.paused_until.is_(None), _pace.c.paused_until < now))
    session.connection().execute(delete(_pace).where(*full))


def _whole(session: Session, bot_id: int) -> Row[Any] | None:
    return session.connection().execute(_WHOLE, {"bot": bot_id}).one_or_none()


def _waits(row: Row[Any], now: datetime) -> bool:
    return row.paused_until is not None and row.paused_until > now and row.paused_at <= now + STEP


def _pause(session: Session, bot_id: int, chat_id: int, now: datetime, wait: timedelta, bucket: Bucket) -> None:
    """After the wait the messages leave one by one: the arrival time lies where one more may just leave."""
    until = now + wait
    paused = {"arrival": until + bucket.slack, "paused_until": until, "paused_at": now}
    session.connection().execute(upsert(session, _pace, _KEY), {"bot_id": bot_id, "chat_id": chat_id, **paused})


# ---------------------------------------------------------------------------------------------------------- statements
_KEY = ["bot_id", "chat_id"]
_WHOLE = select(_pace).where(_pace.c.bot_id == bindparam("bot"), _pace.c.chat_id == WHOLE)
_TOLD = select(_pace.c.paused_until).where(
    _pace.c.bot_id == bindparam("bot"),
    _pace.c.chat_id != WHOLE,
    _pace.c.paused_at.between(bindparam("since"), bindparam("soon")),
)


def moments(now: datetime, limits: Limits) -> dict[str, datetime]:
    """What `may_speak` asks for."""
    return {"now": now, "soon": now + STEP, "slack": now + limits.chat.slack, "furthest": now + limits.chat.furthest}


def paused(chat: Any) -> ColumnElement[bool]:
    """Telegram has asked this chat to wait. `chat`: its row of `Pace`, or nothing."""
    until = and_(chat.c.paused_until > bindparam("now"), chat.c.paused_at <= bindparam("soon"))
    return func.coalesce(until, False)


def early(chat: Any) -> ColumnElement[bool]:
    """This chat's bucket is empty."""
    ahead = and_(chat.c.arrival > bindparam("slack"), chat.c.arrival <= bindparam("furthest"))
    return func.coalesce(ahead, False)
