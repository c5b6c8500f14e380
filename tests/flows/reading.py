"""How French that people read on a phone is judged: one idea, short sentences, vouvoiement, correct typography.

The rules are those of the house's style. Each is one function from a text to what is wrong with it, in a table; the
tests of packs, phrases and journeys walk their texts through it.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import BaseModel

LONGEST_SENTENCE = 20  # words
LONGEST_MESSAGE = 400  # characters: what a phone shows without scrolling
NO_BREAK = "\u00a0\u202f"
MARKUP = re.compile(r"</?[bi]>")
HOLE = re.compile(r"\{([a-z_][a-z0-9_.]*)\}")

# An acronym is spelt out in the very text that uses it. Diplomas that everyone calls by their letters need nothing.
ACRONYMS = {
    "CEP": "conseil en évolution professionnelle",
    "CNIL": "protection des données",
    "CPF": "compte personnel de formation",
    "VAE": "validation des acquis de l'expérience",
}
PLAIN_ACRONYMS = {"CAP", "BEP"}
REPROACHES = (
    "en retard",
    "vous avez oublié",
    "vous n'avez pas encore",
    "toujours pas",
    "malgré nos",
    "malgré mes",
    "rappel :",
)


@dataclass(frozen=True)
class Text:
    """One text in every language, and where it stands ("preliminary.needs/trigger.why")."""

    where: str
    said: Mapping[str, str]


# ---------------------------------------------------------------------------------------------------- finding the texts
def _named(value: Any, index: int) -> str:
    return str(getattr(value, "id", None) or (value.get("id") if isinstance(value, Mapping) else None) or index)


def _children(value: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(value, BaseModel):
        yield from ((name, getattr(value, name)) for name in type(value).model_fields)
    elif isinstance(value, Mapping):
        yield from value.items()
    elif isinstance(value, list | tuple):
        yield from ((_named(entry, index), entry) for index, entry in enumerate(value))


def _is_localised(value: Any) -> bool:
    return isinstance(value, Mapping) and "fr" in value


def texts_of(value: Any, where: str) -> Iterator[Text]:
    """Every text by language within a model or plain data, wherever it stands."""
    if not _is_localised(value):
        for name, child in _children(value):
            if name != "typed":  # what people write, in their own way
                yield from texts_of(child, f"{where}/{name}")
    elif isinstance(value["fr"], str):
        yield Text(where, value)
    else:  # the two ends of a scale
        for index, said in enumerate(zip(*value.values(), strict=True)):
            yield Text(f"{where}/{index}", dict(zip(value, said, strict=True)))


def filled(text: str, facts: Mapping[str, str]) -> str:
    """The text as it is read: the organisation's facts in their place, a figure for anything else that is piped."""

    def fact(hole: re.Match[str]) -> str:
        return facts.get(hole[1]) or facts.get(f"organisation.{hole[1]}") or "7"

    return MARKUP.sub("", HOLE.sub(fact, text)).strip()


# ------------------------------------------------------------------------------------------------------------ measuring
def sentences(text: str) -> list[str]:
    """The sentences of a text. A line ends one, and . ? ! … before a space; a colon or a semicolon does not."""
    parts = re.split(rf"\n+|(?<=[.?!…])(?:\s*[»”])?[\s{NO_BREAK}]+", text)
    return [part.strip() for part in parts if part.strip()]


def words(sentence: str) -> list[str]:
    """What is read as a word: anything between spaces that holds a letter or a digit. A telephone number is one."""
    together = re.sub(r"(?<=\d)[\s\u00a0\u202f](?=\d)", "", sentence)
    return [word for word in together.split() if any(c.isalnum() for c in word)]


# ------------------------------------------------------------------------------------------------------------ the rules
def _long_sentences(text: str) -> Iterator[str]:
    for sentence in sentences(text):
        if len(words(sentence)) > LONGEST_SENTENCE:
            yield f"a sentence of {len(words(sentence))} words: {sentence}"


def _found(pattern: str, fault: str, flags: re.RegexFlag = re.IGNORECASE) -> Callable[[str], Iterator[str]]:
    compiled = re.compile(pattern, flags)

    def rule(text: str) -> Iterator[str]:
        for match in compiled.finditer(text):
            around = text[max(0, match.start() - 15) : match.end() + 15].replace("\n", " ")
            yield f"{fault}: …{around}…"

    return rule


def _unexplained(text: str) -> Iterator[str]:
    for acronym in set(re.findall(r"\b[A-Z]{2,}\b", text)) - PLAIN_ACRONYMS:
        if ACRONYMS.get(acronym, "\0") not in text:
            yield f"{acronym} is not spelt out"


def _reproaches(text: str) -> Iterator[str]:
    for reproach in REPROACHES:
        if reproach in text.lower():
            yield f"this may sound like a reproach: {reproach}"


TYPOGRAPHY: tuple[Callable[[str], Iterator[str]], ...] = (
    _found(rf"(?<=[^{NO_BREAK}\W])[:;?!»](?=\s|$)", "no no-break space before"),
    _found(r" [:;?!»]", "an ordinary space before"),
    _found(rf"«(?![{NO_BREAK}])", "no no-break space after «"),
    _found(r"’", "a curly apostrophe (the house writes ')"),
    _found(r'(?<!=)"', "straight quotes (French has « »)"),
    _found(r"\.\.\.", "three dots (write …)"),
    _found(r"  +| +\n", "spaces too many"),
)
VOICE: tuple[Callable[[str], Iterator[str]], ...] = (
    _long_sentences,
    _found(r"\b(?:tu|te|ton|ta|tes|toi)\b|\bt'", "not vouvoiement"),
    _found(r"\w[·•‧⋅]\w|\w\((?:e|s|es|ne|trice|euse)\)|\b[^\W\d]+-e-?s?\b", "a midpoint or its like"),
    _found(r"[^\W\d]{2,}/[^\W\d]{2,}", "a slash between two words"),
    _found(r"!", "exclamation"),
    _reproaches,
)


def faults(text: str) -> list[str]:
    """What is wrong with a French text, by itself."""
    return [fault for rule in (*TYPOGRAPHY, *VOICE) for fault in rule(text)]


def message_faults(text: str, longest: int = LONGEST_MESSAGE) -> list[str]:
    """What is wrong with a French text that is a message of its own: its acronyms and length (characters) as well."""
    long = [f"{len(text)} characters, at most {longest}"] if len(text) > longest else []
    return [*faults(text), *_unexplained(text), *long]


def language_faults(said: Mapping[str, str], languages: Iterable[str] = ("fr", "en")) -> list[str]:
    """Texts that are missing, and English that is French left as it was (a name or a figure may be the same)."""
    missing = [f"no text in {language}" for language in languages if not said.get(language, "").strip()]
    same = not missing and said["fr"] == said["en"] and len(words(HOLE.sub("", said["fr"]))) > 2
    return missing + (["the English is the French"] if same else [])
