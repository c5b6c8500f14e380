"""A crowd of people who answer as soon as they are asked: load from inside the simulator, which costs no connection.

Each presses the first button of the newest keyboard, until the bot says the words that end it; then somebody new takes
their place. What is measured is what a person feels: from the press to the next keyboard, or the last words.
"""

import asyncio
import time
from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from simulator.actions import act
from simulator.errors import ControlError
from simulator.feed import Happening
from simulator.server import Server

Json = dict[str, Any]

NEWS: Final = ("message", "edited")
KEPT: Final = 1_000_000  # latencies remembered


@dataclass(slots=True)
class Walker:
    """One person on their way. `asked`: the buttons already pressed; `since`: when they last did something."""

    id: int
    since: float
    asked: set[str] = field(default_factory=set)


class Crowd:
    """`size` people at once, `people` in all; the walk of each ends with a message that holds `until`."""

    def __init__(self, server: Server, people: int, size: int, until: str) -> None:
        self._server, self._until = server, until
        self._to_come = people
        self._walkers: dict[int, Walker] = {}
        self._size = size
        self.people, self.finished, self.gestures = people, 0, 0
        self.latencies: deque[float] = deque(maxlen=KEPT)
        self.began = self.ended = 0.0

    def start(self) -> None:
        """Sends the first ones in."""
        self.began = time.perf_counter()
        self._server.main.feed.listeners.append(self._hear)
        for _ in range(min(self._size, self._to_come)):
            self._next_person()

    def public(self) -> Json:
        """How far it is; latencies in seconds, once everybody has finished."""
        over = self.finished >= self.people
        seconds = (self.ended or time.perf_counter()) - self.began
        head = {"people": self.people, "finished": self.finished, "gestures": self.gestures, "seconds": seconds}
        return {**head, "over": over, "latencies": sorted(self.latencies) if over else []}

    def _next_person(self) -> None:
        self._to_come -= 1
        person = self._server.add_person({"first_name": "Passante"})
        self._walkers[person.id] = Walker(person.id, time.perf_counter())
        self._do(self._walkers[person.id], "start", {})

    def _do(self, walker: Walker, action: str, body: Json) -> None:
        self.gestures += 1
        walker.since = time.perf_counter()
        act(self._server.main, self._server.people[walker.id], action, body)

    def _hear(self, happening: Happening) -> None:
        """What a person sees. They act in the next round of the loop: the call that showed it is answered first."""
        walker = self._walkers.get(happening.chat)
        if walker is None or happening.kind not in NEWS:
            return
        message: Json = happening.detail["message"]
        if not message["from"]["is_bot"]:
            return
        if self._until in message.get("text", ""):
            self._finish(walker)
        elif button := _first_button(message):
            self._press(walker, message["message_id"], button)

    def _press(self, walker: Walker, message_id: int, data: str) -> None:
        if data not in walker.asked:
            walker.asked.add(data)
            self.latencies.append(time.perf_counter() - walker.since)
            asyncio.get_running_loop().call_soon(self._do, walker, "press", {"message_id": message_id, "data": data})

    def _finish(self, walker: Walker) -> None:
        del self._walkers[walker.id]
        self.latencies.append(time.perf_counter() - walker.since)
        self.finished += 1
        if self._to_come:
            asyncio.get_running_loop().call_soon(self._next_person)
        elif not self._walkers:
            self.ended = time.perf_counter()
            self._server.main.feed.listeners.remove(self._hear)


def _first_button(message: Json) -> str:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return next((str(button["callback_data"]) for row in rows for button in row if "callback_data" in button), "")


def gather(server: Server, body: Json) -> Crowd:
    """A crowd as the control API asks for it. Raises `ControlError`."""
    people, size, until = int(body.get("people", 100)), int(body.get("size", 100)), str(body.get("until", ""))
    if not until or size < 1 or people < 1:
        raise ControlError(400, "a crowd has people, a size, and the words that end a walk (until)")
    return Crowd(server, people, size, until)
