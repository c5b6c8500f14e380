"""Small flows for tests of the conversation: packs of this folder, chained into a journey."""

from pathlib import Path

from bot.library import Library
from flows.flow import Flow
from flows.journey import Journey, JourneyPack
from flows.load import load_packs
from flows.organisation import load_organisation
from flows.pack import Pack
from jalon.settings import EXAMPLE

PACKS = Path(__file__).parent / "packs"
NEXT = "next"

# flow → (outcome, where it leads); a flow that is not here ends with `done`
OUTCOMES = {
    "hello": [("consented", NEXT), ("declined", "declined")],
    "recap": [("submitted", "submitted"), ("later", "later")],
}
ENDS = {
    "finished": "C'est fini.",
    "submitted": "C'est remis.",
    "later": "Plus tard.",
    "declined": "Sans vous.",
    "stopped": "Arrêté.",
}


def packs(*names: str) -> list[Pack]:
    """The packs of this folder with these names, proved as those of the product are."""
    held, problems = load_packs([PACKS / f"{name}.yaml" for name in names])
    assert not problems, [str(problem) for problem in problems]
    return held


def journey(*names: str) -> Journey:
    """The flows one after the other, with resting places to stop, to decline and to hand over later."""
    states = {name: {"title": _both(name.title()), "flow": f"try.{name}"} for name in names}
    places = {name: {"title": _both(name.title()), "end": True, "text": _both(words)} for name, words in ENDS.items()}
    after = dict(zip(names, (*names[1:], "finished"), strict=True))
    moves = [
        {
            "on": f"{name}.{outcome}",
            "from": [name, "later", "declined"] if name in OUTCOMES else [name],
            "to": after[name] if to == NEXT else to,
        }
        for name in names
        for outcome, to in OUTCOMES.get(name, [("done", NEXT)])
    ]
    moves += [
        {"on": "resume", "from": ["stopped", "declined"], "to": names[0]},
        {"on": "stop", "from": "*", "to": "stopped"},
    ]
    moves += [{"on": "resume", "from": ["later"], "to": "recap"}] if "recap" in names else []
    head = {
        "id": "try",
        "title": _both("Essai"),
        "licence": "MIT",
        "source": "Écrit pour les tests",
        "languages": ["fr", "en"],
    }
    return Journey(
        JourneyPack.model_validate({**head, "initial": names[0], "states": {**states, **places}, "transitions": moves})
    )


def _both(text: str) -> dict[str, str]:
    return {"fr": text, "en": f"{text} (en)"}


def shelf(*names: str, other: list[Pack] | None = None) -> Library:
    """A library of these packs (`other`: in the place of those with the same id), with the example organisation's facts."""
    facts = load_organisation(EXAMPLE).facts_by_language()
    chosen = {pack.id: pack for pack in [*packs(*names), *(other or [])]}
    return Library({id: Flow(pack, facts) for id, pack in chosen.items()}, journey(*names), facts)
