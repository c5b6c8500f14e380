"""The errors of this room, and what every refusal is: a sentence said in the language of who can do something about it."""

from importlib.resources import files
from typing import ClassVar

from flows.phrases import Phrases
from flows.problems import in_words

PHRASES = Phrases(files("storage") / "phrases.yaml")


class Refusal(Exception):
    """What cannot be done, and what to do: the phrase `key` of the room's table, its `{holes}` filled. Never content.

    A hole may be another refusal, or an error of the system: it is said in the same language.
    """

    phrases: ClassVar[Phrases]

    def __init__(self, key: str, /, **holes: object) -> None:
        self.key, self.holes = key, holes
        super().__init__(key)

    def said(self, language: str) -> str:
        holes = {name: in_words(value, language) for name, value in self.holes.items()}
        return self.phrases(self.key, language, **holes)

    def __str__(self) -> str:
        """In English, as everything in a log."""
        return self.said("en")


class StorageError(Refusal):
    """Something about the database, a key or a file that its owner has to act on."""

    phrases = PHRASES


class Unreadable(StorageError):
    """A sealed value cannot be opened here: damaged, moved from another place, or its key is gone."""


class Conflict(StorageError):
    """The row is not, or no longer, as the caller last saw it; nothing was written."""
