"""The simulator's people for many robots at once: one stream of everything that happens, dealt out to each phone.

A phone that polled for its own chat would cost several requests for each tap; here a tap is one request.
"""

import asyncio
import contextlib
import json
from collections import defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp

Json = dict[str, Any]
Button = tuple[int, str, str]  # (message id, label, callback data)

PATIENCE = 30.0  # seconds for the bot's first reaction: the machine may be busy with much else
CALM = 1.2  # seconds without news after which nothing more is expected
QUIET = 0.03  # the same, once there is something to act on
LIMIT = 2**20  # bytes of one line of the stream


class Phone:
    """One person's Telegram: the conversation as it is displayed, and every version of each message it has shown."""

    def __init__(self, town: "Town", person_id: int) -> None:
        self.town, self.id = town, person_id
        self.messages: dict[int, Json] = {}
        self.versions: dict[int, list[str]] = defaultdict(list)
        self.keyboards: dict[int, list[list[Button]]] = {}  # the first keyboard of each message of the bot
        self.notices: list[Json] = []
        self.typed: dict[int, str] = {}  # by message id, as sent: blank ends cut
        self.corrections: list[str] = []
        self.gestures = 0
        self._stirred = asyncio.Event()
        self._ready = False  # the last news can be acted on: a keyboard, or a notice that says why nothing happens

    # ------------------------------------------------------------------------------------------------------- seeing
    def happened(self, event: Json) -> None:
        """What the stream says about this chat."""
        if event["kind"] in ("message", "edited"):
            self._shown(event["message"])
        elif event["kind"] == "answered":
            self.notices.append(event)
            self._reacted(self._ready or bool(event.get("text")))

    def _shown(self, message: Json) -> None:
        self.messages[message["message_id"]] = message
        if message["from"]["is_bot"]:
            self.versions[message["message_id"]].append(message.get("text", ""))
            if rows := self.rows(message):
                self.keyboards.setdefault(message["message_id"], rows)
            self._reacted(bool(rows) if message is self.last() else self._ready)

    def _reacted(self, ready: bool) -> None:
        self._ready = ready
        self._stirred.set()

    @staticmethod
    def rows(message: Json) -> list[list[Button]]:
        """The message's buttons as they are now, row by row."""
        rows = message.get("reply_markup", {}).get("inline_keyboard", [])
        return [[(message["message_id"], b["text"], b["callback_data"]) for b in row] for row in rows]

    def last(self) -> Json:
        """The last message of the conversation that the bot sent."""
        return next((m for m in reversed(self.messages.values()) if m["from"]["is_bot"]), {"text": ""})

    def pressable(self) -> list[list[list[Button]]]:
        """The keyboards displayed, the latest message's first."""
        return [rows for message in reversed(self.messages.values()) if (rows := self.rows(message))]

    async def commands(self) -> list[str]:
        """The menu beside the writing box."""
        return [command["command"] for command in await self.town.ask("GET", f"/chats/{self.id}/commands")]

    # ------------------------------------------------------------------------------------------------------- acting
    async def _act(self, action: str, **body: Any) -> Json:
        self._ready, self.gestures = False, self.gestures + 1
        done: Json = await self.town.ask("POST", f"/people/{self.id}/{action}", body)
        return done

    async def start(self) -> None:
        self._wrote(await self._act("start"))

    async def type(self, text: str) -> None:
        self._wrote(await self._act("text", text=text))

    def _wrote(self, message: Json) -> None:
        self.typed[message["message_id"]] = message["text"]

    async def correct(self, text: str) -> None:
        """Edits one's last text."""
        self.corrections.append((await self._act("edit", text=text))["text"])

    async def send(self, kind: str) -> None:
        await self._act(kind)

    async def press(self, button: Button) -> None:
        """Presses a button, be it displayed or remembered."""
        await self._act("press", message_id=button[0], data=button[2])

    async def reaction(self, calm: float = CALM, patience: float = PATIENCE) -> bool:
        """Waits until the bot has reacted to what was just done and there is something to act on, or `calm` seconds pass.

        False if it did not react at all.
        """
        if not await self.news(patience):
            return False
        while await self.news(QUIET if self._ready else calm):
            pass
        return True

    async def news(self, seconds: float = CALM) -> bool:
        """Waits for the bot to do anything at all; False when it did nothing for so long."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._stirred.wait()
        arrived = self._stirred.is_set()
        self._stirred.clear()
        return arrived


class Town:
    """Everybody who talks to the bot of one simulator."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self.url, self._session = url, session
        self._happened: dict[int, Callable[[Json], None]] = {}
        self._seen, self._news = 0, asyncio.Event()

    async def ask(self, method: str, path: str, body: Json | None = None, **query: Any) -> Any:
        """One call of the simulator's control API."""
        address = f"{self.url}/simulator{path}"
        async with self._session.request(method, address, json=body, params=query) as response:
            answer = await response.json()
            assert response.status == 200, answer
            return answer

    async def phone(self, name: str, language: str) -> Phone:
        """A new account."""
        person = await self.ask("POST", "/people", {"first_name": name, "language_code": language})
        phone = Phone(self, person["id"])
        self._happened[phone.id] = phone.happened
        return phone

    async def settle(self, quiet: float = 0.3, seconds: float = 30.0) -> None:
        """Until the bot has confirmed every update and called nothing for `quiet` seconds."""
        state = await self.ask("GET", "/settled", quiet=quiet, timeout=seconds)
        assert state["settled"], f"the bot did not settle: {state}"

    async def happenings(self, count: int) -> None:
        """Until so many more things have happened on all screens."""
        goal = self._seen + count
        async with asyncio.timeout(PATIENCE):
            while self._seen < goal:
                self._news.clear()
                await self._news.wait()

    async def refusals(self) -> list[Json]:
        """The calls that the simulator refused, ordered faults apart."""
        return list((await self.ask("GET", "/refusals"))["refusals"])

    async def follow(self) -> None:
        """Deals out what happens, until cancelled."""
        no_limit = aiohttp.ClientTimeout(total=None)
        async with self._session.get(f"{self.url}/simulator/stream", timeout=no_limit) as stream:
            async for line in stream.content:
                if line.startswith(b"data: "):
                    event = json.loads(line.removeprefix(b"data: "))
                    self._seen += 1
                    self._news.set()
                    if told := self._happened.get(event["chat_id"]):
                        told(event)


@contextlib.asynccontextmanager
async def town(url: str) -> AsyncIterator[Town]:
    """The people of the simulator at `url`, and the task that tells them what happens."""
    connector = aiohttp.TCPConnector(limit=0)
    async with aiohttp.ClientSession(connector=connector, read_bufsize=LIMIT) as session:
        made = Town(url, session)
        following = asyncio.ensure_future(made.follow())
        try:
            yield made
        finally:
            following.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await following
