"""`make smoke`: the same calls to the real Telegram and to the simulator, and what differed.

Opt-in, for our simulator would share our mistakes. It needs a bot that nobody uses and a chat that has started it:
`SMOKE_TOKEN=123:… SMOKE_CHAT=your-id make smoke`. A dozen messages are sent there, and deleted again. The bot's
settings are not touched, and no update is confirmed. Values are not compared, only shapes, codes and descriptions.
"""

import asyncio
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import aiohttp

from simulator import SimulatedPerson, Simulator

TELEGRAM = "https://api.telegram.org"
PATIENCE = 60  # seconds to write something to the bot

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Place:
    """A Bot API server, a bot there, and a chat that has started it."""

    url: str
    token: str
    chat: int


@dataclass(frozen=True, slots=True)
class Seen:
    """What a call gave: its code, what was said about an error, and the shape of the result."""

    code: int
    description: str
    shape: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Probe:
    """One call. Its parameters are made from the chat and the id of the message last sent."""

    name: str
    method: str
    parameters: Callable[[int, int], Json]
    token: str = ""  # another one than the bot's


def _keyboard(data: str) -> Json:
    return {"inline_keyboard": [[{"text": "Oui ✔", "callback_data": data}, {"text": "Non", "callback_data": "no"}]]}


HTML = "<b>Gras</b> &amp; <i>italique</i>\n\n«\u202fC'est tout\u202f» 👩🏽\u200d🔬"
PROBES = (
    Probe("who am I", "getMe", lambda chat, last: {}),
    Probe("names in any case", "GETME", lambda chat, last: {}),
    Probe("a token nobody has", "getMe", lambda chat, last: {}, token="1:AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"),
    Probe("an unknown method", "getMeSomething", lambda chat, last: {}),
    Probe("the commands", "getMyCommands", lambda chat, last: {}),
    Probe("the webhook", "getWebhookInfo", lambda chat, last: {}),
    Probe("typing", "sendChatAction", lambda chat, last: {"chat_id": chat, "action": "typing"}),
    Probe("a message", "sendMessage", lambda chat, last: {"chat_id": chat, "text": "Jalon: smoke test"}),
    Probe(
        "a question",
        "sendMessage",
        lambda chat, last: {
            "chat_id": chat,
            "text": HTML,
            "parse_mode": "HTML",
            "reply_markup": _keyboard("yes"),
            "link_preview_options": {"is_disabled": True},
        },
    ),
    Probe(
        "an edit",
        "editMessageText",
        lambda chat, last: {"chat_id": chat, "message_id": last, "text": "Noté", "reply_markup": _keyboard("yes")},
    ),
    Probe(
        "the same edit",
        "editMessageText",
        lambda chat, last: {"chat_id": chat, "message_id": last, "text": "Noté", "reply_markup": _keyboard("yes")},
    ),
    Probe("buttons gone", "editMessageReplyMarkup", lambda chat, last: {"chat_id": chat, "message_id": last}),
    Probe("buttons gone twice", "editMessageReplyMarkup", lambda chat, last: {"chat_id": chat, "message_id": last}),
    Probe(
        "an edit of nothing",
        "editMessageText",
        lambda chat, last: {"chat_id": chat, "message_id": last + 10_000, "text": "Noté"},
    ),
    Probe("no text", "sendMessage", lambda chat, last: {"chat_id": chat, "text": ""}),
    Probe("only spaces", "sendMessage", lambda chat, last: {"chat_id": chat, "text": " \n "}),
    Probe("a text too long", "sendMessage", lambda chat, last: {"chat_id": chat, "text": "é" * 4097}),
    Probe("no chat", "sendMessage", lambda chat, last: {"text": "?"}),
    Probe("an unknown chat", "sendMessage", lambda chat, last: {"chat_id": 1, "text": "?"}),
    Probe(
        "a tag left open",
        "sendMessage",
        lambda chat, last: {"chat_id": chat, "text": "<b>Gras", "parse_mode": "HTML"},
    ),
    Probe(
        "a tag unknown",
        "sendMessage",
        lambda chat, last: {"chat_id": chat, "text": "<h1>Titre</h1>", "parse_mode": "HTML"},
    ),
    Probe(
        "64 bytes on a button",
        "sendMessage",
        lambda chat, last: {"chat_id": chat, "text": "64", "reply_markup": _keyboard("é" * 32)},
    ),
    Probe(
        "65 bytes on a button",
        "sendMessage",
        lambda chat, last: {"chat_id": chat, "text": "65", "reply_markup": _keyboard("é" * 32 + "x")},
    ),
    Probe(
        "a button without words",
        "sendMessage",
        lambda chat, last: {
            "chat_id": chat,
            "text": "?",
            "reply_markup": {"inline_keyboard": [[{"text": "", "callback_data": "x"}]]},
        },
    ),
    Probe("an old press", "answerCallbackQuery", lambda chat, last: {"callback_query_id": "123456789", "text": "?"}),
    Probe("the chat", "getChat", lambda chat, last: {"chat_id": chat}),
)


