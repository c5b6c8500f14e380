"""A run: one beneficiary in one version of one flow. Plain frozen data; the engine makes new ones."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Literal, Self
from uuid import UUID

Value = str | int | float | list[str]
How = Literal["given", "skipped", "deferred"]


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of what was typed, by the key of the message it came in, so that editing that message edits the answer."""

    key: str
    text: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What a person answered at one node, when, and to which words (`shown`: the question as it was displayed)."""

    how: How
    value: Value | None
    at: datetime
    visit: int
    shown: str
    language: str
    parts: tuple[Part, ...] = ()
    aside: bool = False  # kept, but off the path: not a result, offered again when the path returns

    def same_as(self, how: How, value: Value | None) -> bool:
        return self.how == how and self.value == value

    @classmethod
    def supposed(cls, how: How, value: Value | None = None) -> Self:
        """An answer that nobody gave, to see where it would lead."""
        return cls(how, value, datetime.min.replace(tzinfo=UTC), 1, "", "")


NO_ANSWERS: Mapping[str, Answer] = MappingProxyType({})
NO_DRAFTS: Mapping[str, tuple[Part, ...]] = MappingProxyType({})
NO_TICKS: Mapping[str, tuple[str, ...]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Run:
    """Where a person is (`at`, a node id or `@outcome`), what they answered, and the answer being made.

    `visit` numbers each showing of a question within the run: a button of an earlier visit is stale.
    `path` holds the answered nodes that count, in order: the walk from the first node along the answers.
    `marks` are the choices ticked so far, `parts` the messages of an open answer so far.
    `drafts` are the messages left at open questions too short to be their answer, `ticked` the choices
    ticked and not confirmed: both are taken up when one comes back.
    """

    id: UUID
    flow: str
    version: str
    language: str
    at: str
    visit: int = 0
    answers: Mapping[str, Answer] = field(default_factory=lambda: NO_ANSWERS)
    path: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()
    parts: tuple[Part, ...] = ()
    drafts: Mapping[str, tuple[Part, ...]] = field(default_factory=lambda: NO_DRAFTS)
    ticked: Mapping[str, tuple[str, ...]] = field(default_factory=lambda: NO_TICKS)
    paused: bool = False

    @property
    def outcome(self) -> str | None:
        """The named end reached, or None while a question is open."""
        return self.at[1:] if self.at.startswith("@") else None

    def result(self, node: str) -> Answer | None:
        """The answer at `node` if it counts: only answers on the path are results."""
        return self.answers[node] if node in self.path else None
