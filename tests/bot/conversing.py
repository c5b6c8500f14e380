"""People who talk with a running Jalon: each gesture waits until the bot has said everything it has to say."""

import asyncio
from typing import Any
from uuid import UUID

from sqlalchemy import func, select

from bot.words import PHRASES, plain, say
from flows.run import Run, Value
from simulator.app import Simulator
from simulator.client import SimulatedPerson
from storage.messages import InboxRow, OutboxRow
from storage.records import Said, transcript_of
from storage.runs import Given, answer_history, load_run
from storage.tables import Consent, Fact, FlagRow, table
from tests.harness import House

GLANCE = 0.01  # seconds between two looks at what is still on its way
PATIENCE = 15.0  # seconds before a conversation is taken for stuck


def said(key: str, language: str = "fr", **holes: object) -> str:
    """A phrase of the bot as a phone shows it."""
    return plain(say(key, language, **holes))


def opening(key: str, language: str = "fr") -> str:
    """The words of a phrase before its first hole: enough to recognise it, whatever fills it."""
    words = plain(PHRASES.table[key][language].partition("{")[0]).strip()
    assert words, f"the phrase {key} begins with a hole"
    return words


async def quiet(house: House) -> None:
    """Until every update is confirmed, and everything that may leave now has its outcome."""
    server = house.simulator.server
    async with asyncio.timeout(PATIENCE):
        while server.main.updates.waiting or await asyncio.to_thread(_on_its_way, house):
            await server.journal.changed.wait(GLANCE)


def _on_its_way(house: House) -> bool:
    rows = table(OutboxRow)
    now = house.stores.database.now()
    due = (rows.c.state == "leased") | ((rows.c.state == "queued") & (rows.c.not_before <= now))
    with house.stores.database.read() as session:
        return bool(session.execute(select(func.count()).select_from(rows).where(due)).scalar_one())


