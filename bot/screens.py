"""What a question looks like in the chat: HTML and an inline keyboard. Pure: from a flow and a run to a screen."""

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any

from bot.words import safe, say, shortened
from flows.buttons import Menu, Op, Press, encode
from flows.effects import Manner
from flows.flow import Flow, Node
from flows.making import joined
from flows.pack import (
    BatteryStep,
    Choice,
    ChoicesStep,
    ChoiceStep,
    DateStep,
    Information,
    NumberStep,
    Question,
    RankingStep,
    ScaleStep,
    TextStep,
)
from flows.path import predecessor, progress
from flows.run import Answer, Run
from flows.wording import fill_text, question, read_answer

Row = list[tuple[str, str]]  # (label, callback data)
LONG_LIST = 8  # choices that push the question out of a phone's screen
HALF_ROW = 17  # characters that fit half the width of a narrow phone, with a tick
SCALE_ROW = 6  # buttons a row that a thumb can hit on a narrow phone


@dataclass(frozen=True, slots=True)
class Screen:
    """A message: its HTML and its rows of buttons."""

    text: str
    rows: tuple[Row, ...] = ()


def button(label: str, press: Press | Menu) -> tuple[str, str]:
    return label, encode(press)


class Asking:
    """One node of one run, as it is about to be shown."""

    def __init__(self, flow: Flow, run: Run) -> None:
        self.flow, self.run, self.language = flow, run, run.language
        self.node: Node = flow.nodes[run.at]
        self.step = self.node.step

    def press(self, label: str, op: Op, arg: int | None = None) -> tuple[str, str]:
        return button(label, Press(self.run.id, self.node.index, self.run.visit, op, arg))

    def named(self, key: str, op: Op, **holes: object) -> tuple[str, str]:
        return self.press(say(key, self.language, **holes), op)

    def fill(self, text: dict[str, str]) -> str:
        return fill_text(self.flow, self.run, text)


# ------------------------------------------------------------------------------------------------------ the question
def head(asking: Asking) -> str:
    """The line above a question: whose part this is, and how far along."""
    title = asking.flow.pack.title[asking.language]
    at = progress(asking.flow, asking.run)
    if at is None or (at.questions == 1 and not at.items):
        return f"<i>{safe(title)}</i>"
    key = "progress_items" if at.items else "progress" if at.sure else "progress_about"
    return f"<i>{say(key, asking.language, title=title, **asdict(at))}</i>"


def body(asking: Asking) -> str:
    """The question itself, in bold where it asks; an information is not set in bold."""
    paragraphs = safe(question(asking.flow, asking.run, asking.node)).split("\n\n")
    if isinstance(asking.step, Information):
        return "\n\n".join(paragraphs)
    asking_ones = [part for part in paragraphs if part.endswith("?")]
    bold = paragraphs[-1:] if asking.node.item else asking_ones or paragraphs
    return "\n\n".join(f"<b>{part}</b>" if part in bold else part for part in paragraphs)


def _hint_text(asking: Asking, step: Any) -> Iterator[str]:
    if step.sensitive:
        yield say("sensitive", asking.language)
    yield f"<i>{say('hint_text', asking.language)}</i>"


def _hint_scale(asking: Asking, step: Any) -> Iterator[str]:
    low, high = step.ends[asking.language]
    holes = {"from": step.range.from_, "to": step.range.to}
    yield f"<i>{say('scale_ends', asking.language, low=low, high=high, **holes)}</i>"


def _hint_picks(asking: Asking, step: Any) -> Iterator[str]:
    low, high = step.pick.min, step.pick.max
    if isinstance(step, RankingStep):
        key = "hint_ranking"
    elif high is None:
        key = "hint_choices"
    else:
        key = "hint_choices_between" if low > 1 else "hint_choices_max"
    yield f"<i>{say(key, asking.language, min=low, max=high or len(step.choices))}</i>"


HINTS: dict[type, Callable[[Asking, Any], Iterator[str]]] = {
    TextStep: _hint_text,
    ScaleStep: _hint_scale,
    ChoicesStep: _hint_picks,
    RankingStep: _hint_picks,
    NumberStep: lambda asking, step: iter([f"<i>{say('hint_number', asking.language)}</i>"]),
    DateStep: lambda asking, step: iter([f"<i>{say('hint_date', asking.language)}</i>"]),
}


# ------------------------------------------------------------------------------------------------------- the buttons
def _read(asking: Asking, step: Information) -> Iterator[Row]:
    label = step.button[asking.language] if step.button else say("button_read", asking.language)
    yield [asking.press(label, "set", 0)]
    if step.shows == "answers":
        yield [button(say(f"button_{name}", asking.language), Menu(name)) for name in ("correct", "recap")]


def _choice(asking: Asking, step: ChoiceStep) -> Iterator[Row]:
    for index, choice in enumerate(step.choices):
        yield [asking.press(choice.label[asking.language], "set", index)]


def _choices(asking: Asking, step: ChoicesStep) -> Iterator[Row]:
    def mark(choice: Choice) -> str:
        return "☑ " if choice.id in asking.run.marks else "☐ "

    yield from _ticks(asking, step, mark)


