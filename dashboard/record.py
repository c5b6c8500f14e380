"""The record of one person as one page: what a counsellor needs in ten seconds first, then everything."""

from collections.abc import Iterator
from datetime import datetime
from importlib.resources import files
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_datetime
from jinja2 import Environment, PackageLoader, StrictUndefined

from flows.journey import load_journey
from flows.phrases import Phrases
from storage.export_schema import AnswerRecord, Export, FlagRecord, RunRecord, TranscriptLine

SAYS = Phrases.load(files("dashboard") / "phrases.yaml")
FOR_COUNSELLOR = "to_counsellor"  # the kind of the lines that a person leaves for their counsellor
LEVELS = ("urgent", "attention", "notice")
DELIVERED = (None, "sent")

_TEMPLATES = Environment(
    loader=PackageLoader("dashboard"), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
)


def record_page(record: Export, language: str) -> str:
    """The page in a language of the house; what people and packs say stays in theirs. Times are the person's."""
    return _TEMPLATES.get_template("record.html").render(record=record, view=View(record, language))


class View:
    """What the template asks of a record: words, dates, and what belongs together."""

    def __init__(self, record: Export, language: str) -> None:
        self.record, self.language = record, language
        self.zone = ZoneInfo(record.dossier.zone)
        self.name = record.dossier.name or self.say("nameless")

    def say(self, key: str, **holes: object) -> str:
        return SAYS(key, self.language, **holes)

    def day(self, at: datetime) -> str:
        return format_date(at.astimezone(self.zone), "long", locale=self.language)

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
        """Those that are up: the worst first, then the newest."""
        up = [flag for flag in self.record.flags if flag.lifted_at is None]
        newest = sorted(up, key=lambda flag: flag.raised_at, reverse=True)
        return sorted(newest, key=lambda flag: LEVELS.index(flag.level))

    @property
    def past_flags(self) -> list[FlagRecord]:
        return [flag for flag in self.record.flags if flag.lifted_at is not None]

    def words_of(self, flag: FlagRecord) -> list[str]:
        """The words which raised a flag: what the person said at that moment, or the answer it is about."""
        said = [line.text for line in self._heard() if line.at == flag.raised_at]
        answers = (answer for run in self.record.runs if run.id == flag.run for answer in _given(run))
        return said or [answer.text for answer in answers if answer.node == flag.step]

    @property
    def messages(self) -> list[TranscriptLine]:
        return [line for line in self._heard() if line.kind == FOR_COUNSELLOR]

    def _heard(self) -> list[TranscriptLine]:
        return [line for line in self.record.transcript if line.direction == "in"]

    # ---------------------------------------------------------------------------------------------------------- the rest
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
