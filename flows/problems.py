"""What is wrong with a pack, one line each: `file:line: step: reason`."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, said to the practitioner who edits the pack."""

    reason: str
    step: str | None = None
    file: str | None = None
    line: int | None = None

    def __str__(self) -> str:
        place = ":".join(str(part) for part in (self.file, self.line) if part is not None)
        said = ": ".join(part for part in (place, self.step, self.reason) if part)
        return " ".join(said.split())  # what is quoted from the file may hold line breaks


class PackError(Exception):
    """A pack is refused. `lines` holds every problem found, in the order of the file."""

    def __init__(self, lines: Iterable[Problem]) -> None:
        self.lines = list(lines)
        super().__init__("\n".join(map(str, self.lines)))


def placed(problems: Iterable[Problem], file: str, lines: Mapping[str, int]) -> list[Problem]:
    """The problems with their file, and the line of their step where it is known (`lines`: step id to line)."""
    return [replace(p, file=file, line=lines.get(p.step or "", p.line)) for p in problems]
