"""What messages show, as far as this process knows, so that an edit which would change nothing is not asked for.

Two quick taps on one button ask for the same edit twice. Telegram refuses the second ("message is not modified"), which
`bot.delivery` understands; but a bot that is refused often is slowed down. Nothing is known after a restart, and
nothing has to be. Only where one process sends everything (SQLite): another worker may have changed the message since.
"""

from collections import OrderedDict
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from storage.claims import Claimed

MOST = 5_000  # messages remembered: far more than people touch within the seconds that matter


@dataclass(frozen=True, slots=True)
class _Look:
    """Digests, so that no words stay in memory. `text` is None where only the buttons are known."""

    text: bytes | None
    rows: bytes


def _digest(value: Any) -> bytes:
    return blake2b(repr(value).encode("utf-8", "replace"), digest_size=16).digest()


class Displayed:
    def __init__(self) -> None:
        self._looks: OrderedDict[tuple[int, int], _Look] = OrderedDict()

    def already(self, row: Claimed) -> int | None:
        """The message that looks as this row would have it; None where there is something to do."""
        target = row.target if row.kind == "edit" else None
        look = self._looks.get((row.chat_id, target)) if target else None
        if look is None:
            return None
        same_text = not row.payload["text"] or look.text == _digest(row.payload["text"])
        return target if same_text and look.rows == _digest(row.payload["rows"]) else None

    def note(self, row: Claimed, message_id: int) -> None:
        """Telegram has made the message look as this row says."""
        place = (row.chat_id, message_id)
        former = self._looks.pop(place, None)
        known = former.text if former else None
        text = _digest(row.payload["text"]) if row.payload["text"] else known
        self._looks[place] = _Look(text, _digest(row.payload["rows"]))
        while len(self._looks) > MOST:
            self._looks.popitem(last=False)

    def forget(self, row: Claimed) -> None:
        """Whether this edit was made is not known: neither is what its message shows."""
        if row.kind == "edit" and row.target:
            self._looks.pop((row.chat_id, row.target), None)
