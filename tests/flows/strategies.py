"""Random packs that the proofs accept, and random people who walk them. Shared with the tests of storage."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import assume
from hypothesis import strategies as st

from flows.events import (
    Answered,
    Changed,
    Completed,
    Event,
    LanguageChanged,
    Marked,
    Paused,
    Resumed,
    WentBack,
    Wrote,
)
from flows.flow import Flow, Node
from flows.pack import (
    BatteryStep,
    ChoicesStep,
    ChoiceStep,
    DateStep,
    Information,
    NumberStep,
    Pack,
    Question,
    RankingStep,
    ScaleStep,
    TextStep,
)
from flows.proof import prove
from flows.run import Part, Run

START = datetime(2027, 3, 1, 9, tzinfo=UTC)
RUN_ID = UUID("3f2b8c1e-0f4d-4d7e-9a55-6b1c2d3e4f50")
WORDS = ["avion", "bateau", "cerise", "domino", "export", "fanfare", "girafe", "hibou", "igloo", "jardin"]
KINDS = ["information", "choice", "choices", "ranking", "scale", "text", "number", "date", "battery"]
TYPED = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc"]), min_size=1, max_size=20)


def said(text: str) -> dict[str, str]:
    return {"fr": text, "en": f"{text} (en)"}


# ---------------------------------------------------------------------------------------------------------------- packs
def _choices(draw: st.DrawFn, kind: str) -> list[dict[str, Any]]:
    count = draw(st.integers(2, 5))
    choices: list[dict[str, Any]] = [{"id": f"c{n}", "label": said(WORDS[n])} for n in range(count)]
    if kind != "ranking":
        for choice in choices:
            choice["scores"] = {"depth": draw(st.integers(-2, 3))}
    if kind == "choices" and count > 2 and draw(st.booleans()):
        choices[-1]["exclusive"] = True
    if draw(st.booleans()):
        choices[0]["fact"] = "chosen"
    return choices


def _own_keys(draw: st.DrawFn, kind: str) -> dict[str, Any]:
    match kind:
        case "information":
            return draw(st.sampled_from([{}, {"fact": "informed"}, {"button": said("J'ai lu")}]))
        case "choice":
            pledge = {"commitment": {"purpose": "pledge", "grants": ["c0"]}, "optional": False, "defer": False}
            commitment = draw(st.sampled_from([{}, pledge]))
            return {"choices": _choices(draw, kind), **commitment}
        case "choices" | "ranking":
            pick = draw(
                st.sampled_from([{}, {"pick": {"min": 0}}, {"pick": {"min": 1, "max": 1}}, {"pick": {"max": 2}}])
            )
            return {"choices": _choices(draw, kind), **pick}
        case "scale":
            low = draw(st.integers(-1, 1))
            ends = {"fr": ["peu", "beaucoup"], "en": ["little", "much"]}
            own = draw(st.sampled_from([{}, {"dimension": "depth"}, {"dimension": "depth", "reverse": True}]))
            return {"range": {"from": low, "to": low + draw(st.integers(1, 10))}, "ends": ends, **own}
        case "text":
            return {"length": {"min": draw(st.integers(1, 2)), "max": draw(st.integers(20, 60))}}
        case "number":
            return {
                "range": draw(st.sampled_from([{}, {"from": 0}, {"from": 0, "to": 40}])),
                "decimals": draw(st.booleans()),
            }
        case "date":
            return {"range": draw(st.sampled_from([{}, {"earliest": "today"}, {"earliest": "-60y", "latest": "+1m"}]))}
        case _:
            items = [
                {"id": f"i{n}", "text": said(WORDS[n]), "dimension": "depth", "reverse": draw(st.booleans())}
                for n in range(draw(st.integers(2, 4)))
            ]
            return {"items": items, "labels": [said("jamais"), said("parfois"), said("souvent")]}


def _test(draw: st.DrawFn, step: dict[str, Any]) -> dict[str, Any]:
    """A test that the answers of a step can pass."""
    tests: list[dict[str, Any]] = [{"answered": True}]
    if step.get("optional"):
        tests.append({"answered": False})
    if step.get("defer"):
        tests.append({"deferred": True})
    choice = draw(st.sampled_from([c["id"] for c in step.get("choices", [{"id": "c0"}])]))
    match step["kind"]:
        case "choice":
            tests += [{"is": choice}, {"in": [choice, "c0"]}]
        case "choices" | "ranking":
            tests.append({"contains": choice})
        case "scale":
            tests += [
                {"at_least": step["range"]["to"]},
                {"at_most": step["range"]["from"]},
                {"is": step["range"]["to"]},
            ]
        case "number":
            tests += [{"at_least": 3}, {"at_most": 2}]
    return {"step": step["id"], **draw(st.sampled_from(tests))}


def _condition(draw: st.DrawFn, earlier: list[dict[str, Any]]) -> dict[str, Any] | None:
    testable = [step for step in earlier if step["kind"] != "battery"]
    if not testable:
        return None
    one = _test(draw, draw(st.sampled_from(testable)))
    two = _test(draw, draw(st.sampled_from(testable)))
    return draw(st.sampled_from([one, one, {"not": one}, {"any": [one, two]}, {"all": [one, two]}]))


def _step(draw: st.DrawFn, number: int, count: int, earlier: list[dict[str, Any]]) -> dict[str, Any]:
    kind = draw(st.sampled_from(KINDS))
    step: dict[str, Any] = {"id": f"s{number}", "kind": kind, "text": said(f"Question {number} ?")}
    pipeable = [s["id"] for s in earlier if s["kind"] not in ("battery", "information")]
    if pipeable and draw(st.booleans()):
        step["text"] = said(f"Après {{{draw(st.sampled_from(pipeable))}}} ?")
    if kind != "information":
        step |= {
            "why": said("Pour mieux vous connaître."),
            "optional": draw(st.booleans()),
            "defer": draw(st.booleans()),
        }
    step |= _own_keys(draw, kind)
    seen = [*earlier, step]
    raised = _condition(draw, seen) if draw(st.booleans()) else None
    if raised:
        step["flags"] = [{"when": raised, "level": "notice", "reason": said("Dit : {answer}")}]
    step["next"] = _routes(draw, number, count, seen)
    return step


def _routes(draw: st.DrawFn, number: int, count: int, seen: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A default route to the next step (so that every step is met), and perhaps jumps over some."""
    default = {"go": f"s{number + 1}"} if number + 1 < count else {"finish": "done"}
    jumps: list[dict[str, Any]] = []
    for _ in range(draw(st.integers(0, 2))):
        condition = _condition(draw, seen)
        target = draw(st.integers(number + 1, count))
        if condition:
            jumps.append({"when": condition, **({"go": f"s{target}"} if target < count else {"finish": "early"})})
    return [*jumps, default]


