"""What every turn needs."""

from dataclasses import dataclass

from bot.enrolment import Enrolment
from bot.library import Library
from storage.database import Database
from storage.vault import Vault


@dataclass(frozen=True, slots=True)
class House:
    """What every turn needs. One per process."""

    database: Database
    vault: Vault
    library: Library
    bot_id: int
    enrolment: Enrolment
    zone: str
