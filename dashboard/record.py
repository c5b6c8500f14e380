"""The record of one person as one page: what a counsellor needs in ten seconds first, then everything."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from importlib.resources import files
from itertools import groupby
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from babel.dates import format_datetime, get_timezone_location
from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.journey import load_journey
from flows.phrases import Phrases
from flows.wording import long_date
from storage.export_schema import AnswerRecord, Export, FlagRecord, RunRecord, TranscriptLine
from storage.listing import SHORT

SAYS = Phrases(files("dashboard") / "phrases.yaml")
MESSAGE = "message"  # the rule of the flag that a message to the counsellor raises
REOPENED = "edit"  # what the transcript holds for a press that opened an earlier answer again
FOR_COUNSELLOR = "to_counsellor"  # the kind of the lines that a person leaves for their counsellor
LEVELS = ("urgent", "attention", "notice")
FIRST = ("preliminary.needs", "preliminary.motivations")  # what an interview is about; then the latest
DELIVERED = (None, "sent")

_TEMPLATES = Environment(
    loader=PackageLoader("dashboard"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def record_page(record: Export, language: str) -> str:
    """The page in a language of the house; what people and packs say stays in theirs. Times are the person's."""
    return _TEMPLATES.get_template("record.html").render(record=record, view=View(record, language))


@dataclass(frozen=True)
class Card:
    """Flags that say the same; `question`: where its words were written, if that is known."""

    flags: list[FlagRecord]
    words: str | None
    question: str | None

    @property
    def first(self) -> FlagRecord:
        return self.flags[0]


@dataclass(frozen=True)
class Family:
    """What a battery asks about one dimension: each item, and the answer."""

    title: str
    items: list[tuple[str, AnswerRecord]]


