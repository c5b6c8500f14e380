"""Somebody who goes straight on: ticks what can be ticked, writes where it is asked, never turns back."""

import re
from collections import Counter
from random import Random
from string import ascii_lowercase

from tests.e2e.robot import ASKS_TO_WRITE, bare
from tests.e2e.town import Button, Phone

LATE = 30.0  # seconds after which a call that failed has been made again
TICKS = 3  # choices ticked before confirming
NUMBER, DATE = re.compile("un nombre|a number"), re.compile("une date|a date")


class Diligent:
    """One person at one phone. `words` are those typed so far: each one is unlike any other."""

    def __init__(self, phone: Phone, seed: int) -> None:
        self.phone = phone
        self.chance = Random(seed)
        self.words: list[str] = []
        self._pressed: Counter[int] = Counter()  # on each message

    async def forward(self) -> None:
        """One gesture, and the bot's reaction."""
        await self.gesture()
        assert await self.phone.reaction(), f"no reaction after {self.phone.last()}"

    async def gesture(self) -> None:
        """Writes if the last message asks for it, otherwise presses the next button."""
        while not self.phone.pressable():  # a call that Telegram broke off is made again after a while
            assert await self.phone.news(LATE), f"nothing to do after {self.phone.last()}"
        last = self.phone.last()
        if ASKS_TO_WRITE.search(last.get("text", "")) and last["message_id"] not in self._pressed:
            self._pressed[last["message_id"]] += 1
            await self.phone.type(self._written(last["text"]))
        else:
            await self.phone.press(self._next())

    def _written(self, question: str) -> str:
        if NUMBER.search(question):
            return "7"
        return "15/03/2027" if DATE.search(question) else self.word()

    def word(self) -> str:
        """A word of twelve letters that is in no text and no other answer."""
        self.words.append("".join(self.chance.choices(ascii_lowercase, k=12)))
        return self.words[-1]

    def _next(self) -> Button:
        rows = self.phone.pressable()[0]
        buttons = [button for row in rows for button in row]
        message_id = buttons[0][0]
        at_first = {bare(label) for row in self.phone.keyboards[message_id] for _, label, _ in row}
        confirm = [button for button in buttons if bare(button[1]) not in at_first]
        done = self._pressed[message_id]
        self._pressed[message_id] += 1
        return confirm[0] if confirm and done >= TICKS else buttons[min(done, len(buttons) - 1)]