def _ranking(asking: Asking, step: RankingStep) -> Iterator[Row]:
    def mark(choice: Choice) -> str:
        marks = asking.run.marks
        return f"{marks.index(choice.id) + 1}. " if choice.id in marks else ""

    yield from _ticks(asking, step, mark)


def _ticks(asking: Asking, step: ChoicesStep | RankingStep, mark: Callable[[Choice], str]) -> Iterator[Row]:
    """Choices to tick; short ones side by side in a long list, so that the question stays in sight on a phone."""
    row: Row = []
    for index, choice in enumerate(step.choices):
        op: Op = "off" if choice.id in asking.run.marks else "on"
        tick = asking.press(mark(choice) + choice.label[asking.language], op, index)
        short = len(step.choices) >= LONG_LIST and len(choice.label[asking.language]) <= HALF_ROW
        if row and not short:
            yield row
            row = []
        row.append(tick)
        if not short or len(row) == 2:
            yield row
            row = []
    if row:
        yield row
    if asking.run.marks:
        yield [asking.press(_enough(asking, step), "done")]


def _enough(asking: Asking, step: ChoicesStep | RankingStep) -> str:
    """The button that ends the ticking, or how many are still to come: what would be refused is not offered."""
    count = len(asking.run.marks)
    alone = any(choice.exclusive and choice.id in asking.run.marks for choice in step.choices)
    missing = 0 if alone else step.pick.min - count
    if missing > 0:
        return say("button_one_more" if missing == 1 else "button_more", asking.language, count=missing)
    return say("button_validate", asking.language, count=count)


def _scale(asking: Asking, step: ScaleStep) -> Iterator[Row]:
    degrees = [asking.press(str(n), "set", n) for n in range(step.range.from_, step.range.to + 1)]
    for start in range(0, len(degrees), SCALE_ROW):
        yield degrees[start : start + SCALE_ROW]


def _battery(asking: Asking, step: BatteryStep) -> Iterator[Row]:
    labels = [asking.press(label[asking.language], "set", n) for n, label in enumerate(step.labels, 1)]
    for start in range(0, len(labels), 2):
        yield labels[start : start + 2]


BUTTONS: dict[type, Callable[[Asking, Any], Iterator[Row]]] = {
    Information: _read,
    ChoiceStep: _choice,
    ChoicesStep: _choices,
    RankingStep: _ranking,
    ScaleStep: _scale,
    BatteryStep: _battery,
    TextStep: lambda asking, step: iter([[asking.named("button_done", "done")]] if asking.run.parts else []),
    NumberStep: lambda asking, step: iter([]),
    DateStep: lambda asking, step: iter([]),
}


def _ways_out(asking: Asking) -> Iterator[Row]:
    step = asking.step
    if isinstance(step, Question) and step.defer:
        yield [asking.named("button_defer", "defer")]
    if isinstance(step, Question):
        yield [asking.named("button_why", "why")]
    last = [asking.named("button_back", "back")] if predecessor(asking.run) else []
    last += [asking.named("button_skip", "skip")] if isinstance(step, Question) and step.optional else []
    yield [*last, button(say("button_pause_here", asking.language), Menu("pause"))]


def _so_far(asking: Asking, read: str) -> str:
    return f"{say('answered', asking.language)} <i>{safe(shortened(read))}</i>"


# ------------------------------------------------------------------------------------------------------- the screens
def question_screen(flow: Flow, run: Run, manner: Manner = "ask", lead: str = "") -> Screen:
    """The question at hand. `lead`: words of the bot (already HTML) said before it, or in its place (`brief`)."""
    asking = Asking(flow, run)
    former = run.answers.get(run.at)
    paragraphs = [lead, head(asking)]
    if asking.step.encouragement and manner == "ask":
        paragraphs.append(safe(asking.fill(asking.step.encouragement)))
    paragraphs.append(body(asking))
    if hint := HINTS.get(type(asking.step)):
        paragraphs += hint(asking, asking.step)
    paragraphs = [lead] if manner == "brief" else paragraphs
    rows = list(BUTTONS[type(asking.step)](asking, asking.step))
    if former and not isinstance(asking.step, Information) and not run.parts:
        paragraphs.append(_so_far(asking, read_answer(asking.node, former, asking.language)))
        rows.insert(0, [asking.named("button_keep", "keep")])
    elif run.parts:
        paragraphs.append(_so_far(asking, joined(run.parts)))
    return Screen("\n\n".join(p for p in paragraphs if p), tuple(rows + list(_ways_out(asking))))


def answered_screen(flow: Flow, run: Run, node: Node, answer: Answer) -> Screen:
    """A question that was left: the words that were shown, the answer (or that there is none), no buttons."""
    shown = safe(answer.shown)
    if isinstance(node.step, Information):
        return Screen(shown)
    mark = "✔" if answer.how == "given" else "–"
    return Screen(f"{shown}\n\n{mark} <b>{safe(shortened(read_answer(node, answer, run.language)))}</b>")


def why_text(flow: Flow, run: Run, node: Node) -> str:
    """Why the question is asked; plain text."""
    return fill_text(flow, run, node.step.why) if isinstance(node.step, Question) else ""
