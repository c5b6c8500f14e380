"""Delivery: rows of the outbox become calls of the Bot API, in order per chat, and each row gets its outcome.

The table of outcomes is a pure function of what Telegram said (`verdict`); the loop only claims, calls and marks.
"""

import asyncio
import logging
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.displayed import Displayed
from bot.verdicts import GONE, MOST_UNKNOWN, Verdict, pause, reason, verdict
from storage.claims import Claimed, Limits, claim, next_due
from storage.database import Database
from storage.outbox import mark_dropped, mark_refused, mark_sent, mark_unknown, retry_later
from storage.people import mark_unreachable
from storage.vault import Vault

log = logging.getLogger(__name__)
os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library's `retry_after` in whole seconds is deprecated (22.2)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)
IDLE = 1.0  # seconds between looks when nothing is known to come: 0.6 % of a core (docs/decisions/0003)


# ------------------------------------------------------------------------------------------------------------- calls
def _keyboard(rows: list[list[list[str]]]) -> InlineKeyboardMarkup | None:
    if not rows:
        return None
    return InlineKeyboardMarkup(
        [[InlineKeyboardButton(label, callback_data=data) for label, data in row] for row in rows]
    )


async def _send(bot: Bot, row: Claimed) -> int | None:
    message = await bot.send_message(
        row.chat_id,
        row.payload["text"],
        parse_mode=ParseMode.HTML,
        reply_markup=_keyboard(row.payload["rows"]),
        link_preview_options=NO_PREVIEW,
    )
    return message.message_id


async def _edit(bot: Bot, row: Claimed) -> int | None:
    target = row.payload["message_id"] or row.message_id
    if target is None and row.payload["fallback"]:
        return await _send(bot, row)
    if target is None:
        raise BadRequest(GONE[0])  # what it was to edit never left
    if not row.payload["text"]:
        await bot.edit_message_reply_markup(row.chat_id, target, reply_markup=None)
        return target
    edited = await bot.edit_message_text(
        row.payload["text"],
        row.chat_id,
        target,
        parse_mode=ParseMode.HTML,
        reply_markup=_keyboard(row.payload["rows"]),
        link_preview_options=NO_PREVIEW,
    )
    return edited.message_id if isinstance(edited, Message) else target


async def _notice(bot: Bot, row: Claimed) -> int | None:
    payload = row.payload
    await bot.answer_callback_query(payload["query"], payload["text"] or None, show_alert=payload["alert"])
    return None


async def _leave(bot: Bot, row: Claimed) -> int | None:
    await bot.leave_chat(row.chat_id)
    return None


