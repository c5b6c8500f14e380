"""One chat within one turn: what is known, and what is to be written when the turn commits."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Unpack
from uuid import UUID

from sqlalchemy.orm import Session

from bot.incoming import Incoming
from bot.library import Library
from bot.screens import Row, Screen
from bot.words import plain, say
from flows.flow import Flow
from flows.run import Run
from storage.outbox import Kind, Message, enqueue
from storage.people import Changes, Dossier, change_beneficiary, counsellor_name
from storage.records import Line, transcribe
from storage.runs import load_run
from storage.vault import Vault

NOTICE_LIFE = timedelta(seconds=150)  # Telegram forgets a callback query after about that long (docs/decisions/0003)
REPLY, STRANGER = 0, 9  # priorities: what a person waits for; what somebody unknown is told


@dataclass
class Talk:
    """The unit of work of one update. Everything said is collected here and written by `flush`, in order."""

    session: Session
    vault: Vault
    library: Library
    now: datetime
    bot_id: int
    chat_id: int
    user_id: int
    person: Dossier | None
    language: str
    incoming: Incoming
    last_seen: datetime | None = None  # when this person last said something, before now
    priority: int = REPLY
    hushed: bool = False  # help was shown: it stays the last thing said in this turn

    def __post_init__(self) -> None:
        self._outgoing: list[Message] = []
        self._lines: list[tuple[Line, int | None]] = []  # with the place in `_outgoing` of the row that carries it

    # ------------------------------------------------------------------------------------------------------ the person
    @property
    def who(self) -> Dossier:
        """The person of this chat; handlers for strangers never ask."""
        if self.person is None:
            raise LookupError("a stranger has no dossier")
        return self.person

    def change(self, **changes: Unpack[Changes]) -> None:
        """Writes columns of the dossier and sees them from now on."""
        change_beneficiary(self.session, self.who.id, **changes)
        seen: dict[str, Any] = {name: value for name, value in changes.items() if name in Dossier.__slots__}
        self.person = replace(self.who, **seen)
        self.language = self.person.language

    def active_run(self) -> Run | None:
        """The run whose question is at hand."""
        return load_run(self.session, self.vault, self.who.active_run_id) if self.who.active_run_id else None

    def flow(self, run: Run) -> Flow:
        return self.library.version(self.session, run.version)

    def organisation(self, name: str) -> str:
        return self.library.fact(name, self.language)

    def counsellor(self) -> str:
        """Who follows this person, by name where the dossier has one (an invitation may give an address instead)."""
        name = counsellor_name(self.session, self.who.counsellor_id) if self.who.counsellor_id else None
        return say("your_counsellor", self.language) if name is None or "@" in name else name

    # ---------------------------------------------------------------------------------------------------------- saying
    def say(self, key: str, *rows: Row, **holes: object) -> None:
        """One of the bot's phrases, in the person's language."""
        self.send(Screen(say(key, self.language, **holes), rows))

    def send(self, screen: Screen, *, run: Run | None = None, step: str | None = None) -> None:
        """A new message. With `run`, its buttons belong to the run's present visit; with `step`, it shows that question."""
        if self.hushed:
            return
        self._outgo("send", screen, run, step)
        self._record(screen, run, step)

    def edit(
        self,
        screen: Screen,
        *,
        message_id: int | None = None,
        of: UUID | None = None,
        run: Run | None = None,
        step: str | None = None,
        new: bool = False,
    ) -> None:
        """Replaces a message, by its id or by the outbox row that sent it. `new`: it has news, sent anew if that is gone."""
        self._outgo("edit", screen, run, step, edits=of, message_id=message_id, fallback=new)
        if new:
            self._record(screen, run, step)

    def unbutton(self) -> None:
        """The message whose button was pressed keeps its words and loses its buttons."""
        self.edit(Screen(""), message_id=self.incoming.message_id)

    def notice(self, key: str | None = None, *, alert: bool = False, text: str = "", **holes: object) -> None:
        """Answers the press, so that the button stops spinning; with words, a short notice over the chat."""
        if self.incoming.query_id:
            words = text or (say(key, self.language, **holes) if key else "")
            payload = {"query": self.incoming.query_id, "text": words, "alert": alert}
            self._outgoing.append(self._message("notice", payload, expires_at=self.now + NOTICE_LIFE))

    def leave(self) -> None:
        """Leaves a group."""
        self._outgoing.append(self._message("leave", {}))

    def _outgo(self, kind: Kind, screen: Screen, run: Run | None, step: str | None, **more: Any) -> None:
        payload = {"text": screen.text, "rows": screen.rows, "message_id": more.get("message_id")}
        payload["fallback"] = more.get("fallback", False)
        at: dict[str, Any] = {"run_id": run.id, "visit": run.visit, "step": step} if run else {}
        self._outgoing.append(self._message(kind, payload, edits=more.get("edits"), **at))

    def _message(self, kind: Kind, payload: dict[str, Any], **more: Any) -> Message:
        owner = self.person.id if self.person else None
        priority = self.priority if owner else STRANGER
        return Message(self.bot_id, self.chat_id, owner, kind, payload, priority, **more)

    # ------------------------------------------------------------------------------------------------------ transcript
    def hear(self, kind: str, text: str, run: Run | None = None, edited_of: UUID | None = None) -> None:
        """What the person said, for the transcript."""
        id, step = (run.id, run.at) if run else (None, None)
        said_in = None if kind == "press" else self.incoming.message_id  # a press comes with the bot's own message
        line = Line("in", kind, text, self.now, id, step, message_id=said_in, edited_of=edited_of)
        self._lines.append((line, None))

    def _record(self, screen: Screen, run: Run | None, step: str | None) -> None:
        line = Line("out", "text", plain(screen.text), self.now, run.id if run else None, step)
        self._lines.append((line, len(self._outgoing) - 1))

    def flush(self) -> None:
        """Writes all that was said: the rows to send and the transcript. The last act of an update's handling."""
        sent = enqueue(self.session, self.vault, self._outgoing, self.now)
        if self.person:
            heard_first = sorted(self._lines, key=lambda noted: noted[0].direction != "in")
            lines = [replace(line, outbox_id=None if at is None else sent[at]) for line, at in heard_first]
            transcribe(self.session, self.vault, self.person.id, lines)
        self._outgoing, self._lines = [], []
