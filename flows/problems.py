"""What is wrong with a file that somebody wrote, one line each, in the language of who reads it: place, step, reason."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from errno import errorcode
from functools import reduce
from importlib.resources import files
from typing import Protocol, runtime_checkable

from flows.phrases import Phrases

TABLES = tuple(files("flows") / f"{name}.yaml" for name in ("problems", "problems_grammar", "problems_proof"))
PHRASES = Phrases(*TABLES)


@runtime_checkable
class Sayable(Protocol):
    """What has its words in every language."""

    def said(self, language: str) -> str: ...


def in_words(value: object, language: str) -> object:
    """What fills a hole: a phrase within another, and an error of the system, are said in the same language."""
    if isinstance(value, Sayable):
        return value.said(language)
    if isinstance(value, OSError):
        name = errorcode.get(value.errno or 0, "")
        return PHRASES(name, language) if name in PHRASES.table else value.strerror or type(value).__name__
    return value


class Phrase:
    """A phrase of this room for later: its key, and what fills its holes. Equal where it says the same."""

    def __init__(self, key: str, /, **holes: object) -> None:
        self.key, self.holes = key, holes

    def said(self, language: str) -> str:
        return PHRASES(self.key, language, **{name: in_words(value, language) for name, value in self.holes.items()})

    def __str__(self) -> str:
        """In English, as everything in a log."""
        return self.said("en")

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Phrase) and (self.key, self.holes) == (other.key, other.holes)

    def __hash__(self) -> int:
        return hash(self.key)


@dataclass(frozen=True)
class Row:
    """Several things, each said in the language, and between them what the phrase `between` says."""

    parts: Sequence[object]
    between: str = "comma"

    def said(self, language: str) -> str:
        return PHRASES(self.between, language).join(str(in_words(part, language)) for part in self.parts)


def name(key: str) -> Phrase:
    """A key, an id or a word that has its meaning in a file, as it stands there."""
    return Phrase("name", name=key)


def names(keys: Iterable[str]) -> Row:
    """Several of them, one after another."""
    return Row([name(key) for key in keys])


def quoted(text: str) -> Phrase:
    """What somebody wrote in a file, signs that are not seen spelled out."""
    written = repr(text)
    return Phrase("quoted_double" if written[0] == '"' else "quoted", text=written[1:-1])


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing to put right, said to the practitioner who edits the pack."""

    reason: Phrase
    step: str | Phrase | None = None  # its id, or how to find it
    file: str | Phrase | None = None
    line: int | None = None

    def said(self, language: str) -> str:
        places = [place for place in (self._place(), self._step()) if place]
        line = Phrase("line", place=reduce(_within, places), rest=self.reason) if places else self.reason
        return " ".join(line.said(language).split())  # what is quoted from the file may hold line breaks

    def _place(self) -> str | Phrase | None:
        return Phrase("place", file=self.file, line=self.line) if self.file and self.line else self.file

    def _step(self) -> Phrase | None:
        return Phrase("step", id=self.step) if isinstance(self.step, str) else self.step

    def __str__(self) -> str:
        return self.said("en")


def _within(outer: str | Phrase, inner: str | Phrase) -> Phrase:
    return Phrase("within", outer=outer, inner=inner)


class Wrong(Exception):
    """A file is refused. `lines` holds everything to put right, in the order of the file."""

    def __init__(self, lines: Iterable[Problem]) -> None:
        self.lines = list(lines)
        super().__init__()

    def said(self, language: str) -> str:
        return "\n".join(line.said(language) for line in self.lines)

    def __str__(self) -> str:
        return self.said("en")


class PackError(Wrong):
    """A pack is refused."""


def placed(problems: Iterable[Problem], file: str | Phrase, lines: Mapping[str, int]) -> list[Problem]:
    """The problems with their file, and the line of their step where it is known (`lines`: step id to line)."""
    return [replace(p, file=file, line=lines.get(str(p.step), p.line)) for p in problems]
