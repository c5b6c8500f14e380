"""What counts as granting a commitment in typed words: an act is told by its own words, and by nothing else.

A commitment ("I confirm my engagement", a consent) binds the person: what is only probably a yes is not one. Accepted:
the label, its number, or a plain yes where one choice alone grants, with no more around it than politeness and ordinary
punctuation. A question, a hedge ("peut-être oui"), a nod ("ok") or a sign that may take it back ("oui 👎", "-1") is not:
the person is asked again. A plain no is the one choice that refuses; nothing is bound by it, it may be said loosely too.
"""

import re
import unicodedata
from collections.abc import Sequence

from flows.labels_typed import Option, affirming, refusing
from flows.pack import ChoiceStep, Step
from flows.spoken import NO, NODS, YES, after_yes, courteous, fold, means, nothing_but
from flows.understood import Misunderstood, Reason, Understood

_ORDINARY = frozenset(
    ".,;:!¡…'’ʼ`´\"«»“”„()[]*#°º№👍👌✅✔🆗🙏🙂😊\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}"
)
Result = Understood | Misunderstood

_DOUBTS: frozenset[Reason] = frozenset({"empty", "unclear", "unsure", "ambiguous"})
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_NUMBER = re.compile(r"(?:(?:la|le|the|n|no|numero|number|choix|choice|option|reponse|answer) ?)?(?P<place>[1-9]\d?)")


def in_plain_words(step: Step, text: str, chosen: Sequence[Option]) -> Understood | None:
    """What a message says of a commitment in plain words: granted, or refused by the one choice that refuses."""
    if not isinstance(step, ChoiceStep) or step.commitment is None:
        return None
    grants = [option for option in chosen if option.value in step.commitment.grants]
    picked = [option for option in grants if _granted(text, option, grants, chosen)]
    if not picked and unadorned(text, "") and means(fold(text), NO):
        picked = refusing([option for option in chosen if option not in grants])
    return Understood(picked[0].value) if len(picked) == 1 else None


def plainly(step: Step, answer: Result) -> Result:
    """What was read otherwise, held to the rule: nothing but plain words grants, and a doubt is asked for a clear answer."""
    if not isinstance(step, ChoiceStep) or step.commitment is None:
        return answer
    if isinstance(answer, Misunderstood):
        return Misunderstood("not_plain") if answer.reason in _DOUBTS else answer
    return Misunderstood("not_plain") if answer.value in step.commitment.grants else answer


def _granted(text: str, option: Option, grants: Sequence[Option], chosen: Sequence[Option]) -> bool:
    words = courteous(fold(text))
    if not unadorned(text, option.label):
        return False
    alone = grants == [option] and not [other for other in affirming(chosen) if other is not option]
    return _own_words(words, option, chosen) or (alone and says_yes(words))


def says_yes(words: str) -> bool:
    """Whether words are yeses and nothing else ("oui d'accord", "ok j'accepte"), and more than a nod."""
    return nothing_but(words, YES) and not nothing_but(words, NODS)


def unadorned(text: str, label: str = "") -> bool:
    """Whether nothing but letters, figures and harmless marks is in a text; the marks of the label are its own."""
    composed = unicodedata.normalize("NFC", _SKIN.sub("", text))  # an accent of its own is no mark, a bar through is
    marks = {c for c in composed if not (c.isalnum() or c.isspace())}
    return marks <= _ORDINARY | set(label)


def _own_words(words: str, picked: Option, chosen: Sequence[Option]) -> bool:
    """The label, also after a yes ("oui, je confirme mon engagement"), or its number, also before the label."""
    own = {picked.key, courteous(picked.key)}
    if words in own or after_yes(words) in own:
        return bool(words)
    match = _NUMBER.fullmatch(words.removesuffix(f" {picked.key}"))  # "1. J'accepte", as in a numbered list
    return match is not None and chosen[int(match["place"]) - 1 :][:1] == [picked]
