"""What people do: each action is one gesture on a phone, and the updates Telegram makes of it."""

from collections.abc import Callable
from typing import Any, Final

from simulator import media
from simulator.errors import ControlError
from simulator.markup import find_button
from simulator.model import BotStatus, Callback, Chat, Person
from simulator.texts import MAX_TEXT, detect, trim, utf16_length
from simulator.world import World

Json = dict[str, Any]
Action = Callable[[World, Person, Json], Json]


def act(world: World, person: Person, name: str, body: Json) -> Json:
    """Do action `name` as `person`; raises ControlError when no phone would allow it."""
    if name not in ACTIONS:
        raise ControlError(404, f"no such action: {name}; there are {', '.join(sorted(ACTIONS))}")
    if person.deactivated and name != "reactivate":
        raise ControlError(409, "this account is deactivated")
    return ACTIONS[name](world, person, body)


def _place(world: World, person: Person, body: Json) -> Chat:
    """The chat the gesture happens in: the person's own, or a group named by `chat_id`."""
    chat_id = body.get("chat_id")
    if chat_id in (None, person.id):
        return world.private_chat(person)
    chat = world.chats.get(chat_id) if isinstance(chat_id, int) else None
    if chat is None or person.id not in chat.members:
        raise ControlError(404, "this person is in no such chat")
    return chat


def _send(world: World, person: Person, body: Json, content: Json) -> Json:
    chat = _place(world, person, body)
    if chat.kind == "private":
        _open(world, chat)
    reply = chat.messages.get(body.get("reply_to", 0))
    message = world.post(chat, person.public(), {**content, **({"reply_to_message": reply} if reply else {})})
    if chat.kind == "private" or (chat.bot_status == "member" and _seen_in_group(world, message)):
        world.tell("message", message, str(chat.id))
    return message


def _open(world: World, chat: Chat) -> None:
    if chat.bot_status == "kicked":
        raise ControlError(409, "this person has blocked the bot: unblock first")
    if chat.bot_status != "member":
        chat.bot_status = "member"
        world.keep_chat(chat)
        world.feed.add(chat.id, "status", bot_status="member")


def _seen_in_group(world: World, message: Json) -> bool:
    """Privacy mode, on by default: in groups a bot sees commands, mentions and replies to it."""
    text = message.get("text", "")
    reply = message.get("reply_to_message", {}).get("from", {}).get("id") == world.id
    return reply or text.startswith("/") or f"@{world.profile.username}".lower() in text.lower()


def _text(world: World, person: Person, body: Json) -> Json:
    text, _ = trim(str(body.get("text", "")), [])
    if not text:
        raise ControlError(400, "a phone does not send an empty text")
    if any("\ud800" <= character <= "\udfff" for character in text):
        raise ControlError(400, "half a surrogate pair cannot travel in UTF-8")
    if utf16_length(text) > MAX_TEXT:
        raise ControlError(400, f"a phone cuts texts longer than {MAX_TEXT} into several messages")
    return _send(world, person, body, _text_content(text))


def _text_content(text: str) -> Json:
    entities = detect(text, [])
    return {"text": text, **({"entities": entities} if entities else {})}


def _start(world: World, person: Person, body: Json) -> Json:
    """The Start button, or a deep link `t.me/bot?start=payload`; it also unblocks."""
    if world.private_chat(person).bot_status == "kicked":
        _unblock(world, person, body)
    payload = str(body.get("payload") or "").strip()
    return _text(world, person, {"text": f"/start {payload}".strip()})


def _press(world: World, person: Person, body: Json) -> Json:
    chat = _place(world, person, body)
    message = chat.messages.get(body.get("message_id", 0))
    if message is None:
        raise ControlError(404, "no such message")
    if chat.kind == "private" and chat.bot_status != "member":
        raise ControlError(409, "this person has blocked the bot: unblock first")
    data = _pressed_data(message, body)
    callback = Callback(
        str(world.chance.getrandbits(62)), person.id, chat.id, message["message_id"], data, world.clock.now()
    )
    world.keep_callback(callback)
    world.feed.add(chat.id, "pressed", callback_query_id=callback.id, message_id=callback.message_id, data=data)
    query = {
        "id": callback.id,
        "from": person.public(),
        "message": message,
        "chat_instance": str(-7_000_000_000_000 + chat.id),
        "data": data,
    }
    world.tell("callback_query", query, f"callback:{person.id}")
    return {"callback_query_id": callback.id}


