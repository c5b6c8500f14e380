"""The words of buttons, typed: each does what its button does, where that button is. `flows.wishes` knows the words."""

from collections.abc import Callable

from bot.answering import ask_again, ask_again_after, misunderstood, take
from bot.commands import answers, back, help_, menu, pause, privacy
from bot.letters import letter_cancelled, letter_done, write_to_counsellor
from bot.screens import why_text
from bot.stopping import ask_to_stop
from bot.talk import Talk
from bot.travel import resume, show_place
from bot.words import say
from flows.events import Answered, Completed, Event
from flows.making import settled
from flows.pack import ChoicesStep, Information, Question, RankingStep, TextStep
from flows.run import Run
from flows.spoken import NODS, READ, means, said
from flows.understood import Misunderstood
from flows.wishes import Wish, named_in, onward, wish

Act = Callable[[Talk], None]

# What can be wished at any time, whatever is open.
ANYTIME: dict[Wish, Act] = {
    "pause": pause,
    "resume": resume,
    "greet": show_place,
    "stop": ask_to_stop,
    "menu": menu,
    "help": help_,
    "answers": answers,
    "counsellor": write_to_counsellor,
    "privacy": privacy,
}
# Without an agreement nothing is collected; these collect nothing.
WITHOUT_CONSENT: frozenset[Wish] = frozenset(ANYTIME) - {"pause"}
# While writing to the counsellor. "Aide" or "bonjour" are words to them.
IN_A_LETTER: dict[Wish, Act] = {
    "done": letter_done,
    "cancel": letter_cancelled,
    "pause": pause,
    "resume": resume,
    "stop": ask_to_stop,
}
ASIDE_FROM_STOPPING: frozenset[Wish] = frozenset({"pause", "menu", "help", "answers", "counsellor", "privacy"})


# ---------------------------------------------------------------------------------------------- at the open question
def wished(talk: Talk, run: Run, text: str) -> Wish | None:
    """The wish that a message is under the question at hand; a label that holds the words, or "c'est lu", wins over it."""
    asked = talk.flow(run).nodes[run.at].step
    if isinstance(asked, Information) and means(said(text), READ):
        return None
    found = None if named_in(asked, text, run.language) else wish(text)
    if run.marks and isinstance(asked, ChoicesStep | RankingStep) and (onward(text) or _nods(asked, run, text)):
        return "done"
    if isinstance(asked, TextStep) and found is None and onward(text) and (run.parts or _keep(run)):
        return "done" if run.parts else "keep"
    if found == "skip" and not settled(run.parts):
        return None  # an answer like another: `flows.understand` knows where it may be skipped
    return found if found in ANYTIME or found in OF_THE_QUESTION else None


def _nods(asked: ChoicesStep | RankingStep, run: Run, text: str) -> bool:
    """Whether an "ok" is said to what was ticked, and is no label."""
    return said(text) in NODS and named_in(asked, text, run.language) is None


def _keep(run: Run) -> Event | None:
    former = run.answers.get(run.at)
    return Answered(run.at, run.visit, former.value, former.how, former.parts) if former and not run.parts else None


def _done(talk: Talk, run: Run) -> None:
    """Complete: what was ticked or written, or else the answer that stood there before."""
    asked = talk.flow(run).nodes[run.at].step
    gathered = bool(run.parts) or (isinstance(asked, ChoicesStep | RankingStep) and bool(run.marks))
    event = Completed(run.at, run.visit) if gathered else _keep(run)
    if isinstance(asked, TextStep) and event and not gathered:  # "terminé" may be the new answer as well
        ask_again(talk, run, say("keep_or_replace", run.language))
    elif event is None and not isinstance(asked, TextStep | ChoicesStep | RankingStep):
        misunderstood(talk, run, Misunderstood("unclear"))
    elif event is None:
        ask_again_after(talk, run, "nothing_to_complete")
    else:
        take(talk, run, event)


def _kept(talk: Talk, run: Run) -> None:
    event = _keep(run)
    if event is None:
        ask_again_after(talk, run, "nothing_to_keep")
    else:
        take(talk, run, event)


def _why(talk: Talk, run: Run) -> None:
    node = talk.flow(run).nodes[run.at]
    key = "why_said" if isinstance(node.step, Question) else "why_read"
    ask_again(talk, run, say(key, run.language, why=why_text(talk.flow(run), run, node)))


# What can only be wished of the question at hand. To skip once something was written goes on with what was written.
OF_THE_QUESTION: dict[Wish, Callable[[Talk, Run], None]] = {
    "done": _done,
    "skip": _done,
    "keep": _kept,
    "back": lambda talk, run: back(talk),
    "why": _why,
}