class Guest(SimulatedPerson):
    """An account of Telegram, and what Jalon's database knows of its dossier."""

    house: House  # where one talks now; another life of it after a restart

    def __init__(
        self, place: House | Simulator, first_name: str = "Nadia", language_code: str = "fr", **details: Any
    ) -> None:
        """`place`: a running house, or only Telegram, with nobody to talk with until `house` is set."""
        telegram = place if isinstance(place, Simulator) else place.simulator
        super().__init__(telegram.url, first_name, language_code=language_code, **details)
        if not isinstance(place, Simulator):
            self.house = place

    # --------------------------------------------------------------------------------------------------- gestures
    async def quiet(self) -> None:
        await quiet(self.house)
        await self.look()

    async def come(self, code: str = "") -> None:
        """Presses Start."""
        await self.start(code)
        await self.quiet()

    async def tell(self, *texts: str) -> list[str]:
        """Sends texts, one after the other without waiting; gives what the bot said in return."""
        before = len(self.texts())
        for text in texts:
            await self.say(text)
        await self.quiet()
        return self.texts()[before:]

    async def show(self, kind: str, **details: Any) -> list[str]:
        """Sends a voice, a photo, …; gives what the bot said in return."""
        before = len(self.texts())
        await self.send(kind, **details)
        await self.quiet()
        return self.texts()[before:]

    async def tap(self, *labels: str) -> str:
        """Presses these buttons, each once the bot is quiet; gives the notice over the chat, if the last one had one."""
        notice = ""
        for label in labels:
            notice = await self.noticed(await self.press(label))
        return notice

    async def tap_on(self, message: dict[str, Any], label: str) -> str:
        """Presses a button as it was on a message seen earlier, wherever it may be now; gives the notice."""
        return await self.noticed(await self.press_data(message["message_id"], data_of(message, label)))

    async def noticed(self, query: str) -> str:
        """The words over the chat that answer a press, once the bot is quiet; empty when it had none."""
        await self.quiet()
        return str((await self.wait_for_answer(query)).get("text") or "")

    async def correct(self, text: str, message_id: int | None = None) -> list[str]:
        """Edits a text, the last one by default; gives what the bot said in return."""
        before = len(self.texts())
        await self._act("edit", text=text, **({"message_id": message_id} if message_id else {}))
        await self.quiet()
        return self.texts()[before:]

    # -------------------------------------------------------------------------------------------------- the screen
    def texts(self) -> list[str]:
        """Everything the bot has said that can still be read."""
        return [m["text"] for m in self.messages if m["from"]["is_bot"] and "text" in m]

    def own(self) -> list[dict[str, Any]]:
        """One's own messages."""
        return [m for m in self.messages if not m["from"]["is_bot"]]

    def message(self, part: str) -> dict[str, Any]:
        """The bot's last message with these words."""
        return next(m for m in reversed(self.messages) if m["from"]["is_bot"] and part in m.get("text", ""))

    def asked(self) -> dict[str, Any]:
        """The last message with buttons."""
        return next(m for m in reversed(self.messages) if labels_of(m))

    def labels(self) -> list[str]:
        """All the labels of the last message with buttons."""
        return labels_of(self.asked())

    def live(self, label: str) -> int:
        """How many messages on the screen offer this button."""
        return sum(label in labels_of(m) for m in self.messages)

    # ------------------------------------------------------------------------------------------------- the dossier
    @property
    def dossier(self) -> UUID:
        return self.house.dossier_of(self)

    @property
    def row(self) -> Any:
        return self.house.row_of(self)

    def run(self, flow: str) -> Run:
        return self.house.run_of(self, f"try.{flow}")

    def results(self, flow: str) -> dict[str, Value | str | None]:
        """What counts: the answers on the path, or how they were left."""
        run = self.run(flow)
        answers = ((node, run.answers[node]) for node in run.path)
        return {node: answer.value if answer.how == "given" else answer.how for node, answer in answers}

    def aside(self, flow: str) -> set[str]:
        return {node for node, answer in self.run(flow).answers.items() if answer.aside}

    def history(self, flow: str) -> list[Given]:
        with self.house.stores.database.read() as session:
            return answer_history(session, self.house.stores.vault, self.run(flow).id)

    def flags(self) -> list[tuple[str, str]]:
        """(level, reason) of each flag that is up."""
        flags, vault = table(FlagRow), self.house.stores.vault
        mine = (flags.c.beneficiary_id == self.dossier, flags.c.lifted_at.is_(None))
        with self.house.stores.database.read() as session:
            rows = session.execute(select(flags).where(*mine).order_by(flags.c.raised_at)).all()
            opened = [(r.level, vault.open(session, self.dossier, "flag", r.id, "reason", r.reason)) for r in rows]
        return [(level, reason or "") for level, reason in opened]

    def facts(self) -> list[str]:
        return [row.name for row in self._rows(Fact, "at")]

    def consents(self) -> list[tuple[str, bool]]:
        return [(row.purpose, row.granted) for row in self._rows(Consent, "seq")]

    def transcript(self) -> list[Said]:
        with self.house.stores.database.read() as session:
            return transcript_of(session, self.house.stores.vault, self.dossier)

    def heard(self) -> list[str]:
        """What the bot has kept of one's words, presses and commands."""
        return [line.line.text for line in self.transcript() if line.line.direction == "in"]

    def _rows(self, kind: type[Any], order: str) -> list[Any]:
        rows = table(kind)
        with self.house.stores.database.read() as session:
            mine = select(rows).where(rows.c.beneficiary_id == self.dossier).order_by(rows.c[order])
            return list(session.execute(mine).all())


def labels_of(message: dict[str, Any]) -> list[str]:
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    return [button["text"] for row in rows for button in row]


def data_of(message: dict[str, Any], label: str) -> str:
    """What the button with this label says when it is pressed."""
    rows = message["reply_markup"]["inline_keyboard"]
    return next(str(button["callback_data"]) for row in rows for button in row if button["text"] == label)


def outbox_of(house: House, chat_id: int) -> list[Any]:
    """The rows sent to a chat, in order."""
    rows = table(OutboxRow)
    with house.stores.database.read() as session:
        return list(session.execute(select(rows).where(rows.c.chat_id == chat_id).order_by(rows.c.seq)).all())


def parked_updates(house: House) -> list[Any]:
    rows = table(InboxRow)
    with house.stores.database.read() as session:
        return list(session.execute(select(rows).where(rows.c.state == "parked")).all())


def stored_run(house: House, run_id: UUID) -> Run:
    with house.stores.database.read() as session:
        return load_run(session, house.stores.vault, run_id)


BEGIN, BACK, KEEP = said("button_begin"), said("button_back"), said("button_keep")
DONE, SKIP, DEFER, WHY = said("button_done"), said("button_skip"), said("button_defer"), said("button_why")
PAUSE, RESUME, READ = said("button_pause"), said("button_resume"), said("button_read")
STOP, STOP_YES, STOP_NO = said("button_stop"), said("button_stop_yes"), said("button_stop_no")
STALE, ENDED = said("stale"), said("ended_button")
ANSWERS, CHANGE = said("button_answers"), said("button_change")


def validate(count: int) -> str:
    return said("button_validate", count=count)
