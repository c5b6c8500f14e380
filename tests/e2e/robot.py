"""A robot that knows only Telegram: it sees messages, buttons and the menu of commands, and acts on them by chance.

It can read three things, as anybody can: that a message asks to write, which words close the journey (`endings`), and
which command of the menu means "stop". Nothing else of Jalon is known here. All chance comes from its seed.
"""

import math
import re
from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from random import Random

from tests.e2e.said import words_typed
from tests.e2e.town import CALM, Button, Phone

ASKS_TO_WRITE = re.compile("(?:Écrivez|Write)(?! /)")  # one's own words, not a command
STOP = "arreter"
MEDIA = ("voice", "photo", "sticker", "document", "location", "contact", "poll", "video_note")
TICKED = 0.1  # the weight of a button that was ticked: few people take back what they chose
HERE_AGAIN = 0.4  # the weight of a button for each time it was pressed under these very words
TURNED = -0.05  # the steepness of somebody who has come to doubt
TRIES = 8  # gestures to be heard when giving up


@dataclass(frozen=True, slots=True)
class Temper:
    """How somebody goes about it. `steep`: how much the upper rows are preferred; `last_row`: the weight of the last.

    The rest are chances, from 0 to 1: of typing though there are buttons, and where the message asks to write; of
    each whim; of staying where the journey rests. `budget`: gestures before they have had enough and stop.
    """

    steep: float = 0.25
    last_row: float = 0.3
    types: float = 0.04
    writes: float = 0.6
    doubles: float = 0.03
    commands: float = 0.02
    corrects: float = 0.02
    sends: float = 0.01
    older: float = 0.02
    stays: float = 0.5
    calm: float = CALM
    turns: tuple[int, int] | None = None
    budget: int = 200


TEMPERS = {
    "steady": Temper(steep=1.2, last_row=0.1, types=0.01, commands=0.003, corrects=0.01, doubles=0.01, stays=0.8),
    "hurried": Temper(steep=1.0, last_row=0.1, writes=0.3, doubles=0.15, commands=0.003, calm=0.15, budget=100),
    "hesitant": Temper(steep=0.5, last_row=0.7, corrects=0.08, older=0.06, stays=0.5, budget=120),
    "refusing": Temper(steep=-0.2, last_row=0.2, writes=0.2, stays=0.9),
    "curious": Temper(steep=0.6, last_row=0.6, commands=0.06, older=0.06, sends=0.04, stays=0.3, budget=120),
    "talkative": Temper(steep=0.9, last_row=0.1, types=0.15, writes=0.9, corrects=0.04, stays=0.5, budget=150),
    "compliant": Temper(steep=1.8, last_row=0.05, types=0.02, commands=0.003, stays=0.8),
    "doubtful": Temper(steep=1.6, last_row=0.05, types=0.02, commands=0.003, stays=0.8, turns=(15, 120)),
    "wavering": Temper(steep=1.6, last_row=0.05, types=0.02, commands=0.003, stays=0.8, turns=(14, 22)),
    "weary": Temper(steep=0.8, last_row=0.3, budget=40),
}
# The rarest ends (another service, not yet handed over) are those of people who waver: enough of them that none is missed.
ROSTER = [*sorted(TEMPERS), "wavering", "wavering", "wavering"]


