"""What is wrong with a setting, in words of ours: its name, what is expected, what it is for. Never the value given."""

import re
from collections.abc import Collection, Iterable, Iterator
from difflib import get_close_matches

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from jalon.words import NotReady
from storage.errors import Refusal

WANTED = {  # what pydantic finds wrong by itself → our words for it
    "int_parsing": "wants_whole",
    "int_from_float": "wants_whole",
    "float_parsing": "wants_number",
    "greater_than_equal": "wants_at_least",
    "less_than_equal": "wants_at_most",
    "literal_error": "wants_one_of",
}


class SettingsError(Exception):
    """Every setting that is wrong: a line each."""

    def __init__(self, lines: Iterable[Refusal]) -> None:
        self.lines = list(lines)
        super().__init__()

    def said(self, language: str) -> str:
        return "\n".join(line.said(language) for line in self.lines)

    def __str__(self) -> str:
        return self.said("en")


def wanted(key: str, **holes: object) -> ValueError:
    """For a validator to raise: what is expected, with its words for later."""
    return ValueError(NotReady(key, **holes))


def problems(error: ValidationError, names: Collection[str]) -> Iterator[Refusal]:
    """A line for each fault; `names`: the settings that there are."""
    for fault in error.errors(include_input=False, include_url=False):
        yield _unknown(fault, names) if fault["type"] == "extra_forbidden" else _wrong(fault)


def _unknown(fault: ErrorDetails, names: Collection[str]) -> Refusal:
    name = str(fault["loc"][0])
    if close := get_close_matches(name, names, 1):
        return NotReady("env_unknown_near", name=name.upper(), near=close[0].upper())
    return NotReady("env_unknown", name=name.upper())


def _wrong(fault: ErrorDetails) -> Refusal:
    if not fault["loc"]:  # about several settings: its words name them
        return _what(fault)
    name = str(fault["loc"][0])
    return NotReady("wrong", name=name.upper(), what=_what(fault), setting=NotReady(f"setting_{name}"))


def _what(fault: ErrorDetails) -> Refusal:
    found = fault.get("ctx", {})
    if fault["type"] == "value_error":
        ours: Refusal = found["error"].args[0]
        return ours
    words = ", ".join(re.findall(r"'(\w+)'", str(found.get("expected"))))
    return NotReady(WANTED.get(fault["type"], "wants_other"), words=words, least=found.get("ge"), most=found.get("le"))