class View:
    """What the template asks of a record: words, dates, and what belongs together."""

    def __init__(self, record: Export, language: str) -> None:
        self.record, self.language = record, language
        self.zone = ZoneInfo(record.dossier.zone)
        self.name = record.dossier.name or self.say("nameless")
        self.title = self.say("title", name=record.dossier.name) if record.dossier.name else self.name
        self.number = record.dossier.id.hex[:SHORT]
        self.place = get_timezone_location(self.zone, locale=language, return_city=True)

    def say(self, key: str, **holes: object) -> str:
        return SAYS(key, self.language, **holes)

    def day(self, at: datetime) -> str:
        return long_date(at.astimezone(self.zone).date(), self.language)

    def moment(self, at: datetime) -> str:
        return format_datetime(at, "d MMM y, HH:mm", tzinfo=self.zone, locale=self.language)

    def hour(self, at: datetime) -> str:
        return format_datetime(at, "HH:mm", tzinfo=self.zone, locale=self.language)

    # ------------------------------------------------------------------------------------------------------- at the top
    @property
    def phase(self) -> str:
        state = load_journey().pack.states.get(self.record.dossier.phase)
        return state.title[self.language] if state else self.record.dossier.phase

    def fact(self, name: str) -> str:
        return self.say(f"fact_{name}") if f"fact_{name}" in SAYS.table else name

    @property
    def flags(self) -> list[FlagRecord]:
        """Those that are up: what nobody has read first, the worst before the rest, then the newest."""
        up = [flag for flag in self.record.flags if flag.lifted_at is None]
        newest = sorted(up, key=lambda flag: flag.raised_at, reverse=True)
        return sorted(newest, key=lambda flag: (flag.seen_at is not None, LEVELS.index(flag.level)))

    @property
    def waits(self) -> bool:
        return any(flag.seen_at is None for flag in self.flags)

    @property
    def past_flags(self) -> list[FlagRecord]:
        return [flag for flag in self.record.flags if flag.lifted_at is not None]

    def cards(self, flags: list[FlagRecord]) -> list[Card]:
        """The flags, those that say the same on one card."""
        cards: dict[tuple[str, ...], Card] = {}
        for flag in flags:
            words, question = self._words_of(flag)
            same = (flag.level, flag.reason, words or "", question or "")
            cards.setdefault(same, Card([], words, question)).flags.append(flag)
        return list(cards.values())

    def _words_of(self, flag: FlagRecord) -> tuple[str | None, str | None]:
        """What raised a flag, unless its reason says it already, and the question under which that was written.

        The answer it is about, as it was then; else what was typed at that moment. Of several messages, the latest.
        """
        if flag.rule == MESSAGE and self.messages:
            count = len(self.messages)
            latest = self.messages[-1].text
            return (self.say("latest_of", count=count, text=latest) if count > 1 else latest), None
        for answer in self._answers(flag.run, flag.step):
            then = [past.text for past in answer.history if past.given_at <= flag.raised_at]
            words = then[-1] if then else answer.text
            return (None if words in flag.reason else words), None
        typed = [line for line in self._heard() if line.at == flag.raised_at and line.kind != "press"]
        if not typed:
            return None, None
        asked = [answer.question for answer in self._answers(typed[0].run, typed[0].step)]
        return "\n".join(line.text for line in typed), asked[0].partition("\n")[0] if asked else None

    def _answers(self, run: UUID | None, node: str | None) -> list[AnswerRecord]:
        given = (answer for life in self.record.runs if life.id == run for answer in _given(life))
        return [answer for answer in given if answer.node == node]

    @property
    def agenda(self) -> list[AnswerRecord]:
        """The questions kept for the interview."""
        return [answer for run in self.runs for answer in run.answers if answer.how == "deferred"]

    @property
    def messages(self) -> list[TranscriptLine]:
        return [line for line in self._heard() if line.kind == FOR_COUNSELLOR]

    def _heard(self) -> list[TranscriptLine]:
        return [line for line in self.record.transcript if line.direction == "in"]

    # ---------------------------------------------------------------------------------------------------------- the rest
    @property
    def runs(self) -> list[RunRecord]:
        """What tells of a person first; the chapters where they mostly read come last, folded."""
        latest = sorted(self.record.runs, key=lambda run: run.started_at, reverse=True)
        return sorted(latest, key=lambda run: (self.is_reading(run), *(run.flow != flow for flow in FIRST)))

    def is_reading(self, run: RunRecord) -> bool:
        return sum(answer.kind == "information" for answer in run.answers) * 2 >= len(run.answers)

    def blocks(self, answers: list[AnswerRecord]) -> list[list[AnswerRecord]]:
        """The answers in their order, those of a battery together."""
        together = groupby(answers, key=lambda answer: answer.step if answer.kind == "battery" else answer.node)
        return [list(block) for _, block in together]

    def families(self, run: RunRecord, battery: list[AnswerRecord]) -> list[Family]:
        """The items of a battery by dimension: the highest scores first, and in each what was rated highest."""
        book = next(book for book in self.record.codebook if book.version == run.version)
        items = {f"{step.id}.{item.id}": item for step in book.steps for item in step.items}
        places = [score.dimension for score in run.scores]
        families: dict[str | None, Family] = {}
        for answer in sorted(battery, key=_degree, reverse=True):
            item = items[answer.node]
            title = book.dimensions[item.dimension][run.language] if item.dimension else ""
            families.setdefault(item.dimension, Family(title, [])).items.append((item.text[run.language], answer))
        ranked = sorted(families, key=lambda name: places.index(name) if name in places else len(places))
        return [families[name] for name in ranked]

    def text(self, line: TranscriptLine) -> str:
        return self.say("reopened") if (line.kind, line.text) == ("press", REOPENED) else line.text

    def former(self, answer: AnswerRecord) -> list[Any]:
        """What was answered before, the newest first."""
        return answer.history[-2::-1]

    def is_flat(self, run: RunRecord) -> bool:
        return len(run.scores) > 1 and len({score.share for score in run.scores}) == 1

    def is_tied(self, run: RunRecord, place: int) -> bool:
        return sum(score.place == place for score in run.scores) > 1

    def days(self) -> Iterator[tuple[str, list[TranscriptLine]]]:
        """The conversation, day by day."""
        for day, lines in groupby(self.record.transcript, key=lambda line: self.day(line.at)):
            yield day, list(lines)

    def arrived(self, line: TranscriptLine) -> bool:
        return line.delivery in DELIVERED


def _given(run: RunRecord) -> list[AnswerRecord]:
    return [*run.answers, *run.not_counted]


def _degree(answer: AnswerRecord) -> float:
    """What an item of a battery was rated; less than all degrees where it was not."""
    return answer.value if isinstance(answer.value, int | float) else 0
