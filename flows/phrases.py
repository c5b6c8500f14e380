"""The house's own phrases (everything said that no pack says): a YAML table, key → language → text with `{holes}`."""

from collections.abc import Mapping
from importlib.resources.abc import Traversable
from pathlib import Path

from ruamel.yaml import YAML

LANGUAGES = ("fr", "en")


class Phrases:
    """`phrases("key", "fr", name="Ana")`. An unknown key or a missing hole is a programming error and raises KeyError."""

    def __init__(self, table: Mapping[str, Mapping[str, str]]) -> None:
        self.table = table

    @classmethod
    def load(cls, path: Path | Traversable) -> "Phrases":
        return cls(YAML(typ="safe", pure=True).load(path.read_text(encoding="utf-8")))

    def __call__(self, key: str, language: str, **holes: object) -> str:
        entry = self.table[key]
        return entry.get(language, entry[LANGUAGES[0]]).format_map(holes).rstrip("\n")
