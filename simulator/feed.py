"""What happened, in order: the page and the tests follow it instead of sleeping."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from simulator.signals import Signal

Json = dict[str, Any]

LENGTH: Final = 20_000  # happenings remembered


@dataclass(slots=True, frozen=True)
class Happening:
    """`kind`: message, edited, deleted, typing, pressed, answered, status, person, commands."""

    seq: int
    chat: int
    kind: str
    detail: Json

    def public(self) -> Json:
        """As the control API shows it."""
        return {"seq": self.seq, "chat_id": self.chat, "kind": self.kind, **self.detail}


class Feed:
    """Numbered from `first`; a restart goes on above, so that "after" stays meaningful."""

    def __init__(self, first: int = 0) -> None:
        self.last = first
        self._all: deque[Happening] = deque(maxlen=LENGTH)
        self.changed = Signal()
        self.listeners: list[Callable[[Happening], None]] = []

    def add(self, chat: int, kind: str, **detail: Any) -> None:
        """Note and wake."""
        self.last += 1
        happening = Happening(self.last, chat, kind, detail)
        self._all.append(happening)
        for listener in tuple(self.listeners):
            listener(happening)
        self.changed.ring()

    def after(self, seq: int, chat: int | None = None) -> list[Json]:
        """Everything after `seq`, of one chat or of all."""
        found: list[Json] = []
        for happening in reversed(self._all):
            if happening.seq <= seq:
                break
            if chat is None or happening.chat == chat:
                found.append(happening.public())
        return found[::-1]
