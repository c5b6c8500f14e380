"""The models of a pack: a questionnaire as data, edited by practitioners, proved before use.

A pack is a YAML file. These models are its grammar: they refuse unknown keys and impossible bounds, each with a message that
says what to write instead. What needs the whole pack to judge (routes, cycles, texts) is proved in `flows.proof`.
"""

from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator

from flows.grammar import Bound, Commitment, FlagRule, Language, Localised, Model, Name, PackId, Route
from flows.problems import Phrase, names


# -------------------------------------------------------------------------------------------------------------- step kinds
class Choice(Model):
    id: Name
    label: Localised
    typed: dict[Language, list[str]] = Field(
        default_factory=dict
    )  # other words that choose it, written instead of tapped
    fact: Name | None = None  # a dated fact recorded when this choice is made
    exclusive: bool = False  # several choices: this one goes alone ("Aucune contrainte")
    scores: dict[Name, int] = Field(default_factory=dict)


class Item(Model):
    id: Name
    text: Localised
    dimension: Name | None = None
    reverse: bool = False


class Pick(Model):
    min: int = Field(default=1, ge=0)
    max: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.max is not None and self.max < self.min:
            raise ValueError(Phrase("min_above_max", key="pick", min=self.min, max=self.max))
        return self


class Length(Model):
    min: int = Field(default=1, ge=1)
    max: int = Field(default=1000, ge=1, le=3000)  # characters; a message of Telegram holds 4 096

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.max < self.min:
            raise ValueError(Phrase("min_above_max", key="length", min=self.min, max=self.max))
        return self


class ScaleRange(Model):
    from_: int = Field(alias="from")
    to: int

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.to <= self.from_:
            raise ValueError(Phrase("scale_upside_down", low=self.from_, high=self.to))
        if self.to - self.from_ > 10:
            raise ValueError(Phrase("scale_long", degrees=self.to - self.from_ + 1))
        return self


class NumberRange(Model):
    from_: float | None = Field(default=None, alias="from")
    to: float | None = None

    @model_validator(mode="after")
    def _upright(self) -> Self:
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise ValueError(Phrase("range_upside_down", low=f"{self.from_:g}", high=f"{self.to:g}"))
        return self


class DateRange(Model):
    """Bounds: `today`, an offset from today (`-60y`, `+18m`, `+2w`, `+10d`) or a day (`2027-03-15`)."""

    earliest: Bound | None = None
    latest: Bound | None = None


class StepBase(Model):
    id: Name
    text: Localised
    encouragement: Localised | None = None  # a kind word shown above the step
    flags: list[FlagRule] = Field(default_factory=list)
    next: list[Route] | None = None  # absent: the next step of the file


class Information(StepBase):
    """Something to read and acknowledge; `fact` is dated when it is; `shows: answers` adds the recap of the journey."""

    kind: Literal["information"]
    button: Localised | None = None
    fact: Name | None = None
    shows: Literal["answers"] | None = None


class Question(StepBase):
    why: Localised
    optional: bool = False
    defer: bool = False  # "J'en parlerai avec mon conseiller"
    sensitive: bool = False  # the warning about free text is shown first


def _duplicates(ids: list[str], key: str) -> None:
    twice = sorted({i for i in ids if ids.count(i) > 1})
    if twice:
        raise ValueError(Phrase(key, ids=names(twice)))


class Choosing(Question):
    choices: list[Choice] = Field(min_length=2, max_length=20)

    @field_validator("choices")
    @classmethod
    def _distinct(cls, choices: list[Choice]) -> list[Choice]:
        _duplicates([c.id for c in choices], "duplicate_choice")
        return choices


class ChoiceStep(Choosing):
    kind: Literal["choice"]
    else_: Name | None = Field(default=None, alias="else")  # the text step for words that are none of the choices
    commitment: Commitment | None = None

    @model_validator(mode="after")
    def _grants_exist(self) -> Self:
        if self.commitment:
            unknown = set(self.commitment.grants) - {c.id for c in self.choices}
            if unknown:
                raise ValueError(Phrase("grant_unknown", choices=names(sorted(unknown))))
        return self


class _Picking(Choosing):
    pick: Pick = Field(default_factory=Pick)

    @model_validator(mode="after")
    def _enough(self) -> Self:
        most = max(self.pick.min, self.pick.max or 0)
        if most > len(self.choices):
            raise ValueError(Phrase("pick_too_many", most=most, count=len(self.choices)))
        return self


class ChoicesStep(_Picking):
    kind: Literal["choices"]
    else_: Name | None = Field(default=None, alias="else")


class RankingStep(_Picking):
    kind: Literal["ranking"]


class ScaleStep(Question):
    kind: Literal["scale"]
    range: ScaleRange
    ends: dict[Language, tuple[str, str]]
    dimension: Name | None = None
    reverse: bool = False


class TextStep(Question):
    kind: Literal["text"]
    length: Length = Field(default_factory=Length)


class NumberStep(Question):
    kind: Literal["number"]
    range: NumberRange = Field(default_factory=NumberRange)
    unit: Localised | None = None  # "km", or for one and for several: "an | ans"
    decimals: bool = False


class DateStep(Question):
    kind: Literal["date"]
    range: DateRange = Field(default_factory=DateRange)


class BatteryStep(Question):
    """Many items with one shared scale, one tap each. `text` introduces it and stands above each item."""

    kind: Literal["battery"]
    items: list[Item] = Field(min_length=2, max_length=80)
    labels: list[Localised] = Field(min_length=2, max_length=7)  # the shared scale: label of 1, of 2, …

    @field_validator("items")
    @classmethod
    def _distinct(cls, items: list[Item]) -> list[Item]:
        _duplicates([i.id for i in items], "duplicate_item")
        return items


Step = Annotated[
    Information | ChoiceStep | ChoicesStep | RankingStep | ScaleStep | TextStep | NumberStep | DateStep | BatteryStep,
    Field(discriminator="kind"),
]


# --------------------------------------------------------------------------------------------------------------- the pack
class Outcome(Model):
    """A named end of the flow. `text` is said last; `fact` is dated."""

    title: Localised
    text: Localised | None = None
    fact: Name | None = None


class Pack(Model):
    """A questionnaire: who made it under what licence, in which languages, its steps and its named outcomes."""

    id: PackId
    title: Localised
    licence: str = Field(min_length=2)
    source: str = Field(min_length=2)
    validated: bool  # a psychometric claim: true only with a source that shows it
    languages: list[Language] = Field(min_length=1)
    phase: Name
    minutes: int = Field(ge=1, le=60)
    dimensions: dict[Name, Localised] = Field(default_factory=dict)
    outcomes: dict[Name, Outcome] = Field(min_length=1)
    steps: list[Step] = Field(min_length=1)

    @field_validator("languages")
    @classmethod
    def _distinct_languages(cls, languages: list[str]) -> list[str]:
        _duplicates(languages, "duplicate_language")
        return languages

    @field_validator("steps")
    @classmethod
    def _distinct_steps(cls, steps: list[Step]) -> list[Step]:
        _duplicates([s.id for s in steps], "duplicate_step")
        return steps
