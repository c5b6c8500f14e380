"""What counts as granting a commitment in typed words: an act is told by its own words, and by nothing else.

A commitment ("I confirm my engagement", a consent) binds the person: what is only probably a yes is not one. Accepted:
the label, its number, or a plain yes, with no more around it than politeness and ordinary punctuation. A question, a
hedge ("peut-être oui"), a nod ("ok") or a sign that may take it back ("oui 👎", "-1") is not: the person is asked again.
"""

import re
import unicodedata
from collections.abc import Sequence

from flows.labels_typed import Option, affirming
from flows.pack import ChoiceStep, Step
from flows.spoken import NODS, YES, courteous, fold
from flows.understood import Misunderstood, Understood

_ORDINARY = frozenset(
    ".,;:!¡…'’ʼ`´\"«»“”„()[]*#°º№👍👌✅✔🆗🙏🙂😊\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}"
)
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_NUMBER = re.compile(r"(?:(?:la|le|the|n|no|numero|number|choix|choice|option|reponse|answer) ?)?(?P<place>[1-9]\d?)")


def commits_lightly(step: Step, answer: Understood | Misunderstood, text: str, chosen: Sequence[Option]) -> bool:
    """Whether what was understood would grant a commitment of the step in words too slight for an act."""
    if not isinstance(step, ChoiceStep) or step.commitment is None or not isinstance(answer, Understood):
        return False
    picked = [option for option in chosen if option.value == answer.value and option.value in step.commitment.grants]
    return not all(_granted(text, option, chosen) for option in picked)


def _granted(text: str, picked: Option, chosen: Sequence[Option]) -> bool:
    return _unadorned(text, picked.label) and _own_words(courteous(fold(text)), picked, chosen)


def _unadorned(text: str, label: str) -> bool:
    """Whether nothing but letters, figures and harmless marks is in a text; the marks of the label are its own."""
    composed = unicodedata.normalize("NFC", _SKIN.sub("", text))  # an accent of its own is no mark, a bar through is
    marks = {c for c in composed if not (c.isalnum() or c.isspace())}
    return marks <= _ORDINARY | set(label)


def _own_words(words: str, picked: Option, chosen: Sequence[Option]) -> bool:
    if words in (picked.key, courteous(picked.key)):
        return bool(words)
    if words in YES - NODS:
        return affirming(chosen) == [picked]
    match = _NUMBER.fullmatch(words.removesuffix(f" {picked.key}"))  # "1. J'accepte", as in a numbered list
    return match is not None and chosen[int(match["place"]) - 1 :][:1] == [picked]
