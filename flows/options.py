"""What can be chosen at a step, and the words that name it: its label, and those its author lists (`typed`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from flows.pack import BatteryStep, Choosing, ScaleStep, Step
from flows.spoken import fold


@dataclass(frozen=True)
class Option:
    """One thing that can be chosen: its value, the label shown, the label folded, and other words for it, folded."""

    value: str | int
    label: str
    key: str
    also: tuple[str, ...] = ()

    @property
    def words(self) -> list[str]:
        return self.key.split()

    @property
    def names(self) -> tuple[str, ...]:
        """Everything that names it, as a whole message."""
        return tuple(name for name in (self.key, *self.also) if name)


def options_of(step: Step, language: str, labels: Sequence[str] | None = None) -> list[Option]:
    """What can be chosen at a step, in its order; nothing for an open question. `labels`: in the place of the step's own."""
    match step:
        case Choosing():
            shown = labels or [choice.label.get(language, "") for choice in step.choices]
            also = [tuple(map(fold, choice.typed.get(language, ()))) for choice in step.choices]
            return [
                Option(choice.id, label, fold(label), words)
                for choice, label, words in zip(step.choices, shown, also, strict=True)
            ]
        case BatteryStep():
            return _numbered(range(1, len(step.labels) + 1), labels or [text.get(language, "") for text in step.labels])
        case ScaleStep():
            return _numbered([step.range.from_, step.range.to], step.ends.get(language, ("", "")))
        case _:
            return []


def _numbered(values: Sequence[int], labels: Sequence[str]) -> list[Option]:
    return [Option(value, label, fold(label)) for value, label in zip(values, labels, strict=True)]
