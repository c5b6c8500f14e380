"""The house's own phrases (everything said that no pack says): a YAML table, key → language → text with `{holes}`."""

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from importlib.resources.abc import Traversable
from pathlib import Path

from ruamel.yaml import YAML

LANGUAGES = ("fr", "en")
HOLE = re.compile(r"\{([a-z][a-z0-9_.]*)\}")
ENDS = (".", "!", "?", "…")  # what closes a sentence


def pipe(text: str, fill: Callable[[str], str]) -> str:
    """The text with each `{name}` replaced; what is filled in is never read for holes again.

    A name may end with a full stop of its own ("Nadia B.", "S.A."): the sentence that ends there needs no second one.
    """

    def filled(match: re.Match[str]) -> str:
        value = fill(match[1])
        return value if value.endswith(ENDS) else value + match[2]

    return re.sub(HOLE.pattern + r"(\.?)", filled, text)


class Phrases:
    """`phrases("key", "fr", name="Ana")`. An unknown key or a missing hole is a programming error and raises KeyError."""

    def __init__(self, *paths: Path | Traversable) -> None:
        self._paths = paths

    @cached_property
    def table(self) -> Mapping[str, Mapping[str, str]]:
        """Read when the first word is needed: most commands need few of the tables."""
        read = [YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")) for path in self._paths]
        return {key: entry for table in read for key, entry in table.items()}

    def __call__(self, key: str, language: str, /, **holes: object) -> str:
        entry = self.table[key]
        return pipe(entry.get(language, entry[LANGUAGES[0]]), lambda name: str(holes[name])).rstrip("\n")
