"""What the core asks for. The shell turns effects into rows and messages; the core performs nothing."""

from dataclasses import dataclass
from typing import Literal

from flows.run import Answer

Manner = Literal["ask", "offer", "again", "brief", "update"]


@dataclass(frozen=True, slots=True)
class Say:
    """Show the question at `node`.

    `ask`: for the first time or anew; `offer`: an answer set aside earlier can be kept; `again`: repeated on purpose;
    `brief`: repeated, where its words still stand just above; `update`: the same showing, with another set of ticks or messages.
    """

    node: str
    visit: int
    manner: Manner = "ask"


@dataclass(frozen=True, slots=True)
class Kept:
    """An answer was given or replaced: one more line of the answer's history."""

    node: str
    answer: Answer


@dataclass(frozen=True, slots=True)
class SetAside:
    """These answers left the path: kept, not results."""

    nodes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Flag:
    """Something the counsellor should know. `rule` identifies the rule of the pack that raised it."""

    node: str
    rule: str
    level: str
    reason: str


@dataclass(frozen=True, slots=True)
class Lifted:
    """A flag raised earlier no longer holds."""

    node: str
    rule: str


@dataclass(frozen=True, slots=True)
class Dated:
    """A fact without content happened now ("informed of the ethics", "engaged")."""

    fact: str


@dataclass(frozen=True, slots=True)
class Committed:
    """An act whose exact text is kept: what was shown, what was chosen, whether it grants."""

    node: str
    purpose: str
    granted: bool
    text: str
    label: str


@dataclass(frozen=True, slots=True)
class Finish:
    outcome: str


@dataclass(frozen=True, slots=True)
class PhaseReached:
    """The journey entered `phase` (a state of the journey)."""

    phase: str


Effect = Say | Kept | SetAside | Flag | Lifted | Dated | Committed | Finish | PhaseReached
