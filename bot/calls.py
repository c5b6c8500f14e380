"""The calls of the Bot API that rows of the outbox become, and what became of each."""

import os
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta

from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup, LinkPreviewOptions, Message
from telegram.constants import ParseMode
from telegram.error import BadRequest, RetryAfter, TelegramError

from bot.verdicts import GONE, Verdict, reason, verdict
from storage.claims import Claimed

os.environ.setdefault("PTB_TIMEDELTA", "true")  # the library's `retry_after` in whole seconds is deprecated (22.2)

NO_PREVIEW = LinkPreviewOptions(is_disabled=True)


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
    target = row.target
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
    return after if isinstance(after, timedelta) else timedelta(seconds=after)
