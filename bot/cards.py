"""The journey's cards: the part that comes next, a resting place and its way back, where one was before a pause."""

from typing import Any

from bot.screens import Row, Screen, button
from bot.talk import Talk
from bot.words import safe, say, shortened
from flows.buttons import Menu
from flows.pack import Information
from flows.phrases import pipe
from flows.run import Run
from flows.wording import read_answer

RESUME = "resume"
THANKS = 3  # ways to say that a part is over (phase_over_…): not the same words at each


def resting(talk: Talk) -> bool:
    """Whether the journey is at a resting place: nothing is asked there."""
    return talk.library.journey.flow_at(talk.who.journey_at) is None


def offer(talk: Talk, *, first: bool) -> None:
    """The next part, with its length: to begin now, or after a pause."""
    journey, at = talk.library.journey, talk.who.journey_at
    flow_id = journey.flow_at(at) or ""
    holes: dict[str, Any] = {
        "title": journey.pack.states[at].title[talk.language],
        "place": journey.flows.index(flow_id) + 1,
        "places": len(journey.flows),
        "minutes": talk.library.flows[flow_id].pack.minutes,
    }
    pause_row = [button(say("button_pause", talk.language), Menu("pause"))]
    if not first:
        over = "first" if holes["place"] == 2 else holes["place"] % THANKS
        holes["over"] = say(f"phase_over_{over}", talk.language)
    talk.say("phase_first" if first else "phase_next", *begin_row(talk), *([] if first else [pause_row]), **holes)


def begin_row(talk: Talk) -> list[Row]:
    return [[button(say("button_begin", talk.language), Menu("begin", talk.who.journey_at))]]


def rest(talk: Talk, lead: str = "") -> None:
    """A resting place: its words, after those of `lead` (HTML), and a way back where there is one."""
    at = talk.who.journey_at
    state = talk.library.journey.pack.states[at]
    facts_here = {**talk.library.facts.get(talk.language, {}), "counsellor": talk.counsellor()}
    text = pipe(state.text[talk.language].strip(), lambda name: facts_here.get(name, "…")) if state.text else ""
    talk.send(Screen("\n\n".join(filter(None, [lead, safe(text)])), tuple(way_back(talk))))


def can_go_on(talk: Talk) -> bool:
    """Whether something is open, or a resting place has a way back."""
    transitions = talk.library.journey.pack.transitions
    sources = [talk.library.journey.sources(t) for t in transitions if t.on == RESUME]
    return not resting(talk) or any(talk.who.journey_at in leaving for leaving in sources)


def way_back(talk: Talk) -> list[Row]:
    """The button that leaves a resting place, where there is a way."""
    if not can_go_on(talk):
        return []
    return [[button(say("button_resume", talk.language), Menu("resume", talk.who.journey_at))]]


def where_one_was(talk: Talk, run: Run) -> str:
    """The part that was open, and the last answer in it (HTML)."""
    flow = talk.flow(run)
    lines = [say("resume_card", talk.language, title=flow.pack.title[run.language])]
    questions = [node for node in run.path if not isinstance(flow.nodes[node].step, Information) and node != run.at]
    if questions:
        last = questions[-1]
        read = shortened(read_answer(flow.nodes[last], run.answers[last], run.language), 120)
        lines.append(say("resume_last", talk.language, answer=read))
    return "\n".join(lines)