# ------------------------------------------------------------------------------------------------------------- looking
def shape(value: Any, path: str = "") -> Iterator[tuple[str, str]]:
    """Path → type of everything in an answer; lists are judged by all of their items."""
    if isinstance(value, dict):
        for key, item in value.items():
            yield from shape(item, f"{path}.{key}".lstrip("."))
    elif isinstance(value, list):
        yield path, "list"
        for item in value:
            yield from shape(item, f"{path}[]")
    else:
        yield path, type(value).__name__


async def call(session: aiohttp.ClientSession, place: Place, method: str, parameters: Json, token: str = "") -> Json:
    """One call of the Bot API; the answer, also when it is a refusal."""
    address = f"{place.url}/bot{token or place.token}/{method}"
    async with session.post(address, json=parameters) as response:
        return dict(await response.json())


def seen(answer: Json) -> Seen:
    code = 200 if answer["ok"] else answer["error_code"]
    return Seen(code, answer.get("description", ""), dict(shape(answer.get("result"))))


async def look(place: Place) -> dict[str, Seen]:
    """Makes every probe at a place, then takes the messages away."""
    sent: list[int] = []
    found: dict[str, Seen] = {}
    async with aiohttp.ClientSession() as session:
        for probe in PROBES:
            parameters = probe.parameters(place.chat, sent[-1] if sent else 0)
            answer = await call(session, place, probe.method, parameters, probe.token)
            found[probe.name] = seen(answer)
            if answer["ok"] and probe.method == "sendMessage":
                sent.append(answer["result"]["message_id"])
        for message in sent:
            found["a message deleted"] = seen(
                await call(session, place, "deleteMessage", {"chat_id": place.chat, "message_id": message})
            )
    return found


async def receive(place: Place, seconds: int = PATIENCE) -> Seen:
    """The last update that waits. Without an offset nothing is confirmed."""
    async with aiohttp.ClientSession() as session:
        answer = await call(session, place, "getUpdates", {"timeout": seconds})
    return seen({**answer, "result": answer.get("result", [])[-1:]})


# ----------------------------------------------------------------------------------------------------------- comparing
OPTIONAL = ("username", "last_name", "language_code", "is_premium", "bio", "photo", "birthdate", "personal_chat")


def differences(real: Mapping[str, Seen], ours: Mapping[str, Seen]) -> Iterator[str]:
    """One line for each thing that is not the same; what depends on the account is left out."""
    for name, there in real.items():
        here = ours[name]
        if (there.code, there.description) != (here.code, here.description):
            yield f"{name}: Telegram says {there.code} {there.description!r}, the simulator {here.code} {here.description!r}"
        for path in sorted(there.shape.keys() | here.shape.keys()):
            kinds = there.shape.get(path, "nothing"), here.shape.get(path, "nothing")
            if kinds[0] != kinds[1] and not any(word in path for word in OPTIONAL):
                yield f"{name}: {path or 'the result'} is {kinds[0]} at Telegram, {kinds[1]} in the simulator"


async def compare(place: Place, say: Callable[[str], None] = print) -> int:
    """Looks at both and prints the differences; gives their number."""
    async with Simulator() as simulator, SimulatedPerson(simulator.url, "Smoke", id=place.chat) as person:
        ours = Place(simulator.url, simulator.token, place.chat)
        await person.start()
        here, there = await look(ours), await look(place)
        say(f"Now write a few words to the bot in Telegram, within {PATIENCE} seconds.")
        await person.say("smoke")
        here["a message received"], there["a message received"] = await receive(ours), await receive(place)
    lines = list(differences(there, here))
    for line in lines:
        say(line)
    say(f"{len(there)} calls compared, {len(lines)} differences.")
    return len(lines)


def main(environment: Mapping[str, str] = os.environ, arguments: Sequence[str] = ()) -> int:
    """0 when nothing differed, 1 when something did, 2 when it cannot be tried."""
    token, chat = environment.get("SMOKE_TOKEN", ""), environment.get("SMOKE_CHAT", "")
    if not token or not chat.lstrip("-").isdigit():
        print(
            "make smoke needs SMOKE_TOKEN (a bot that nobody uses) and SMOKE_CHAT (the number of a chat that started it)."
        )
        return 2
    return 1 if asyncio.run(compare(Place(TELEGRAM, token, int(chat)))) else 0


if __name__ == "__main__":
    sys.exit(main())