@st.composite
def packs(draw: st.DrawFn, most_steps: int = 7) -> Pack:
    """A pack of every kind of step, with conditions, jumps, flags, pipes, facts and commitments, that is proved."""
    count = draw(st.integers(1, most_steps))
    steps: list[dict[str, Any]] = []
    for number in range(count):
        steps.append(_step(draw, number, count, steps))
    finishes = {route["finish"] for step in steps for route in step["next"] if "finish" in route}
    scored = any("scores" in str(step) or "'dimension'" in str(step) for step in steps)
    pack = Pack.model_validate(
        {
            "id": "random",
            "title": said("Au hasard"),
            "licence": "MIT",
            "source": "tests",
            "validated": False,
            "languages": ["fr", "en"],
            "phase": "preliminary",
            "minutes": 5,
            "dimensions": {"depth": said("Profondeur")} if scored else {},
            "outcomes": {name: {"title": said(name), "fact": f"{name}_fact"} for name in sorted(finishes)},
            "steps": steps,
        }
    )
    assume(not prove(pack))
    return pack


# --------------------------------------------------------------------------------------------------------------- people
def values(node: Node, today: date) -> st.SearchStrategy[Any]:
    """The values that a node takes."""
    step = node.step
    match step:
        case Information():
            return st.just("read")
        case ChoiceStep():
            return st.sampled_from([choice.id for choice in step.choices])
        case ChoicesStep() | RankingStep():
            free = [choice.id for choice in step.choices if not choice.exclusive]
            alone = [[choice.id] for choice in step.choices if choice.exclusive]
            most = step.pick.max or len(free)
            several = st.lists(
                st.sampled_from(free), min_size=step.pick.min, max_size=min(most, len(free)), unique=True
            )
            return st.one_of(several, st.sampled_from(alone)) if alone else several
        case ScaleStep():
            return st.integers(step.range.from_, step.range.to)
        case BatteryStep():
            return st.integers(1, len(step.labels))
        case TextStep():
            return TYPED.filter(lambda text: step.length.min <= len(text.strip()))
        case NumberStep():
            return st.integers(0, 40)
        case DateStep():
            return st.integers(0, 27).map(lambda days: (today + timedelta(days=days)).isoformat())


