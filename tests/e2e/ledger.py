"""What one person's record must hold, by a model of two flows as small as it can be: `hello` and `paths` of tests/bot/packs.

It knows nothing of the program. Each gesture says here what it means; the record, the screen and the export are compared.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

Given = tuple[str, str | int | None]  # how, value
HELLO, PATHS, END = "hello", "paths", ""
FIRST = {HELLO: "consent", PATHS: "situation"}
ASKED = {
    "consent": "Participez-vous ?",
    "situation": "Votre situation ?",
    "hours": "Combien d'heures par semaine ?",
    "contract": "Quel contrat ?",
    "since": "Depuis quand cherchez-vous ?",
    "mood": "Votre moral ?",
    "closing": "Un dernier mot ?",
}
NEXT = {"consent": END, "hours": "contract", "contract": "mood", "since": "mood", "mood": "closing", "closing": END}
AHEAD = {  # what may still be met from a question, itself included
    "situation": set(ASKED) - {"consent"},
    "hours": {"hours", "contract", "mood", "closing"},
    "contract": {"contract", "mood", "closing"},
    "since": {"since", "mood", "closing"},
    "mood": {"mood", "closing"},
    "closing": {"closing"},
    "consent": {"consent"},
    END: set(),
}
LABELS: dict[str, dict[str, str | int]] = {
    "consent": {"Je participe": "agree", "Sans moi": "decline"},
    "situation": {"En poste": "employed", "En recherche": "seeking"},
    "contract": {"Durable": "lasting", "Limité": "limited"},
    "mood": {str(degree): degree for degree in range(11)},
}
WRITTEN = {"since", "closing"}  # in free words


@dataclass
class Walk:
    """A run: its answers, those set aside, all that was ever given, and where the person is."""

    flow: str
    at: str = ""
    answers: dict[str, Given] = field(default_factory=dict)
    keys: dict[str, dict[int, str]] = field(default_factory=dict)  # the messages that each answer was made of
    aside: set[str] = field(default_factory=set)
    history: list[tuple[str, str, str | int | None]] = field(default_factory=list)
    parts: dict[int, str] = field(default_factory=dict)  # what is being written, by message
    paused: bool = False

    def __post_init__(self) -> None:
        self.at = FIRST[self.flow]

    def _walked(self) -> Iterator[str]:
        node = FIRST[self.flow]
        while node and node in self.answers and node not in self.aside:
            yield node
            node = self._after(node)

    def _after(self, node: str) -> str:
        if node == "situation":
            return "hours" if self.answers[node][1] == "employed" else "since"
        return NEXT[node]

    @property
    def path(self) -> list[str]:
        return list(self._walked())

    @property
    def frontier(self) -> str:
        path = self.path
        return self._after(path[-1]) if path else FIRST[self.flow]

    @property
    def before(self) -> str | None:
        path = self.path
        earlier = path[: path.index(self.at)] if self.at in path else path
        return earlier[-1] if earlier else None

    @property
    def outcome(self) -> str | None:
        if self.at:
            return None
        return "done" if self.flow == PATHS else "consented" if self.answers["consent"][1] == "agree" else "declined"

    def keep(self, node: str, how: str, value: str | int | None, keys: dict[int, str]) -> None:
        """An answer takes its place; the same once more is none, but for an act."""
        if self.answers.get(node) != (how, value) or node == "consent":
            self.history.append((node, how, value))
            self.answers[node], self.keys[node] = (how, value), keys
        self.aside.discard(node)
        off = {n for n in self.answers if n not in self.path}
        self.aside |= off - AHEAD[self.frontier]

    def answer(self, how: str, value: str | int | None, keys: dict[int, str] | None = None) -> None:
        self.keep(self.at, how, value, keys or {})
        self.show(self.frontier)

    def show(self, node: str) -> None:
        self.at, self.parts, self.paused = node, {}, False

    def leave_for(self, node: str) -> None:
        """Goes back to a question; what is being written is an answer."""
        if self.parts:
            self.keep(self.at, "given", joined(self.parts), dict(self.parts))
        self.show(node if node in self.path else self.frontier)


def joined(parts: dict[int, str]) -> str:
    return "\n".join(parts.values())


@dataclass
class Ledger:
    """One person. `place`: where the journey is; `epoch`: how often a question was shown: buttons of before are old."""

    place: str = HELLO
    walks: list[Walk] = field(default_factory=list)
    open: Walk | None = None
    consents: list[tuple[str, bool]] = field(default_factory=list)
    facts: list[str] = field(default_factory=list)
    gestures: int = 0
    epoch: int = 0
    aside: str = ""  # "pause" or "stop": a card beside the question waits for a tap

    @property
    def agrees(self) -> bool:
        return bool(self.consents) and self.consents[-1][1]

    def walk_of(self, flow: str) -> Walk | None:
        return next((walk for walk in reversed(self.walks) if walk.flow == flow), None)

    # ------------------------------------------------------------------------------------------------ moving about
    def begin(self) -> None:
        self.open = Walk(self.place)
        self.walks.append(self.open)
        self._shown()

    def _shown(self) -> None:
        self.epoch, self.aside = self.epoch + 1, ""

    def again(self) -> None:
        """The open question is shown once more."""
        self.aside = ""
        if self.open:
            self.open.paused = False
            self._shown()

    def pause(self) -> None:
        self.aside = "pause"
        if self.open:
            self.open.paused = True

    def resume(self) -> None:
        """From a rest that was taken, or from a resting place: the consent anew."""
        if self.place in ("stopped", "declined") and self.open is None:
            self.place = HELLO
            self.begin()
        else:
            self.again()

    def stop(self) -> None:
        self.aside, self.place, self.open = "", "stopped", None
        self.facts.append("stopped")
        if self.agrees:
            self.consents.append(("taking_part", False))
        self.epoch += 1

    # --------------------------------------------------------------------------------------------------- answering
    def answer(self, how: str, value: str | int | None, keys: dict[int, str] | None = None) -> None:
        assert self.open is not None
        if self.open.at == "consent":
            self.consents.append(("taking_part", value == "agree"))
            self.facts += ["consented"] if value == "agree" else []
        self.open.answer(how, value, keys)
        self._shown()
        if not self.open.at:
            self._finished(self.open)

    def _finished(self, walk: Walk) -> None:
        self.open = None
        if walk.flow == PATHS:
            self.place = "finished"
            self.facts.append("paths_done")
        elif walk.outcome == "declined":
            self.place = "declined"
        else:
            self._arrive(self.walk_of(PATHS))

    def _arrive(self, former: Walk | None) -> None:
        """After an agreement given anew, what was begun goes on; what was over stays so."""
        self.place = "finished" if former and not former.at else PATHS
        self.open = former if former and former.at else None
        self.again()

    def say(self, message: int, text: str) -> None:
        """Words under the open question."""
        assert self.open is not None
        node, labels = self.open.at, LABELS.get(self.open.at, {})
        if node in WRITTEN:
            self.open.parts[message] = text
            self.open.paused = False
        elif node == "hours" and text.isdecimal() and 1 <= int(text) <= 60:
            self.answer("given", int(text), {message: text})
        elif node != "consent" and text in labels:
            self.answer("given", labels[text], {message: text})
        else:
            self.again()

    def correct(self, message: int, text: str) -> None:
        """Other words in the place of those of a message: they mean what it meant."""
        found = next((w for w in self._counted() if any(message in w.keys[n] for n in w.path)), None)
        if found:
            if self.agrees and self._replace(found, message, text):
                self.again()
        elif self.open and message in self.open.parts:
            self.open.parts[message] = text

    def holds(self, message: int) -> bool:
        """Whether a message is an answer that counts, or a piece of the one being written."""
        return any(message in w.parts or any(message in w.keys[n] for n in w.path) for w in self._counted())

    def _counted(self) -> list[Walk]:
        return [walk for walk in (self.open, self.walk_of(PATHS)) if walk]

    def _replace(self, walk: Walk, message: int, text: str) -> bool:
        node = next(n for n in walk.path if message in walk.keys[n])
        keys = {**walk.keys[node], message: text}
        if node in WRITTEN:
            walk.keep(node, "given", joined(keys), keys)
        elif node == "hours" and text.isdecimal() and 1 <= int(text) <= 60:
            walk.keep(node, "given", int(text), keys)
        else:
            return False
        return True

    def reopen(self, node: str) -> None:
        """An earlier answer is to be given again."""
        walk = self.walk_of(PATHS)
        if walk and node in walk.path and self.agrees and self.place in (PATHS, "finished"):
            self.open = walk
            walk.leave_for(node)
            self._shown()

    def back(self) -> None:
        assert self.open is not None
        if self.open.before is not None:
            self.open.leave_for(self.open.before)
            self._shown()
