"""Whether a message holds words of distress, so that the help numbers are shown at once. Words, never a judgement.

The words are data, for a health professional to review: `distress.yaml`, whose head says how to write a line and who
has reviewed it. Both languages are always looked for: distress is written in one's own.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

from flows.spoken import fold

_LIGATURE = 3  # letters in the longest ligature ("ﬃ") or accented letter
_GAP = r"(?: \w+){0,2}"
_GLUED = " ?(?:ne? )?"  # an optional space also meets "den finir"


def distressed(text: str) -> bool:
    """Whether any of the listed expressions is in the text, its harmless uses ("mort de rire") set aside."""
    return bool(help_for(text))


def help_for(text: str) -> list[str]:
    """The kinds of help that the listed expressions in the text call for, in the order of the list; mostly none."""
    remaining = _patterns().harmless.sub(" § ", _words(text)).replace(" | ", " ")
    return [kind for kind, expressions in _patterns().help.items() if expressions.search(remaining)]


def hinted(text: str) -> bool:
    """Whether words said back to the help, just after it was shown, hint at distress still."""
    return bool(_patterns().hints.search(_words(text).replace(" | ", " ")))


def _words(text: str) -> str:
    """The folded words, clauses apart ("|"): a harmless use holds in one clause, distress may be cut by a comma."""
    clauses = " | ".join(fold(clause) for clause in re.split(r"[.,;:!?…\n]+", _of_one_length(text)))
    unstretched = re.sub(r"(.)\1{2,}", r"\1", clauses)  # "mourirrrr"
    return re.sub(r"\bj(?=[b-df-hj-np-tv-xz])", "j ", unstretched)  # "jveux"


def _of_one_length(text: str) -> str:
    """The text without the signs that stand for a whole phrase ("ﷺ" is eighteen letters): a message stays as long as it is."""
    phrases = {sign for sign in set(text) if len(unicodedata.normalize("NFKD", sign)) > _LIGATURE}
    return text.translate(dict.fromkeys(map(ord, phrases), " ")) if phrases else text


@dataclass(frozen=True, slots=True)
class _Patterns:
    help: dict[str, re.Pattern[str]]  # kind of help → the expressions that call for it
    hints: re.Pattern[str]
    harmless: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    table = YAML(typ="safe", pure=True).load(files("flows").joinpath("distress.yaml").read_text(encoding="utf-8"))
    listed: dict[str, list[dict[str, Any]]] = {}
    for entry in table["expressions"]:
        listed.setdefault(entry["help"], []).append(entry)
    return _Patterns(
        {kind: _any(_lines(entries), _GLUED) for kind, entries in listed.items()},
        _any(_lines([table["hints"]]), _GLUED),
        _any(_lines([table["harmless"]]), " (?:ne? )?"),
    )


def _lines(entries: list[dict[str, Any]]) -> Iterator[str]:
    for entry in entries:
        yield from (*entry.get("fr", ()), *entry.get("en", ()))


def _any(lines: Iterator[str], between: str) -> re.Pattern[str]:
    """One pattern for all the lines; `between` joins their words."""
    return re.compile("|".join(rf"\b(?:{_line(line, between)})\b" for line in lines))


def _line(line: str, between: str) -> str:
    parts: list[str] = []
    glue = ""
    for word in line.split():
        if word == "...":
            parts.append(_GAP)
        elif word.endswith("?"):
            parts.append(f"(?:{glue}{_word(word[:-1])})?")
        else:
            parts.append(glue + _word(word))
        glue = between if any(part for part in parts) else ""
    return "".join(parts)


def _word(word: str) -> str:
    """A word of a line: `a/b`, `suicid*`, `!a/b`; an elided "je" or "de" may lose its vowel."""
    choices = "|".join(_ending(choice) for choice in word.removeprefix("!").split("/"))
    return rf"(?!(?:{choices})\b)\w+" if word.startswith("!") else f"(?:{choices})"


def _ending(choice: str) -> str:
    if choice in ("je", "de", "me"):
        return f"{choice[0]}e?"
    return choice.removesuffix("*") + r"\w*" if choice.endswith("*") else choice
