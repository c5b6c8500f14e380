"""The calls of the Bot API that rows of the outbox become, and what became of each."""

import json
import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from telegram import Bot
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.transport import Ready
from bot.verdicts import GONE, Verdict, reason, verdict
from storage.claims import Claimed

os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library's `retry_after` in whole seconds is deprecated (22.2)

LONGEST_WAIT = 24 * 3600.0  # seconds: whatever Telegram asks for, a day later it is asked again
NO_PREVIEW = {"is_disabled": True}


async def _ask(bot: Bot, method: str, **parameters: Any) -> Any:
    """One call of the Bot API, its result as Telegram's JSON says it; parameters that are None are left out.

    Without the library's objects for what is sent and what comes back, of which the number of the message is all that is
    wanted: they are half of a call's cost. The library's request tells its errors apart all the same.
    """
    given = {name: value for name, value in parameters.items() if value is not None}
    ready: Any = Ready(json.dumps(given).encode())
    return await bot.request.post(f"{bot.base_url}/{method}", ready)


def _shown(row: Claimed) -> dict[str, Any]:
    """A message's words and its buttons."""
    rows = row.payload["rows"]
    buttons = [[{"text": label, "callback_data": data} for label, data in line] for line in rows]
    keyboard = {"inline_keyboard": buttons} if rows else None
    text = row.payload["text"]
    return {"text": text, "parse_mode": "HTML", "reply_markup": keyboard, "link_preview_options": NO_PREVIEW}


async def _send(bot: Bot, row: Claimed) -> int:
    message = await _ask(bot, "sendMessage", chat_id=row.chat_id, **_shown(row))
    return int(message["message_id"])


async def _edit(bot: Bot, row: Claimed) -> int:
    target = row.target
    if target is None and row.payload["fallback"]:
        return await _send(bot, row)
    if target is None:
        raise BadRequest(GONE[0])  # what it was to edit never left
    which = {"chat_id": row.chat_id, "message_id": target}
    if row.payload["text"]:
        await _ask(bot, "editMessageText", **which, **_shown(row))
    else:
        await _ask(bot, "editMessageReplyMarkup", **which)
    return target


async def _notice(bot: Bot, row: Claimed) -> None:
    payload = row.payload
    words = {"text": payload["text"], "show_alert": payload["alert"]} if payload["text"] else {}
    await _ask(bot, "answerCallbackQuery", callback_query_id=payload["query"], **words)


async def _leave(bot: Bot, row: Claimed) -> None:
    await _ask(bot, "leaveChat", chat_id=row.chat_id)


CALLS: dict[str, Callable[[Bot, Claimed], Awaitable[int | None]]] = {
    "send": _send,
    "edit": _edit,
    "notice": _notice,
    "leave": _leave,
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a call. `asked`: how long Telegram wants to be left alone with this chat."""

    verdict: Verdict
    message_id: int | None = None
    error: str = ""
    asked: timedelta | None = None


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
        return Outcome("sent", row.target)
    if decided == "anew":
        return await _anew(bot, row)
    if decided == "later":
        return Outcome("later", error=words, asked=_asked(error))
    return Outcome(decided, error=words)


async def _anew(bot: Bot, row: Claimed) -> Outcome:
    try:
        return Outcome("sent", await _send(bot, row))
    except TelegramError as error:
        decided = verdict(error, news=False)
        return Outcome(decided, error=reason(error), asked=_asked(error))


def _asked(error: TelegramError) -> timedelta | None:
    if not isinstance(error, RetryAfter):
        return None
    after = error.retry_after
    seconds = after.total_seconds() if isinstance(after, timedelta) else after
    return timedelta(seconds=min(seconds, LONGEST_WAIT))
