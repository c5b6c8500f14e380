"""Under a piece of an open answer: it is noted, more may come, and how to say that it is complete."""

from collections.abc import Iterator

from bot.screens import Asking, Row, Screen, why_text
from bot.words import say, shortened
from flows.flow import Flow
from flows.making import joined
from flows.pack import TextStep
from flows.run import Run
from flows.spoken import hesitant
from flows.wording import question

QUESTION, WORDS = 120, 60  # UTF-16 units of a question recalled, and of the words quoted back


def part_screen(flow: Flow, before: Run, run: Run, *, reminded: bool) -> Screen:
    """What is said of a piece: noted; where it says next to nothing, and did not already, what else is possible."""
    asking = Asking(flow, run)
    if isinstance(asking.step, TextStep) and _hesitates(before, run):
        return Screen("\n\n".join(_reprise(asking, asking.step)), tuple(_ways(asking, asking.step)))
    if not before.parts and _replaces(run):
        text = say("part_noted_anew", run.language)
    elif reminded:
        text = say("part_noted_later", run.language, question=shortened(question(flow, run, asking.node), QUESTION))
    else:
        text = say("part_noted", run.language)
    return Screen(text, ([asking.named("button_done", "done")],))


def _hesitates(before: Run, run: Run) -> bool:
    """Once: who says it again means it."""
    return hesitant(joined(run.parts)) and not (before.parts and hesitant(joined(before.parts)))


def _replaces(run: Run) -> bool:
    """Whether an answer stood here before: it gives way to what is written now, and the history keeps it."""
    former = run.answers.get(run.at)
    return former is not None and former.how == "given"


def _may_stay(asking: Asking, step: TextStep) -> bool:
    """Whether the words are enough to be the answer, if that is what the person wants."""
    return len(joined(asking.run.parts)) >= step.length.min


def _reprise(asking: Asking, step: TextStep) -> Iterator[str]:
    language = asking.language
    yield say("hesitant", language, words=shortened(joined(asking.run.parts), WORDS))
    yield f"<i>{say('why_said', language, why=why_text(asking.flow, asking.run, asking.node))}</i>"
    ways = [key for key, open in (("hesitant_skip", step.optional), ("hesitant_defer", step.defer)) if open]
    ways += ["hesitant_keep"] if _may_stay(asking, step) else []
    if ways:
        yield " ".join(say(key, language) for key in ways)


def _ways(asking: Asking, step: TextStep) -> Iterator[Row]:
    if _may_stay(asking, step):
        yield [asking.named("button_done", "done")]
    if step.defer:
        yield [asking.named("button_defer", "defer")]
    if step.optional:
        yield [asking.named("button_skip", "skip")]
