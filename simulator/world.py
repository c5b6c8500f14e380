"""Telegram as one bot sees it: its chats, its queue of updates, its callback queries, its files."""

import base64
import random
from itertools import takewhile
from typing import Any, Final

from simulator.errors import bad_request, forbidden
from simulator.feed import Feed
from simulator.model import Callback, Chat, Json, Person, Profile
from simulator.signals import Clock
from simulator.store import Store
from simulator.updates import CALLBACK_LIFE, LIFE, Update, UpdateQueue

FIRST_UPDATE_ID: Final = 100_000_000  # a bot's first update has a big random id on Telegram too
NOT_BY_DEFAULT: Final = frozenset({"chat_member", "message_reaction", "message_reaction_count"})

_CLOSED: Final = {
    ("private", "none"): "bot can't initiate conversation with a user",
    ("private", "kicked"): "bot was blocked by the user",
    ("private", "left"): "bot was blocked by the user",
    ("group", "none"): "bot is not a member of the group chat",
    ("group", "left"): "bot is not a member of the group chat",
    ("group", "kicked"): "bot was kicked from the group chat",
}


class World:
    """State of one bot. Methods are synchronous and leave every signal to `updates` and `feed`."""

    def __init__(
        self,
        token: str,
        profile: Profile,
        people: dict[int, Person],
        clock: Clock,
        chance: random.Random,
        store: Store,
        first_seq: int = 0,
    ) -> None:
        self.token = token
        self.id = int(token.partition(":")[0])
        self.profile = profile
        self.people = people
        self.clock = clock
        self.chance = chance
        self.store = store
        self.chats: dict[int, Chat] = {}
        self.callbacks: dict[str, Callback] = {}
        self.files: dict[str, Json] = {}
        self.feed = Feed(first_seq)
        self.updates = UpdateQueue(lambda key, body: store.put("update", (self.id, key), body), chance)
        profile.next_update_id = profile.next_update_id or FIRST_UPDATE_ID + chance.randrange(10**8)
        self.keep_profile()

    def public(self, full: bool = False) -> Json:
        """The bot's own `User`; `full` as getMe gives it."""
        user: Json = {
            "id": self.id,
            "is_bot": True,
            "first_name": self.profile.name.get("", self.profile.username),
            "username": self.profile.username,
        }
        if full:
            user |= {
                "can_join_groups": True,
                "can_read_all_group_messages": False,
                "supports_inline_queries": False,
                "can_connect_to_business": False,
                "has_main_web_app": False,
            }
        return user

    def chat_public(self, chat: Chat) -> Json:
        """The API's `Chat`, short form."""
        if chat.kind == "group":
            return {"id": chat.id, "title": chat.title, "type": "group", "all_members_are_administrators": True}
        user = self.people[chat.id].public()
        names = {name: user[name] for name in ("first_name", "last_name", "username") if name in user}
        return {"id": chat.id, **names, "type": "private"}

    def private_chat(self, person: Person) -> Chat:
        """The person's conversation with the bot, made when first needed."""
        if person.id not in self.chats:
            self.chats[person.id] = Chat(person.id, "private", members=[person.id])
            self.keep_chat(self.chats[person.id])
        return self.chats[person.id]

    def find_chat(self, raw: str) -> Chat:
        """The chat of a call's `chat_id`, or Telegram's refusal."""
        if not raw:
            raise bad_request("chat_id is empty")
        try:
            chat_id = int(raw)
        except ValueError:
            raise bad_request("chat not found") from None
        if chat_id in self.chats:
            return self.chats[chat_id]
        if chat_id in self.people:
            return self.private_chat(self.people[chat_id])
        raise bad_request("chat not found")

    def writable_chat(self, raw: str) -> Chat:
        """The chat, if the bot may write there."""
        chat = self.find_chat(raw)
        if chat.kind == "private" and self.people[chat.id].deactivated:
            raise forbidden("user is deactivated")
        if chat.bot_status != "member":
            raise forbidden(_CLOSED[chat.kind, chat.bot_status])
        return chat

    def now(self) -> int:
        """Whole unix seconds, as dates are on Telegram."""
        return int(self.clock.now())

    def post(self, chat: Chat, sender: Json, content: Json) -> Json:
        """A new message at the end of a chat."""
        message: Json = {
            "message_id": chat.next_message_id,
            "from": sender,
            "chat": self.chat_public(chat),
            "date": self.now(),
            **content,
        }
        chat.next_message_id += 1
        self.keep_chat(chat)
        self._put(chat, message, "message")
        return message

    def replace(self, chat: Chat, message: Json, **changes: Any) -> Json:
        """An edit: a new `Message` under the same id (a change to None removes the field)."""
        changed = {name: value for name, value in {**message, **changes}.items() if value is not None}
        self._put(chat, changed, "edited")
        return changed

    def _put(self, chat: Chat, message: Json, kind: str) -> None:
        chat.messages[message["message_id"]] = message
        self.store.put("message", (self.id, chat.id, message["message_id"]), message)
        self.feed.add(chat.id, kind, message=message)

    def remove(self, chat: Chat, message_id: int) -> None:
        """Delete a message for everybody."""
        del chat.messages[message_id]
        self.store.put("message", (self.id, chat.id, message_id), None)
        self.feed.add(chat.id, "deleted", message_id=message_id)

    def tell(self, kind: str, body: Json, lane: str) -> None:
        """Queue an update, unless the bot asked not to receive this kind."""
        allowed = self.profile.allowed_updates
        if kind not in allowed if allowed else kind in NOT_BY_DEFAULT:
            return
        life = CALLBACK_LIFE if kind == "callback_query" else LIFE
        update_id = self.profile.next_update_id
        self.profile.next_update_id += 1
        self.keep_profile()
        self.updates.push(Update(update_id, kind, body, lane, self.clock.now() + life))

    def callback_of(self, callback_id: str) -> Callback | None:
        """A callback query still open to an answer."""
        callback = self.callbacks.get(callback_id)
        if callback is None or callback.answered or self.clock.now() - callback.made_at >= CALLBACK_LIFE:
            return None
        return callback

    def add_file(self, content: bytes, name: str, mime_type: str, folder: str) -> Json:
        """Keep a file; the result has the fields every file of the API has."""
        number = len(self.files) + 1
        file_id = f"SIM{self.id:x}_{number:06d}_{self.chance.getrandbits(96):024x}"
        self.files[file_id] = {
            "file_id": file_id,
            "file_unique_id": f"SIM{number:06d}",
            "file_size": len(content),
            "file_path": f"{folder}/file_{number}{_suffix(name)}",
            "name": name,
            "mime_type": mime_type,
            "content": base64.b64encode(content).decode(),
        }
        self.store.put("file", (self.id, file_id), self.files[file_id])
        return {key: self.files[file_id][key] for key in ("file_id", "file_unique_id", "file_size")}

    def keep_chat(self, chat: Chat) -> None:
        """To the store."""
        self.store.put("chat", (self.id, chat.id), chat)

    def keep_profile(self) -> None:
        """To the store."""
        self.store.put("profile", (self.token,), self.profile)

    def keep_callback(self, callback: Callback) -> None:
        """To the store; those nobody can answer any more are forgotten."""
        self.callbacks[callback.id] = callback
        self.store.put("callback", (self.id, callback.id), callback)
        dead = takewhile(lambda old: self.clock.now() - old.made_at >= CALLBACK_LIFE, self.callbacks.values())
        for old in list(dead):
            del self.callbacks[old.id]
            self.store.put("callback", (self.id, old.id), None)

    def restore(self) -> None:
        """Everything of this bot that the store kept."""
        for key, body in self.store.load("chat"):
            if key[0] == self.id:
                self.chats[body["id"]] = Chat(**body)
        for key, body in self.store.load("message"):
            if key[0] == self.id:
                self.chats[key[1]].messages[key[2]] = body
        for chat in self.chats.values():
            chat.messages = dict(sorted(chat.messages.items()))
        self.callbacks = {key[1]: Callback(**body) for key, body in self.store.load("callback") if key[0] == self.id}
        self.files = {key[1]: body for key, body in self.store.load("file") if key[0] == self.id}
        self.updates.restore(body for key, body in self.store.load("update") if key[0] == self.id)


def _suffix(name: str) -> str:
    return name[name.rindex(".") :] if "." in name else ""
