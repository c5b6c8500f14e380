"""What counts as an act in typed words: it is told by its own words, and by nothing else.

A commitment ("I confirm my engagement", a consent) binds the person, and so does a choice that ends the part at hand:
what is only probably meant does not do either. Accepted: the label, its number, or a plain yes or no where one choice
alone says it, with no more around it than politeness and ordinary punctuation. A question, a hedge ("peut-être oui",
"pas sûr"), a nod ("ok"), a word of a label or a sign that may take it back ("oui 👎", "-1") is not: the person is asked
again. Refusing is held to the same rule as granting: who is not sure has refused nothing.
"""

import re
import unicodedata
from collections.abc import Sequence
from typing import TypeGuard

from flows.labels_typed import affirming, refusing
from flows.options import Option
from flows.pack import ChoiceStep, Step
from flows.spoken import HALF_NOES, NO, NODS, YES, after, courteous, fold, nothing_but
from flows.understood import Misunderstood, Reason, Understood

_ORDINARY = frozenset(
    ".,;:!¡…'’ʼ`´\"«»“”„()[]*#°º№👍👌✅✔🆗🙏🙂😊\N{VARIATION SELECTOR-16}\N{COMBINING ENCLOSING KEYCAP}"
)
Result = Understood | Misunderstood

_DOUBTS: frozenset[Reason] = frozenset({"empty", "unclear", "unsure", "ambiguous"})
_SKIN = re.compile("[\U0001f3fb-\U0001f3ff]")
_NUMBER = re.compile(r"(?:(?:la|le|the|n|no|numero|number|choix|choice|option|reponse|answer) ?)?(?P<place>[1-9]\d?)")


def binds(step: Step) -> TypeGuard[ChoiceStep]:
    """Whether an answer is an act: a commitment, or a choice that ends the part at hand where another would go on."""
    ends = isinstance(step, ChoiceStep) and any(route.finish and route.when for route in step.next or ())
    return isinstance(step, ChoiceStep) and (step.commitment is not None or ends)


def in_plain_words(step: Step, text: str, chosen: Sequence[Option]) -> Understood | None:
    """The choice that a message names in plain words, at a step that binds."""
    if not binds(step):
        return None
    words = courteous(fold(text))
    grants = [option for option in chosen if step.commitment and option.value in step.commitment.grants]
    picked: Sequence[Option] = [
        o for o in chosen if unadorned(text, o.label) and _own_words(words, o, chosen, YES if o in grants else NO)
    ]
    if not picked and unadorned(text):
        picked = _yes_or_no(words, chosen, grants)
    return Understood(picked[0].value) if len(picked) == 1 else None


def plainly(step: Step, answer: Result) -> Result:
    """What was read otherwise, held to the rule: nothing but plain words is an act, and a doubt is asked again."""
    if not binds(step) or (isinstance(answer, Understood) and answer.how != "given"):
        return answer
    if isinstance(answer, Misunderstood) and (answer.reason not in _DOUBTS or not step.commitment):
        return answer
    return Misunderstood("not_plain" if step.commitment else "unclear")


def _yes_or_no(words: str, chosen: Sequence[Option], grants: Sequence[Option]) -> Sequence[Option]:
    others = [option for option in chosen if option not in grants]
    if says_yes(words):
        return affirming(others) or grants
    return refusing(others) if says_no(words) else []


def says_yes(words: str) -> bool:
    """Whether words are yeses and nothing else ("oui d'accord", "ok j'accepte"), and more than a nod."""
    return nothing_but(words, YES) and not nothing_but(words, NODS)


def says_no(words: str) -> bool:
    """Whether words are noes and nothing else ("non pas du tout"), and more than half of one."""
    return nothing_but(words, NO) and not nothing_but(words, HALF_NOES)


def unadorned(text: str, label: str = "") -> bool:
    """Whether nothing but letters, figures and harmless marks is in a text; the marks of the label are its own."""
    composed = unicodedata.normalize("NFC", _SKIN.sub("", text))  # an accent of its own is no mark, a bar through is
    marks = {c for c in composed if not (c.isalnum() or c.isspace())}
    return marks <= _ORDINARY | set(label)


def _own_words(words: str, picked: Option, chosen: Sequence[Option], opening: frozenset[str]) -> bool:
    """The label, also after a yes or no of its sense ("non, pas maintenant"), or its number, also before the label."""
    own = {picked.key, courteous(picked.key)}
    if words in own or after(words, opening) in own:
        return bool(words)
    match = _NUMBER.fullmatch(words.removesuffix(f" {picked.key}"))  # "1. J'accepte", as in a numbered list
    return match is not None and chosen[int(match["place"]) - 1 :][:1] == [picked]