def answers(node: Node, today: date) -> st.SearchStrategy[dict[str, Any]]:
    """What somebody may do at a node: `value` and `how` of an event."""
    ways = [values(node, today).map(lambda value: {"value": value, "how": "given"})]
    if isinstance(node.step, Question) and node.step.optional:
        ways.append(st.just({"value": None, "how": "skipped"}))
    if isinstance(node.step, Question) and node.step.defer:
        ways.append(st.just({"value": None, "how": "deferred"}))
    return st.one_of(ways)


def parts() -> st.SearchStrategy[Part]:
    return st.builds(Part, st.sampled_from(["m1", "m2", "m3"]), TYPED)


def good_answer(flow: Flow, run: Run, today: date) -> st.SearchStrategy[Event]:
    """An answer to the question at hand."""
    return answers(flow.nodes[run.at], today).map(lambda given: Answered(run.at, run.visit, **given))


def any_event(flow: Flow, run: Run, today: date) -> st.SearchStrategy[Event]:
    """Anything that can arrive: fitting, stale, impossible."""
    nodes = st.sampled_from(list(flow.nodes))
    visits = st.one_of(st.just(run.visit), st.integers(0, run.visit + 1))
    at = st.just(run.at) if not run.outcome else nodes
    choice = st.sampled_from([f"c{n}" for n in range(5)])
    changes = nodes.flatmap(lambda n: answers(flow.nodes[n], today).map(lambda given: Changed(n, **given)))
    odd = st.sampled_from([None, True, float("nan"), 10**400, [], ["c0", "c0"], [["c0"]], {"a": 1}, "20270315", "c9"])
    wild = st.one_of(odd, st.integers(-2, 12), TYPED, nodes.flatmap(lambda n: values(flow.nodes[n], today)))
    strange: list[st.SearchStrategy[Event]] = [
        st.builds(Answered, st.one_of(at, nodes), visits, wild, st.sampled_from(["given", "skipped", "deferred"])),
        st.builds(Marked, at, visits, choice, st.booleans()),
        st.builds(Wrote, at, visits, parts()),
        st.builds(Completed, at, visits),
        st.builds(WentBack, st.one_of(st.none(), nodes)),
        st.builds(WentBack, st.none()),
        st.builds(LanguageChanged, st.sampled_from(["fr", "en", "de"])),
        st.sampled_from([Paused(), Resumed()]),
        changes,
        changes,
    ]
    forward = [] if run.outcome else [good_answer(flow, run, today)] * 6
    return st.one_of(*forward, *strange)
