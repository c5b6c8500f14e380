"""The bot's own phrases, and words made safe for Telegram's HTML."""

import html
import re
from importlib.resources import files

from flows.lengths import beginning, units
from flows.phrases import LANGUAGES, Phrases

PHRASES = Phrases(files("bot") / "phrases.yaml")
TAG = re.compile(r"</?[bi]>")  # the only tags we write
SHORT = 300  # UTF-16 units of an answer quoted back: enough to recognise it on a phone


def safe(text: str) -> str:
    """What people, packs and the organisation wrote, for a message in HTML."""
    return html.escape(text, quote=False)


def plain(markup: str) -> str:
    """A message of ours without its markup, for the transcript."""
    return html.unescape(TAG.sub("", markup))


def say(key: str, language: str, **holes: object) -> str:
    """A phrase with its holes escaped and filled."""
    return PHRASES(key, language, **{name: safe(str(value)) for name, value in holes.items()})


def shortened(text: str, most: int = SHORT) -> str:
    """At most `most` units as Telegram counts them, cut at a word where there is one."""
    if units(text) <= most:
        return text
    return beginning(text, most - 1).rsplit(" ", 1)[0].rstrip(" ,;:.") + "…"


def called(name: str) -> str:
    """How a person is addressed, from the name the organisation gave the dossier: without the last initial and the full stop
    that tell people of the same name apart in a list ("Nadia B." is Nadia). Everything else is theirs and stays as written.
    """
    *before, last = name.split() or [""]
    initial = len(last.rstrip(".")) == 1 and last[0].isupper()
    return " ".join(before if before and initial else [*before, last]).rstrip(".")


def spoken(language_code: str | None) -> str:
    """The language for somebody whose Telegram is in `language_code`: French by default, English to the rest of the world."""
    code = (language_code or "").partition("-")[0].lower()
    return code if code in LANGUAGES else ("en" if code and code != "fr" else "fr")


def series(given: int, left: int, language: str) -> str:
    """How many answers of a series were given, and how many questions were left out; plain text, for a hole."""
    key = {0: "series_none", 1: "series_one"}.get(given, "series_given")
    words = plain(say(key, language, count=given))
    return plain(say("series_left", language, given=words, left=left)) if left else words
