"""Pictures of packs and of the journey for the documentation: Mermaid, drawn from the same graph as the proofs."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flows.grammar import About, All, AnyOf, Condition, Not
from flows.graph import Graph
from flows.journey import Journey
from flows.pack import BatteryStep, Choosing, Information, Pack, Step
from flows.phrases import HOLE

LONGEST = 44  # characters of a box or an arrow: beyond, a diagram is no longer seen at a glance
LANGUAGE = "fr"  # the practitioners read these pages


def _brief(text: str) -> str:
    """A text short enough for a box, with nothing that Mermaid would read as its own."""
    plain = " ".join(HOLE.sub("…", text).replace('"', "'").split())
    short = plain if len(plain) <= LONGEST else f"{plain[: LONGEST - 1].rstrip()}…"
    return short.replace("<", "&lt;").replace(">", "&gt;").replace("#", "")


def _said(texts: Mapping[str, str]) -> str:
    return texts.get(LANGUAGE) or next(iter(texts.values()))


# ------------------------------------------------------------------------------------------------------------ conditions
def _value(step: Step, value: Any) -> str:
    labels = {choice.id: _said(choice.label) for choice in step.choices} if isinstance(step, Choosing) else {}
    return labels.get(value, f"{value}")


TESTS: dict[str, Callable[[Step, Any], str]] = {
    "is": _value,
    "in": lambda step, values: " ou ".join(_value(step, value) for value in values),
    "contains": lambda step, value: f"avec {_value(step, value)}",
    "at_least": lambda step, value: f"au moins {value:g}",
    "at_most": lambda step, value: f"au plus {value:g}",
    "answered": lambda step, yes: "une réponse" if yes else "pas de réponse",
    "deferred": lambda step, yes: "à aborder de vive voix" if yes else "sans report",
}


def in_french(condition: Condition, here: str, steps: Mapping[str, Step]) -> str:
    """A condition as a practitioner reads it; a step is named where it is not the one the arrow leaves from."""
    match condition:
        case About():
            ((test, expected),) = condition.tests().items()
            about = "" if condition.step == here else f"{condition.step} : "
            return about + TESTS[test](steps[condition.step], expected)
        case All():
            return " et ".join(in_french(part, here, steps) for part in condition.all)
        case AnyOf():
            return " ou ".join(in_french(part, here, steps) for part in condition.any)
        case Not():
            return f"sauf {in_french(condition.not_, here, steps)}"


# ------------------------------------------------------------------------------------------------------------- the pack
def _box(step: Step) -> str:
    text = f"<b>{step.id}</b><br/>{_brief(_said(step.text))}"
    place = _place(step.id)
    if isinstance(step, BatteryStep):
        return f'{place}[["{text}<br/>{len(step.items)} affirmations"]]'
    return f'{place}(["{text}"])' if isinstance(step, Information) else f'{place}["{text}"]'


def _place(name: str) -> str:
    """The name of a box, with a prefix because some words ("end") are Mermaid's own."""
    return f"outcome_{name[1:]}" if name.startswith("@") else f"step_{name}"


def _drawing(pack: Pack) -> Iterator[str]:
    graph = Graph(pack)
    yield "flowchart TD"
    yield from (f"    {_box(step)}" for step in pack.steps)
    for name, outcome in pack.outcomes.items():
        yield f'    outcome_{name}{{{{"{_brief(_said(outcome.title))}"}}}}'
    for step, edges in graph.edges.items():
        conditional = len(edges) > 1
        for edge in edges:
            when = in_french(edge.condition, step, graph.steps) if edge.condition else "sinon"
            typed = ", ou d'autres mots" if getattr(graph.steps[step], "else_", None) == edge.destination else ""
            label = f'|"{_brief(when)}{typed}"|' if conditional else ""
            yield f"    {_place(step)} -->{label} {_place(edge.destination)}"


def _mermaid(lines: Iterable[str]) -> str:
    return "\n".join(["```mermaid", *lines, "```"])


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"


def _counts(pack: Pack) -> str:
    items = sum(len(step.items) for step in pack.steps if isinstance(step, BatteryStep))
    parts = [
        f"{_count(pack.minutes, 'minute', 'minutes')} environ",
        _count(len(pack.steps), "étape", "étapes"),
        *([_count(items, "affirmation", "affirmations")] if items else []),
        _count(len(pack.outcomes), "issue", "issues"),
        _count(sum(len(step.flags) for step in pack.steps), "signal", "signaux"),
        f"langues : {', '.join(pack.languages)}",
    ]
    return " · ".join(parts)


def pack_page(pack: Pack) -> str:
    """The page of a pack: its title, how long it is, its picture."""
    head = [f"# {_said(pack.title)}", "", f"`{pack.id}` · {_counts(pack)}", ""]
    tail = ["", f"Licence : {pack.licence}. Source : {pack.source}.", "", "[Tous les questionnaires](README.md)", ""]
    return "\n".join([*head, _mermaid(_drawing(pack)), *tail])


# ----------------------------------------------------------------------------------------------------------- the journey
def _journey_drawing(journey: Journey) -> Iterator[str]:
    yield "stateDiagram-v2"
    for name, state in journey.pack.states.items():
        yield f'    state "{_brief(_said(state.title))}" as {name}'
    yield f"    [*] --> {journey.initial}"
    for transition in journey.pack.transitions:
        needs = f" [{', '.join(transition.needs)}]" if transition.needs else ""
        if transition.from_ == "*":
            continue
        for source in transition.from_:
            yield f"    {source} --> {transition.to}: {transition.on}{needs}"


def _anywhere(journey: Journey) -> Iterator[str]:
    found = [transition for transition in journey.pack.transitions if transition.from_ == "*"]
    if found:
        yield "De n'importe où :"
        yield ""
        yield from (f"- `{transition.on}` mène à `{transition.to}`" for transition in found)


def journey_page(journey: Journey) -> str:
    """The page of a journey: its states and what moves a person from one to the next."""
    head = [f"# {_said(journey.pack.title)}", "", "Entre crochets : les faits datés sans lesquels on ne passe pas.", ""]
    return "\n".join([*head, _mermaid(_journey_drawing(journey)), "", *_anywhere(journey), ""])


def pages(packs: Iterable[Pack], journeys: Iterable[Journey]) -> dict[str, str]:
    """Every page of docs/flows by its file name."""
    listed = sorted(packs, key=lambda pack: pack.id)
    drawn = {f"{pack.id}.md": pack_page(pack) for pack in listed}
    drawn |= {f"journey.{journey.id}.md": journey_page(journey) for journey in journeys}
    index = [f"- [{text.splitlines()[0].removeprefix('# ')}]({name})" for name, text in drawn.items()]
    note = "Ces pages sont tirées des fichiers par `jalon flows diagram`."
    return {**drawn, "README.md": "\n".join(["# Les questionnaires et le parcours", "", note, "", *index, ""])}
