"""What a press says, in words: the transcript is read by people."""

from bot.words import say
from flows.events import Answered, Completed, Event, Marked
from flows.flow import Flow
from flows.making import in_the_making
from flows.pack import TextStep
from flows.run import Run
from flows.wording import read_value


def spoken_press(flow: Flow, run: Run, event: Event) -> str:
    """What a press on the question at hand says, in the words of its button or of its answer: for the transcript."""
    node = flow.nodes[run.at]
    match event:
        case Answered(how="given", value=value) if value is not None:
            return read_value(node, value, run.language)
        case Answered(how=how):
            return say("button_skip" if how == "skipped" else "button_defer", run.language)
        case Marked(choice=choice, on=on):
            return f"{'☑' if on else '☐'} {read_value(node, [choice], run.language)}"
        case Completed() if isinstance(node.step, TextStep):
            return say("button_done", run.language)
        case Completed():
            return read_value(node, in_the_making(flow, run), run.language)
        case _:
            return say("button_back", run.language)