class Robot:
    """One person of a temper, at one phone. `endings`: the first words of each resting card, and its name."""

    def __init__(self, phone: Phone, seed: int, endings: Mapping[str, str]) -> None:
        self.phone, self.seed, self.endings = phone, seed, endings
        self.chance = Random(seed)
        self.name = ROSTER[seed % len(ROSTER)]
        self.temper = TEMPERS[self.name]
        self.gestures = 0
        self._turn = self.chance.randint(*self.temper.turns) if self.temper.turns else self.temper.budget
        self._pressed: Counter[str] = Counter()  # by label
        self._pressed_here: Counter[tuple[str, str]] = Counter()  # by the words above and label
        self._striking: set[str] = set()  # labels that once appeared on a keyboard already displayed
        self._brought_news: Counter[str] = Counter()
        self._hoping: str | None = None  # the label just pressed
        self._read: set[str] = set()
        self._left = 0  # the message id of a resting card it did not stay at

    async def live(self) -> None:
        """Goes from the start to one of the endings."""
        await self.phone.start()
        await self._come_to_rest()

    async def go_on(self) -> None:
        """Goes on to an ending once more: what it did before it read one may have led it away again."""
        await self._gesture()
        await self._come_to_rest()

    async def _come_to_rest(self) -> None:
        while self.gestures < self.temper.budget:
            assert await self.phone.reaction(self.temper.calm), f"no reaction after {self.phone.last()}"
            self._learn()
            if self.ending():
                if self.chance.random() < self.temper.stays:
                    return
                self._left = self.phone.last()["message_id"]
            await self._gesture()
            self.gestures += 1
        await self._give_up()

    def ending(self) -> str | None:
        """The ending that the last message tells, unless it was read before and left."""
        last = self.phone.last()
        told = (name for opening, name in self.endings.items() if last["text"].startswith(opening))
        return None if last.get("message_id") == self._left else next(told, None)

    async def _give_up(self) -> None:
        """Stops for good, once the bot has answered all that was done before."""
        while await self.phone.reaction(patience=2 * CALM):
            pass
        for _ in range(TRIES):
            if self.ending():
                return
            await self.phone.type(f"/{STOP}")
            await self.phone.reaction()
            if shown := self.phone.pressable():
                await self.phone.press(shown[0][0][0])
                await self.phone.reaction()
        raise AssertionError(f"it cannot stop; it sees {self.phone.last()}")

    # ---------------------------------------------------------------------------------------------------- what it does
    async def _gesture(self) -> None:
        whims: list[tuple[float, Callable[[], Awaitable[None]]]] = [
            (self.temper.commands, self._command),
            (self.temper.corrects, self._correct),
            (self.temper.sends, self._send),
            (self.temper.older, self._press_older),
            (self._wish_to_type(), self._type),
        ]
        for likely, whim in whims:
            if self.chance.random() < likely:
                await whim()
                return
        await self._press()

    def _wish_to_type(self) -> float:
        if not self.phone.pressable():
            return 1.0
        if not self.phone.rows(self.phone.last()):
            return 0.8
        asked = ASKS_TO_WRITE.search(self.phone.last()["text"])
        return self.temper.writes if asked else self.temper.types

    async def _press(self) -> None:
        rows = self.phone.pressable()
        await self.phone.press(button := self._choose(rows[0]))
        if self.chance.random() < self.temper.doubles:
            await self.phone.press(button if self.chance.random() < 0.5 else self._choose(rows[0]))

    def _choose(self, rows: list[list[Button]]) -> Button:
        """A button, by its row's place and by what the same words have brought before; one that appeared strikes the eye."""
        first = {label for line in self.phone.keyboards[rows[0][0][0]] for _, label, _ in line}
        named = {bare(label) for label in first}
        buttons = [(button, row) for row, line in enumerate(rows) for button in line]
        weights = [self._weight(button, row, len(rows), button[1] in first) for button, row in buttons]
        self._striking |= {bare(label) for (_, label, _), _ in buttons} - named
        strikes = [bare(label) in self._striking for (_, label, _), _ in buttons]
        weights = [sum(weights) / 2 if new else weight for weight, new in zip(weights, strikes, strict=True)]
        button = self.chance.choices(buttons, weights)[0][0]
        self._pressed[bare(button[1])] += 1
        self._pressed_here[self._above(button), bare(button[1])] += 1
        self._hoping = bare(button[1])
        return button

    def _weight(self, button: Button, row: int, rows: int, as_at_first: bool) -> float:
        steep = self.temper.steep if self.gestures < self._turn else TURNED
        weight = math.exp(-steep * row)
        weight *= self.temper.last_row if row and row == rows - 1 else 1.0
        weight *= 1.0 if as_at_first else TICKED
        label = bare(button[1])
        weight *= HERE_AGAIN ** self._pressed_here[self._above(button), label]
        return weight * (1 + self._brought_news[label]) / (1 + self._pressed[label])

    def _above(self, button: Button) -> str:
        return str(self.phone.messages[button[0]].get("text"))

    def _learn(self) -> None:
        """Whether the last press brought words never read before: what never does is pressed less and less."""
        words = self.phone.last()["text"]
        if self._hoping and words not in self._read:
            self._brought_news[self._hoping] += 1
        self._read.add(words)
        self._hoping = None

    async def _press_older(self) -> None:
        """Scrolls up: a keyboard that is still displayed, or a button remembered from before."""
        if keyboards := list(self.phone.keyboards.values()):
            await self.phone.press(self.chance.choice(self.chance.choice(self.chance.choice(keyboards))))

    async def _type(self) -> None:
        labels = [label for row in (self.phone.pressable() or [[]])[0] for _, label, _ in row]
        await self.phone.type(words_typed(self.chance, labels))

    async def _command(self) -> None:
        await self.phone.type(f"/{self.chance.choice(await self.phone.commands())}")

    async def _correct(self) -> None:
        await self.phone.correct(words_typed(self.chance, []))

    async def _send(self) -> None:
        await self.phone.send(self.chance.choice(MEDIA))


def bare(label: str) -> str:
    """A label without its tick, place or count."""
    return re.sub(r"^[\W\d_]+|[\W\d_]+$", "", label) or label