CALLS: dict[str, Callable[[Bot, Claimed], Awaitable[int | None]]] = {
    "send": _send,
    "edit": _edit,
    "notice": _notice,
    "leave": _leave,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    verdict: Verdict
    message_id: int | None = None
    error: str = ""
    wait: timedelta | None = None


async def call(bot: Bot, row: Claimed) -> Outcome:
    """Makes the call of one row. Never raises: what went wrong is the outcome."""
    try:
        return Outcome("sent", await CALLS[row.kind](bot, row))
    except TelegramError as error:
        return await _after_error(bot, row, error)


async def _after_error(bot: Bot, row: Claimed, error: TelegramError) -> Outcome:
    decided = verdict(error, news=row.kind == "edit" and bool(row.payload["fallback"]))
    words = reason(error)
    if decided == "sent":
        return Outcome("sent", row.payload.get("message_id") or row.message_id)
    if decided == "anew":
        return await _anew(bot, row)
    if decided == "later":
        return Outcome("later", error=words, wait=_wait(error, row))
    return Outcome(decided, error=words)


async def _anew(bot: Bot, row: Claimed) -> Outcome:
    try:
        return Outcome("sent", await _send(bot, row))
    except TelegramError as error:
        decided = verdict(error, news=False)
        return Outcome(decided, error=reason(error), wait=_wait(error, row))


def _wait(error: TelegramError, row: Claimed) -> timedelta:
    if not isinstance(error, RetryAfter):
        return pause(row.attempts)
    after = error.retry_after
    return after if isinstance(after, timedelta) else timedelta(seconds=after)


# -------------------------------------------------------------------------------------------------------------- loop
class Delivery:
    """The worker that empties the outbox. `wake` it when a turn has committed; it looks by itself every second anyway."""

    def __init__(self, database: Database, vault: Vault, bot: Bot, worker: str, limits: Limits) -> None:
        self.database, self.vault, self.bot = database, vault, bot
        self.worker, self.limits = worker, limits
        self.displayed = Displayed()
        self._unsettled: list[tuple[Claimed, Outcome]] = []
        self.wake = asyncio.Event()

    async def run(self, stopping: asyncio.Event) -> None:
        """Delivers until `stopping` is set, then ends with the calls in hand."""
        while not stopping.is_set():
            try:
                busy = await self.deliver_once()
            except Exception as error:  # the database may be away for a while: the rows are safe, we come back
                log.error("delivery stumbled: %s", type(error).__name__)
                busy = False
            if not busy:
                await self._rest(stopping)

    async def deliver_once(self) -> bool:
        """Claims what may leave now, sends it, marks it. False when there was nothing."""
        self.wake.clear()
        await self._settle()
        rows = await asyncio.to_thread(self._claim)
        if not rows:
            return False
        outcomes = await asyncio.gather(*(self._call(row) for row in rows))
        self._unsettled = list(zip(rows, outcomes, strict=True))
        await self._settle()
        return True

    async def _settle(self) -> None:
        """Writes the outcomes; those that a locked or full database refused are written before anything else is sent."""
        if self._unsettled:
            await asyncio.to_thread(self._mark, self._unsettled)
            self._unsettled = []

    async def _call(self, row: Claimed) -> Outcome:
        if (same := self.displayed.already(row)) is not None:
            return Outcome("sent", same)
        outcome = await call(self.bot, row)
        if outcome.verdict == "sent" and outcome.message_id is not None:
            self.displayed.note(row, outcome.message_id)
        return outcome

    async def _rest(self, stopping: asyncio.Event) -> None:
        try:
            pending = await asyncio.to_thread(self._seconds_to_next)
        except Exception:  # the database again: a look at the usual time tells
            pending = IDLE
        waiting = [asyncio.ensure_future(event.wait()) for event in (self.wake, stopping)]
        await asyncio.wait(waiting, timeout=min(IDLE, pending), return_when=asyncio.FIRST_COMPLETED)
        for future in waiting:
            future.cancel()

    def _seconds_to_next(self) -> float:
        with self.database.read() as session:
            due = next_due(session, self.bot.id)
            return IDLE if due is None else max(0.02, (due - self.database.now()).total_seconds())

    def _claim(self) -> list[Claimed]:
        with self.database.write() as session:
            return claim(session, self.vault, self.bot.id, self.worker, self.database.now(), self.limits)

    def _mark(self, settled: list[tuple[Claimed, Outcome]]) -> None:
        with self.database.write() as session:
            for row, outcome in settled:
                self._mark_one(session, row, outcome)

    def _mark_one(self, session: Any, row: Claimed, outcome: Outcome) -> None:
        now = self.database.now()
        match outcome.verdict:
            case "sent" | "anew":
                mark_sent(session, row.id, self.worker, now, outcome.message_id)
            case "later":
                retry_later(session, row.id, self.worker, now + (outcome.wait or pause(row.attempts)), outcome.error)
            case "unknown" if row.kind in ("send", "edit") and row.attempts < MOST_UNKNOWN:  # may be shown again
                retry_later(session, row.id, self.worker, now + pause(row.attempts), outcome.error)
            case "unknown":
                mark_unknown(session, row.id, self.worker, now, outcome.error)
            case "dropped":
                mark_dropped(session, row.id, self.worker, now, outcome.error)
            case "refused" | "unreachable":
                mark_refused(session, row.id, self.worker, now, outcome.error)
                log.warning("a %s was refused: %s", row.kind, outcome.error)
                if outcome.verdict == "unreachable" and row.owner:
                    mark_unreachable(session, row.owner, row.bot_id, row.chat_id, outcome.error, now)
