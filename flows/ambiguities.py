"""What could be typed at a step of a pack and be taken for something else: told to its author before anybody types it."""

from collections.abc import Sequence

from flows.labels_typed import LOOSE, begins, choose
from flows.options import Option, options_of
from flows.pack import ScaleStep, Step
from flows.problems import Phrase, quoted
from flows.spoken import said
from flows.understand import aside
from flows.understood import Misunderstood, Reason, Understood
from flows.wishes import wish

UNREAD: dict[Reason, Phrase] = {  # why typed words choose nothing (flows.labels_typed.choose)
    "ambiguous": Phrase("is_ambiguous"),
    "out_of_range": Phrase("is_out_of_range"),
    "unclear": Phrase("is_unclear"),
}


def ambiguities(step: Step, language: str) -> list[Phrase]:
    """What a person could type at a step and see something else chosen, for who writes the pack; [] when all is well.

    Every label, every other name (`typed`), every number and every beginning of one label alone has to choose that
    choice and no other.
    """
    chosen = options_of(step, language)
    return [
        Phrase("typed_astray", typed=quoted(typed), language=language, instead=instead, label=quoted(option.label))
        for place, option in enumerate(chosen, start=1)
        for typed in dict.fromkeys(_ways_to_type(step, place, option, chosen))
        if (instead := _not_chosen(step, typed, option, chosen))
    ]


def _ways_to_type(step: Step, place: int, option: Option, chosen: Sequence[Option]) -> list[str]:
    number = [] if isinstance(step, ScaleStep) else [str(place)]
    return [option.label, *option.also, *number, *_beginnings(option, chosen)]


def _beginnings(option: Option, chosen: Sequence[Option]) -> list[str]:
    """The beginnings of a label, in whole words, that are enough and begin no other."""
    starts = [" ".join(option.words[:n]) for n in range(1, len(option.words))]
    others = [f"{o.key} " for o in chosen if o is not option]
    return [s for s in starts if begins(s.split()) and not any(o.startswith(f"{s} ") for o in others)]


def _not_chosen(step: Step, typed: str, option: Option, chosen: Sequence[Option]) -> Phrase | None:
    """What happens instead, when a text does not choose its option; a label wins over a wish, unless it is the same."""
    words = said(typed)
    if typed in option.also and wish(typed):
        return Phrase("is_button")
    asked = aside(step, words)
    if isinstance(asked, Understood) or (asked and words not in option.names):
        return Phrase("is_aside")
    same = [o for o in chosen if words in o.names]
    picked = same[0] if len(same) == 1 else choose(words, chosen, LOOSE)
    if isinstance(picked, Misunderstood):
        return UNREAD[picked.reason]
    return None if picked is option else Phrase("is_other", label=quoted(picked.label))
