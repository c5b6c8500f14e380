"""What the command says, in the language of who types it: French, or English (`JALON_LANGUAGE`). Log lines stay English."""

import os
from importlib.resources import files

from dotenv.parser import parse_stream

from flows.phrases import LANGUAGES, Phrases
from jalon.home import home
from storage.errors import Refusal

say = Phrases(files("jalon") / "phrases.yaml")
SETTING = "JALON_LANGUAGE"  # with a prefix: many systems set a LANGUAGE of their own, whatever their people speak


class NotReady(Refusal):
    """Jalon cannot do what is asked; the message says what to do."""

    phrases = say


def spoken() -> str:
    """The language of the terminal, known before the settings are: to say what is wrong with them, and for the help."""
    found = written(SETTING)
    return found if found in LANGUAGES else LANGUAGES[0]


def written(setting: str) -> str | None:
    """A setting as it is written, in the environment or else in `.env`, before it is known to be right."""
    return os.environ.get(setting) or _in_file(setting)


def _in_file(setting: str) -> str | None:
    try:
        with (home() / ".env").open(encoding="utf-8") as file:
            return {binding.key: binding.value for binding in parse_stream(file)}.get(setting)
    except (OSError, UnicodeDecodeError):
        return None
