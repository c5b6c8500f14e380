"""People for tests: what a person can do and see on a phone, and nothing else."""

import http.client
import json
import time
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self
from urllib.parse import urlsplit

import aiohttp

Json = dict[str, Any]
Condition = Callable[[list[Json]], bool]

PATIENCE: Final = 10.0  # seconds a test waits before it fails


class SimulatorError(AssertionError):
    """What was asked of the simulated phone is not possible, or did not happen in time."""


class SimulatedPerson:
    """One account and its conversation with the bot.

    `async with SimulatedPerson(url, "Nadia", language_code="fr") as nadia: await nadia.say("Bonjour")`
    """

    def __init__(self, url: str, first_name: str = "", *, existing: int = 0, **details: Any) -> None:
        """A new account, or the `existing` one with this id (after a restart, say)."""
        self._url = url.rstrip("/")
        self._wish = {"first_name": first_name, **details}
        self._session: aiohttp.ClientSession | None = None
        self.id = existing
        self.messages: list[Json] = []
        self.seq = 0
        self.answers: list[Json] = []
        """Notices the bot answered button presses with, oldest first: {"text", "show_alert", …}."""

    async def __aenter__(self) -> Self:
        """Create the account, unless it exists."""
        self._session = aiohttp.ClientSession()
        try:
            self.id = self.id or (await self._ask("POST", "/people", self._wish))["id"]
            await self.look()
        except BaseException:
            await self._session.close()
            raise
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Put the phone away; the account stays."""
        if self._session:
            await self._session.close()

    async def _ask(self, method: str, path: str, body: Json | None = None, **query: Any) -> Any:
        if self._session is None:
            raise SimulatorError("use `async with`")
        async with self._session.request(method, f"{self._url}/simulator{path}", json=body, params=query) as response:
            answer = await response.json()
            if response.status != 200:
                raise SimulatorError(answer["error"])
            return answer

    async def _act(self, action: str, **body: Any) -> Json:
        done: Json = await self._ask("POST", f"/people/{self.id}/{action}", body)
        return done

    async def look(self) -> list[Json]:
        """The conversation as it is now."""
        chat = await self._ask("GET", f"/chats/{self.id}/messages")
        self.messages, self.seq = chat["messages"], max(self.seq, chat["seq"])
        return self.messages

    async def start(self, payload: str = "") -> Json:
        """Press Start, maybe from an invitation link."""
        return await self._act("start", payload=payload)

    async def say(self, text: str) -> Json:
        """Send a text or a /command."""
        return await self._act("text", text=text)

    async def send(self, kind: str, **details: Any) -> Json:
        """Send a voice, photo, sticker, document, location, contact, poll or video_note."""
        return await self._act(kind, **details)

    async def edit_last(self, text: str) -> Json:
        """Correct one's last text."""
        return await self._act("edit", text=text)

    async def block(self) -> None:
        """Block the bot."""
        await self._act("block")

    async def unblock(self) -> None:
        """Unblock it."""
        await self._act("unblock")

    async def press(self, label: str, message_id: int | None = None) -> str:
        """Press the button with this label, on the last message that has one; gives the callback query's id."""
        await self.look()
        for message in reversed(self.messages):
            if message_id in (None, message["message_id"]) and label in _labels(message):
                pressed = await self._act("press", message_id=message["message_id"], label=label)
                return str(pressed["callback_query_id"])
        raise SimulatorError(f"no button {label!r}; there are {self.keyboard()}")

    async def press_data(self, message_id: int, data: str) -> str:
        """Press a button remembered from earlier, whether or not it is still shown."""
        pressed = await self._act("press", message_id=message_id, data=data)
        return str(pressed["callback_query_id"])

    def keyboard(self) -> list[list[str]]:
        """Labels of the last message with buttons, row by row (as of the last look)."""
        shown = [message for message in self.messages if _labels(message)]
        if not shown:
            return []
        return [[button["text"] for button in row] for row in shown[-1]["reply_markup"]["inline_keyboard"]]

    def last(self) -> str:
        """The last text of the bot (as of the last look)."""
        texts = [message["text"] for message in self.messages if message["from"]["is_bot"] and "text" in message]
        return texts[-1] if texts else ""

    async def wait_for(self, condition: Condition, seconds: float = PATIENCE) -> list[Json]:
        """Follow the conversation until `condition(messages)`; fails after `seconds`."""
        deadline = time.monotonic() + seconds
        while not condition(await self.look()):
            left = deadline - time.monotonic()
            if left <= 0:
                raise SimulatorError(f"it did not happen in {seconds} s; last seen: {self.messages[-3:]}")
            await self._follow(left)
        return self.messages

    async def wait_for_text(self, part: str, seconds: float = PATIENCE) -> Json:
        """The first bot message, from the end, that contains `part`."""
        messages = await self.wait_for(lambda seen: any(part in _said(message) for message in seen), seconds)
        return next(message for message in reversed(messages) if part in _said(message))

    async def wait_for_answer(self, callback_query_id: str, seconds: float = PATIENCE) -> Json:
        """The notice that answers this press."""
        deadline = time.monotonic() + seconds
        after = 0
        while (left := deadline - time.monotonic()) > 0:
            news = await self._ask("GET", f"/chats/{self.id}/events", after=after, wait=left)
            for event in news["events"]:
                if event["kind"] == "answered" and event["callback_query_id"] == callback_query_id:
                    return dict(event)
            after = news["seq"]
        raise SimulatorError(f"the press was not answered in {seconds} s")

    async def _follow(self, seconds: float) -> None:
        news = await self._ask("GET", f"/chats/{self.id}/events", after=self.seq, wait=seconds)
        self.seq = news["seq"]
        self.answers += [event for event in news["events"] if event["kind"] == "answered"]

    async def settle(self, quiet: float = 0.15, seconds: float = PATIENCE) -> list[Json]:
        """Until the bot has confirmed every update and called nothing for `quiet` seconds; the conversation then."""
        state = await self._ask("GET", "/settled", quiet=quiet, timeout=seconds)
        if not state["settled"]:
            raise SimulatorError(f"the bot did not settle in {seconds} s, {state['pending']} updates pending")
        return await self.look()


def settle(url: str, quiet: float = 0.15, seconds: float = PATIENCE) -> None:
    """`SimulatedPerson.settle` for code without a loop: blocks until the bot is quiet, fails after `seconds`."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=seconds + 5)
    try:
        connection.request("GET", f"/simulator/settled?quiet={quiet}&timeout={seconds}")
        state = json.load(connection.getresponse())
    finally:
        connection.close()
    if not state["settled"]:
        raise SimulatorError(f"the bot did not settle in {seconds} s")


def _labels(message: Json) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def _said(message: Json) -> str:
    return str(message.get("text", "")) if message["from"]["is_bot"] else ""
