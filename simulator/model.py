"""The things of Telegram: people, chats, messages, bots. Plain data, and how it is kept."""

from dataclasses import asdict, dataclass, field
from typing import Any, Literal

Json = dict[str, Any]

BotStatus = Literal["none", "member", "kicked", "left"]
"""Of the bot in a chat: never started, there, blocked by the person, gone from the group."""


@dataclass(slots=True)
class Person:
    """A Telegram account of a human being."""

    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = "fr"
    deactivated: bool = False

    def public(self) -> Json:
        """The API's `User`."""
        user: Json = {"id": self.id, "is_bot": False, "first_name": self.first_name}
        user |= {name: value for name in ("last_name", "username") if (value := getattr(self, name))}
        return user | ({"language_code": self.language_code} if self.language_code else {})

    def kept(self) -> Json:
        """What the store keeps."""
        return asdict(self)


@dataclass(slots=True)
class Chat:
    """A conversation as one bot sees it. `messages` hold the API's `Message`, never changed, only replaced."""

    id: int
    kind: Literal["private", "group"]
    title: str = ""
    members: list[int] = field(default_factory=list)
    bot_status: BotStatus = "none"
    next_message_id: int = 1
    messages: dict[int, Json] = field(default_factory=dict)

    def kept(self) -> Json:
        """What the store keeps; messages are documents of their own."""
        kept = ("id", "kind", "title", "members", "bot_status", "next_message_id")
        return {name: getattr(self, name) for name in kept}


@dataclass(slots=True)
class Callback:
    """A pressed button, waiting for its answer."""

    id: str
    person: int
    chat: int
    message_id: int
    data: str
    made_at: float
    answered: bool = False

    def kept(self) -> Json:
        """What the store keeps."""
        return asdict(self)


@dataclass(slots=True)
class Webhook:
    """Where updates are sent instead of being asked for."""

    url: str
    secret_token: str = ""
    max_connections: int = 40  # core.telegram.org/bots/api#setwebhook: "Defaults to 40"
    last_error_date: int | None = None
    last_error_message: str = ""

    def info(self, pending: int, allowed: list[str] | None) -> Json:
        """The API's `WebhookInfo`."""
        info: Json = {
            "url": self.url,
            "has_custom_certificate": False,
            "pending_update_count": pending,
            "max_connections": self.max_connections,
            "ip_address": "127.0.0.1",
        }
        if self.last_error_date is not None:
            info |= {"last_error_date": self.last_error_date, "last_error_message": self.last_error_message}
        return info | ({"allowed_updates": allowed} if allowed else {})


@dataclass(slots=True)
class Profile:
    """What a bot says of itself; each text by language code, "" for everybody."""

    username: str
    name: dict[str, str] = field(default_factory=dict)
    description: dict[str, str] = field(default_factory=dict)
    short_description: dict[str, str] = field(default_factory=dict)
    commands: dict[str, list[Json]] = field(default_factory=dict)
    """By "scope|language", e.g. "default|fr" or "chat:42|"."""
    allowed_updates: list[str] | None = None
    webhook: Webhook | None = None
    next_update_id: int = 0

    def kept(self) -> Json:
        """What the store keeps."""
        return asdict(self)

    @classmethod
    def restore(cls, body: Json) -> "Profile":
        """The reverse of `kept`."""
        webhook = body.pop("webhook")
        return cls(**body, webhook=Webhook(**webhook) if webhook else None)
