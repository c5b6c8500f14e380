"""What was asked of the simulator, and what it refused: tests assert on it."""

from collections import Counter, deque
from dataclasses import asdict, dataclass
from typing import Any, Final

from simulator.signals import Signal

LENGTH: Final = 5_000  # calls and refusals remembered


@dataclass(slots=True, frozen=True)
class Call:
    """One call; `code` 200 when accepted. `injected`: the refusal was a fault asked for, not the bot's doing."""

    number: int
    at: float
    method: str
    chat_id: str
    code: int = 200
    description: str = ""
    injected: bool = False


class Journal:
    """Counters for ever, the last calls in detail. Waiting for updates is no activity; all else rings `changed`."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self.calls: deque[Call] = deque(maxlen=LENGTH)
        self.refusals: deque[Call] = deque(maxlen=LENGTH)
        self.changed = Signal()
        self.total = 0
        self.activity = 0

    def note(self, at: float, method: str, chat_id: str, code: int, description: str, injected: bool) -> None:
        """Write one call down."""
        self.total += 1
        call = Call(self.total, at, method, chat_id, code, description, injected)
        self.counts[method] += 1
        if method != "getupdates" or code != 200:
            self.calls.append(call)
        if code != 200:
            self.refused[method] += 1
            self.refusals.append(call)
        if method != "getupdates":
            self.activity += 1
            self.changed.ring()

    def clear(self) -> None:
        """Start counting anew."""
        self.counts.clear()
        self.refused.clear()
        self.calls.clear()
        self.refusals.clear()


def public(calls: deque[Call]) -> list[dict[str, Any]]:
    """As the control API shows them."""
    return [asdict(call) for call in calls]
