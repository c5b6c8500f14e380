"""What arrives: an update of Telegram made into one flat value. Pure; the only place that looks into `telegram.Update`."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from telegram import CallbackQuery, ChatMemberUpdated, Message, Update
from telegram.constants import ChatMemberStatus, ChatType

RawUpdate = dict[str, Any]  # an update as Telegram's JSON says it
Kind = Literal["text", "command", "edited", "press", "other", "blocked", "unblocked", "group", "nothing"]

# The kinds of update the bot asks Telegram for (Bot API, `allowed_updates`).
ALLOWED = [Update.MESSAGE, Update.EDITED_MESSAGE, Update.CALLBACK_QUERY, Update.MY_CHAT_MEMBER]

GONE = (ChatMemberStatus.BANNED, ChatMemberStatus.LEFT)  # in a private chat: blocked
GROUPS = (ChatType.GROUP, ChatType.SUPERGROUP, ChatType.CHANNEL)


LARGEST_ID = 1 << 62  # what a column holds; Telegram's have 52 bits (Bot API, `Chat.id`)


@dataclass(frozen=True, slots=True)
class Incoming:
    """One update. `text`: the words typed, a command's argument, a caption, or a button's data; `command` without its slash."""

    update_id: int
    kind: Kind
    chat_id: int | None = None
    user_id: int | None = None
    language: str | None = None
    message_id: int | None = None
    text: str = ""
    command: str = ""
    query_id: str = ""
    media: str = ""  # for `other`: what was sent (voice, photo, …)


def chats_of(raw: RawUpdate) -> Iterator[int]:
    """The chat an update belongs to, looked up without trusting the rest of it."""
    for part in raw.values():
        places = (_under(part, "chat"), _under(_under(part, "message"), "chat"), _under(part, "from"))
        ids = [place["id"] for place in places if isinstance(place, dict) and _is_id(place.get("id"))]
        yield from ids[:1]


def _is_id(value: Any) -> bool:
    return type(value) is int and abs(value) < LARGEST_ID


def _under(part: Any, name: str) -> Any:
    return part.get(name) if isinstance(part, dict) else None


def read(raw: RawUpdate) -> Incoming:
    """The update as a value; `nothing` for what the bot has no use for."""
    update = Update.de_json(_without_what_was_shown(raw), None)
    if update.callback_query:
        return _press(update.update_id, update.callback_query)
    if update.my_chat_member:
        return _membership(update.update_id, update.my_chat_member)
    message = update.message or update.edited_message
    if message is None or message.from_user is None:
        return Incoming(update.update_id, "nothing", update.effective_chat.id if update.effective_chat else None)
    if message.chat.type in GROUPS:
        # that the bot was added is told apart (my_chat_member): what Telegram writes about it is nobody's speech
        return Incoming(update.update_id, "group" if message.text else "nothing", message.chat.id)
    return _message(update.update_id, message, edited=update.edited_message is not None)


def _without_what_was_shown(raw: RawUpdate) -> RawUpdate:
    """A press comes with all of its message, whose reading costs more than the rest: which one it is will do.

    A message without its content is dated 0 (Bot API, `InaccessibleMessage`).
    """
    query, message = raw.get("callback_query"), _under(raw.get("callback_query"), "message")
    if not (isinstance(query, dict) and isinstance(message, dict)):
        return raw
    return {
        **raw,
        "callback_query": {**query, "message": {**{k: message[k] for k in WHICH if k in message}, "date": 0}},
    }


WHICH = ("message_id", "chat")

# A command, as Telegram marks it: 1 to 32 letters, digits and underscores, perhaps with the bot's name.
COMMAND = re.compile(r"/(?P<name>[A-Za-z0-9_]{1,32})(?:@\w+)?(?=\s|$)", re.ASCII)


def _press(update_id: int, query: CallbackQuery) -> Incoming:
    message = query.message
    return Incoming(
        update_id,
        "press",
        message.chat.id if message else query.from_user.id,
        query.from_user.id,
        query.from_user.language_code,
        message.message_id if message else None,
        text=query.data or "",
        query_id=query.id,
    )


def _membership(update_id: int, change: ChatMemberUpdated) -> Incoming:
    gone = change.new_chat_member.status in GONE
    if change.chat.type in GROUPS:
        return Incoming(update_id, "nothing" if gone else "group", change.chat.id)
    return Incoming(update_id, "blocked" if gone else "unblocked", change.chat.id, change.from_user.id)


def _message(update_id: int, message: Message, *, edited: bool) -> Incoming:
    user = message.from_user
    assert user is not None  # noqa: S101 - seen by the caller
    who = (message.chat.id, user.id, user.language_code, message.message_id)
    if message.text is None:
        media = next((name for name in MEDIA if getattr(message, name)), "")
        refused = media and not edited  # once is enough: a place that moves is edited every few seconds
        return Incoming(update_id, "other" if refused else "nothing", *who, text=message.caption or "", media=media)
    if edited:
        return Incoming(update_id, "edited", *who, text=message.text)
    if said := COMMAND.match(message.text):
        argument = message.text[said.end() :].strip()
        return Incoming(update_id, "command", *who, text=argument, command=said["name"].lower())
    return Incoming(update_id, "text", *who, text=message.text)


MEDIA = (
    "voice",
    "photo",
    "sticker",
    "document",
    "location",
    "contact",
    "poll",
    "video",
    "video_note",
    "audio",
    "animation",
    "dice",
    "venue",
    "story",
    "game",
    "invoice",
    "paid_media",
    "checklist",
    "caption",
)
