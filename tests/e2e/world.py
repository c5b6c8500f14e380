"""A house that closes and opens again, and the people of the ledger who talk to it."""

import asyncio
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import func, select

from jalon.settings import SIMULATED_TOKEN
from simulator.app import Simulator
from storage.absence import RECEIVING
from storage.messages import OutboxRow
from storage.tables import table
from tests.bot.conversing import Guest
from tests.bot.shelf import shelf
from tests.bot.test_absence import ABSENT, seen_to, signs, until
from tests.e2e.ledger import HELLO, PATHS, Ledger
from tests.harness import House, ShiftedClock, serving, settings_for

T = TypeVar("T")
Button = tuple[int, str, str]  # message id, callback data, label


class World:
    """Telegram and a Jalon on one database; the loop they live in runs while something is asked of it."""

    def __init__(self, folder: Path) -> None:
        self.settings, self.clock, self.shelf = settings_for(folder), ShiftedClock(), shelf(HELLO, PATHS)
        self.simulator = Simulator(folder / "simulator.db", tokens=[SIMULATED_TOKEN])
        self.house: House
        self._runner, self._life = asyncio.Runner(), AsyncExitStack()

    def does(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def __enter__(self) -> "World":
        self.does(self.simulator.__aenter__())
        self.does(self._live())
        return self

    def __exit__(self, *error: object) -> None:
        self.does(self._life.aclose())
        self.does(self.simulator.__aexit__(None, None, None))
        self._runner.close()

    async def _live(self) -> None:
        self._life = AsyncExitStack()
        self.house = await self._life.enter_async_context(
            serving(self.settings, self.simulator, self.clock, self.shelf)
        )

    async def restart(self, guests: list["Talker"], hours: int) -> None:
        """Closed and opened again on the same database, `hours` later."""
        await self._life.aclose()
        self.clock.forward(hours=hours)
        before = self.clock.now()
        await self._live()
        for guest in guests:
            guest.house = self.house
        await until(lambda: signs(self.house).get(RECEIVING, before) > before)
        await seen_to(self.house, *guests)


class Talker(Guest):
    """A person, and the model of their record."""

    def __init__(self, place: House, name: str) -> None:
        super().__init__(place, name)
        self.ledger = Ledger()
        self.first_seen: dict[str, int] = {}  # a button's data → the epoch in which it was first on the screen
        self.remembered: list[Button] = []  # message, data, label
        self.typed: list[tuple[int, str]] = []  # message, and the question it was typed under
        self._told: set[int] = set()  # messages that speak of an absence

    async def settle(self) -> None:
        """Until all that can be said is said: what failed has been tried again."""
        await self.quiet()
        while self._waiting():
            self.house.clock.forward(seconds=3)  # type: ignore[attr-defined]
            await self.quiet()
        told = {m["message_id"] for m in self.messages if m.get("text", "").startswith(ABSENT)}
        self.ledger.epoch += bool(told - self._told) and self.ledger.aside != "stop"  # shown again by itself
        self._told |= told
        for button in self.on_screen():
            if button[1] not in self.first_seen:
                self.first_seen[button[1]] = self.ledger.epoch
                self.remembered.append(button)

    def _waiting(self) -> bool:
        rows = table(OutboxRow)
        open_here = (rows.c.chat_id == self.id) & rows.c.state.in_(("queued", "leased"))
        with self.house.stores.database.read() as session:
            return bool(session.execute(select(func.count()).where(open_here)).scalar_one())

    def age(self, button: Button) -> int:
        """How many showings ago a button first appeared."""
        return self.ledger.epoch - self.first_seen[button[1]]

    def on_screen(self) -> list[Button]:
        """Every button that is displayed."""
        return [
            (message["message_id"], button["callback_data"], button["text"])
            for message in self.messages
            for row in message.get("reply_markup", {}).get("inline_keyboard", [])
            for button in row
        ]
