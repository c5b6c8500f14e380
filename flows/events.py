"""What can happen in a run. Events carry everything the engine needs; the time is the engine's `now`."""

from dataclasses import dataclass

from flows.run import How, Part, Value


class IllegalEvent(Exception):
    """The event does not fit the run. The run is unchanged; the message names no content."""


class Stale(IllegalEvent):
    """The event speaks of a question that is no longer the one shown (a second tap, an old keyboard)."""


class Invalid(IllegalEvent):
    """The value does not fit the question. `reason` is a key for the words shown to the person."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Started:
    """The first question is to be shown."""


@dataclass(frozen=True, slots=True)
class Answered:
    """The question at hand is answered, skipped or deferred."""

    step: str
    visit: int
    value: Value | None = None
    how: How = "given"
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class Marked:
    """One choice of several is ticked or unticked. States the result ("on"), so that a repetition changes nothing."""

    step: str
    visit: int
    choice: str
    on: bool


@dataclass(frozen=True, slots=True)
class Wrote:
    """One message of an open answer. A part with a known key replaces that part."""

    step: str
    visit: int
    part: Part


@dataclass(frozen=True, slots=True)
class Completed:
    """The answer being made (ticks, messages) is declared complete ("C'est tout")."""

    step: str
    visit: int


@dataclass(frozen=True, slots=True)
class WentBack:
    """To the question before, or to any answered question on the path (`to`)."""

    to: str | None = None


@dataclass(frozen=True, slots=True)
class Changed:
    """An earlier answer is replaced without leaving the question at hand (an edited message)."""

    step: str
    value: Value | None
    how: How = "given"
    parts: tuple[Part, ...] = ()


@dataclass(frozen=True, slots=True)
class LanguageChanged:
    language: str


@dataclass(frozen=True, slots=True)
class Paused:
    """The person stops for now."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The question at hand is to be shown again: after a pause, a silence, or something not understood.

    `brief`: without its words, which were said again just before.
    """

    brief: bool = False


Event = Started | Answered | Marked | Wrote | Completed | WentBack | Changed | LanguageChanged | Paused | Resumed