def _pressed_data(message: Json, body: Json) -> str:
    """`data` may be a button that has just disappeared: that is what a double tap or a slow screen sends."""
    if "data" in body:
        return str(body["data"])
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    if "label" in body:
        found = next((button for row in rows for button in row if button["text"] == body["label"]), None)
    else:
        found = find_button(message, int(body.get("row", 0)), int(body.get("column", 0)))
    if found is None or "callback_data" not in found:
        raise ControlError(404, "no such button")
    return str(found["callback_data"])


def _edit(world: World, person: Person, body: Json) -> Json:
    """Change one of one's own texts; without `message_id`, the last one."""
    chat = _place(world, person, body)
    own = [message for message in chat.messages.values() if message["from"]["id"] == person.id and "text" in message]
    wanted = [message for message in own if body.get("message_id") in (None, message["message_id"])]
    text, _ = trim(str(body.get("text", "")), [])
    if not wanted or not text:
        raise ControlError(404, "no such text of this person, or nothing to put in its place")
    changes = {"entities": None, **_text_content(text), "edit_date": world.now()}
    message = world.replace(chat, wanted[-1], **changes)
    world.tell("edited_message", message, str(chat.id))
    return message


def _set_status(world: World, person: Person, chat: Chat, status: BotStatus) -> Json:
    if chat.bot_status == status:
        return {"bot_status": status}
    before, chat.bot_status = chat.bot_status, status
    world.keep_chat(chat)
    world.feed.add(chat.id, "status", bot_status=status)
    world.tell(
        "my_chat_member",
        {
            "chat": world.chat_public(chat),
            "from": person.public(),
            "date": world.now(),
            "old_chat_member": chat_member(world, before),
            "new_chat_member": chat_member(world, status),
        },
        str(chat.id),
    )
    return {"bot_status": status}


def chat_member(world: World, status: BotStatus) -> Json:
    """The API's `ChatMember` for the bot itself."""
    shown = "left" if status == "none" else status
    return {"user": world.public(), "status": shown, **({"until_date": 0} if shown == "kicked" else {})}


def _block(world: World, person: Person, body: Json) -> Json:
    return _set_status(world, person, world.private_chat(person), "kicked")


def _unblock(world: World, person: Person, body: Json) -> Json:
    return _set_status(world, person, world.private_chat(person), "member")


def _add_bot(world: World, person: Person, body: Json) -> Json:
    chat = _place(world, person, body)
    if chat.kind != "group":
        raise ControlError(400, "the bot can only be added to a group")
    _set_status(world, person, chat, "member")
    message = world.post(
        chat, person.public(), {"new_chat_participant": world.public(), "new_chat_members": [world.public()]}
    )
    world.tell("message", message, str(chat.id))
    return message


def _remove_bot(world: World, person: Person, body: Json) -> Json:
    return _set_status(world, person, _place(world, person, body), "kicked")


def _deactivate(world: World, person: Person, body: Json) -> Json:
    return _change_person(world, person, deactivated=True)


def _reactivate(world: World, person: Person, body: Json) -> Json:
    return _change_person(world, person, deactivated=False)


def _language(world: World, person: Person, body: Json) -> Json:
    return _change_person(world, person, language_code=str(body.get("language_code", "")))


def _change_person(world: World, person: Person, **changes: Any) -> Json:
    for name, value in changes.items():
        setattr(person, name, value)
    world.store.put("person", (person.id,), person)
    world.feed.add(person.id, "person", person=person.kept())
    return person.kept()


def _media(kind: str) -> Action:
    return lambda world, person, body: _send(world, person, body, media.make(world, kind, body))


ACTIONS: Final[dict[str, Action]] = {
    "text": _text,
    "start": _start,
    "press": _press,
    "edit": _edit,
    "block": _block,
    "unblock": _unblock,
    "add_bot": _add_bot,
    "remove_bot": _remove_bot,
    "deactivate": _deactivate,
    "reactivate": _reactivate,
    "language": _language,
} | {kind: _media(kind) for kind in media.MEDIA}
