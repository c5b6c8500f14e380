"""A database with many people in it: one of them has really walked, the others are copies of their rows, made in bulk.

A copy keeps the first half of each id and puts its own number in the place of the second: so every reference between the
rows of one person holds. What is sealed stays as it was, and could not be opened: nobody reads it.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from sqlalchemy import Table, Uuid, func, select

from bench.jalon_bot import library
from bot.house import House
from bot.incoming import RawUpdate
from bot.turn import take_turn
from storage.claims import claim
from storage.columns import Base
from storage.database import Database
from storage.keys import MasterKey
from storage.migrate import upgrade
from storage.outbox import Ended, settle
from storage.pace import Limits
from storage.vault import Vault

BOT, WORKER = 123456789, "bench"
FIRST_CHAT = 1_000_000_000  # of whoever really walks; those of the copies follow
AT_ONCE = 20_000  # copies in one transaction
NOT_COPIED = {"alembic_version", "flow_version", "bot", "heartbeat", "absence", "counsellor", "invitation", "pace"} | {
    "inbox"  # forgotten after three days (storage.inbox)
}
NO_LIMIT = Limits(10_000, 10_000, 0.0, 60)
QUICK = ("journal_mode=OFF", "synchronous=OFF", "foreign_keys=OFF", "cache_size=-500000", "temp_store=MEMORY")


def open_house(folder: Path, questions: int) -> House:
    """A Jalon of the bench's questionnaire, as long as that, on a new SQLite database."""
    database = Database(f"sqlite:///{folder}/jalon.db")
    upgrade(database)
    shelf = library(questions)
    with database.write() as unit:
        shelf.store(unit, database.now())
    return House(database, Vault(MasterKey.create(folder / "master.key")), shelf, BOT, "open", "Europe/Paris")


class Walker:
    """Somebody who presses the first button of the last keyboard. What is to be sent is noted as sent, at once."""

    def __init__(self, house: House, chat: int, timed: Callable[[House, RawUpdate], None] | None = None) -> None:
        self.house, self.chat = house, chat
        self.take = timed or (lambda house, raw: take_turn(house, [raw]))
        self._update = chat * 1_000
        self._button = ""

    def walk(self, presses: int) -> int:
        """The start, then so many presses at the most; how many there were."""
        self._does(message={"message_id": 1, "date": 1, "chat": self._chat, "from": self._who, "text": "/start"})
        for done in range(presses):
            if not self._button:
                return done
            shown = {"message_id": 1, "date": 0, "chat": self._chat}
            press = {"id": "1", "from": self._who, "chat_instance": "1", "message": shown, "data": self._button}
            self._does(callback_query=press)
        return presses

    def _does(self, **what: Any) -> None:
        self._update += 1
        self.take(self.house, {"update_id": self._update, **what})
        self._button = ""
        while self._delivered():
            pass

    def _delivered(self) -> bool:
        database = self.house.database
        with database.write() as unit:
            now = database.now()
            rows = claim(unit, self.house.vault, BOT, WORKER, now, NO_LIMIT)
            settle(unit, WORKER, [Ended(row.id, "sent", now, number, None) for number, row in enumerate(rows, 1)])
        for row in rows:
            if keyboard := row.payload.get("rows"):
                self._button = keyboard[0][0][1]
        return bool(rows)

    @property
    def _chat(self) -> dict[str, Any]:
        return {"id": self.chat, "type": "private"}

    @property
    def _who(self) -> dict[str, Any]:
        return {"id": self.chat, "is_bot": False, "first_name": "Nadia", "language_code": "fr"}


# ---------------------------------------------------------------------------------------------------------- the copies
def multiply(database: Database, people: int) -> Mapping[str, int]:
    """Copies everything that is somebody's, until there are so many of them; the rows of each table then."""
    tables = [one for one in Base.metadata.sorted_tables if one.name not in NOT_COPIED]
    with database.engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None  # noqa: S101
        driver.rollback()
        for pragma in QUICK:
            driver.execute(f"PRAGMA {pragma}")
        for one in tables:
            driver.execute(f'CREATE TEMP TABLE "model_{one.name}" AS SELECT * FROM main."{one.name}"')  # noqa: S608
        for first in range(1, people, AT_ONCE):
            driver.execute("BEGIN")
            for one in tables:
                driver.execute(_copies(one), {"first": first, "last": min(first + AT_ONCE, people) - 1})
            driver.execute("COMMIT")
        counts = {one.name: connection.execute(select(func.count()).select_from(one)).scalar_one() for one in tables}
    database.close()
    return {name: count for name, count in counts.items() if count}


def _copies(one: Table) -> str:
    columns = [column for column in one.columns if column.name not in ("seq", "arrival") or not column.primary_key]
    names = ", ".join(f'"{column.name}"' for column in columns)
    values = ", ".join(_copied(column.name, isinstance(column.type, Uuid)) for column in columns)
    return (
        "WITH RECURSIVE who(n) AS (SELECT :first UNION ALL SELECT n + 1 FROM who WHERE n < :last)"  # noqa: S608
        f' INSERT INTO "{one.name}" ({names}) SELECT {values} FROM who CROSS JOIN temp."model_{one.name}"'
    )


def _copied(name: str, identifies: bool) -> str:
    if identifies:
        return f"substr(\"{name}\", 1, 16) || printf('%016x', n)"
    return f'"{name}" + n' if name in ("chat_id", "user_id") else f'"{name}"'
