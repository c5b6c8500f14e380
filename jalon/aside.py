"""What was put aside, received or sent, as the terminal shows it: when, what, why and whose, never any content."""

from datetime import datetime
from typing import Protocol
from uuid import UUID

from jalon.words import say


class Aside(Protocol):
    @property
    def bot_id(self) -> int: ...
    @property
    def error(self) -> str | None: ...
    @property
    def attempts(self) -> int: ...
    @property
    def beneficiary_id(self) -> UUID | None: ...


def line(it: Aside, at: datetime, what: str, ours: int, language: str, note: str = "") -> str:
    """One line. `ours`: this bot; of another one it is said that this one cannot take it up."""
    if it.bot_id != ours:
        note = say("aside_former", language, bot=it.bot_id)
    said = say(
        "aside_line",
        language,
        at=moment(at),
        what=what,
        error=it.error or "-",
        tries=it.attempts,
        whose=whose(it.beneficiary_id, language),
    )
    return f"{said}  ({note})" if note else said


def whose(dossier: UUID | None, language: str) -> str:
    return say("aside_dossier" if dossier else "aside_nobody", language, dossier=dossier)


def moment(at: datetime) -> str:
    return f"{at:%Y-%m-%d %H:%M} UTC"
