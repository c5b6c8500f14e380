"""A pack played as a conversation in text.

Pure: what is typed goes in, lines come out; the clock starts where the caller says and moves a minute an entry.
"""

from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from importlib.resources import files
from uuid import UUID

from flows.effects import Committed, Dated, Effect, Finish
from flows.elsewhere import are_content, elsewhere
from flows.engine import new_run, step
from flows.events import Answered, Event, IllegalEvent, Invalid, LanguageChanged, Started, WentBack
from flows.flow import Flow, Node
from flows.organisation import Organisation
from flows.pack import BatteryStep, ChoicesStep, Choosing, Information, Question, RankingStep, ScaleStep
from flows.phrases import LANGUAGES, Phrases
from flows.run import How
from flows.understand import Misunderstood, understand
from flows.values import check
from flows.wording import fill_text, question, read_answer

SAYS = Phrases(files("flows") / "play.yaml")
START = datetime(2027, 3, 1, 9, tzinfo=UTC)
A_WHILE = timedelta(minutes=1)
RUN = UUID("00000000-0000-4000-8000-000000000001")
STOP = "/stop"

# the organisation's facts as their own names: a transcript does not change with the organisation
NAMED_FACTS = {
    language: {f"organisation.{name}": f"[{name}]" for name in Organisation.model_fields} for language in LANGUAGES
}


class Player:
    """One person at one pack. `begin` and `hears` give the lines said in return."""

    def __init__(self, flow: Flow, language: str, start: datetime = START) -> None:
        self.flow = flow
        self.now = start
        self.run = new_run(flow, RUN, language)
        self.dated: list[str] = []
        self.commitments: list[Committed] = []

    @property
    def language(self) -> str:
        return self.run.language

    @property
    def node(self) -> Node:
        return self.flow.nodes[self.run.at]

    def begin(self) -> list[str]:
        return self._does(Started())

    def hears(self, typed: str) -> list[str]:
        """What is said to an entry: a command, or an answer in words."""
        self.now += A_WHILE
        command, _, rest = typed.strip().partition(" ")
        try:
            return COMMANDS[command](self, rest.strip()) if command in COMMANDS else self._answers(typed)
        except Invalid as error:
            return [_not_understood(error.reason, self.language)]
        except IllegalEvent:
            return [SAYS("impossible", self.language)]

    # ----------------------------------------------------------------------------------------------------------- doing
    def _does(self, event: Event) -> list[str]:
        self.run, effects = step(self.flow, self.run, event, self.now)
        self._notes(effects)
        ended = any(isinstance(effect, Finish) for effect in effects)
        return list(_ending(self)) if ended else list(shown(self))

    def _notes(self, effects: Iterable[Effect]) -> None:
        self.dated += [effect.fact for effect in effects if isinstance(effect, Dated)]
        self.commitments += [effect for effect in effects if isinstance(effect, Committed)]

    def _answers(self, typed: str) -> list[str]:
        if self.run.outcome:
            raise IllegalEvent("the run has ended")
        heard = understand(self.node.step, typed, self.language, self.now.date())
        if isinstance(heard, Misunderstood):
            return self._writes_elsewhere(heard, typed) or [_not_understood(heard.reason, self.language)]
        return self._does(Answered(self.run.at, self.run.visit, heard.value, heard.how))

    def _writes_elsewhere(self, heard: Misunderstood, typed: str) -> list[str]:
        """What is written where words that are none of the choices belong; nothing where there is no such step."""
        found = elsewhere(self.flow, self.run, self.now) if are_content(self.node.step, heard, typed) else None
        if found is None:
            return []
        _, (there, effects) = found
        written = Answered(there.at, there.visit, typed.strip())
        check(self.flow.nodes[there.at], written.how, written.value, self.now.date())
        self.run = there
        self._notes(effects)
        asked = question(self.flow, there, self.node).splitlines()[-1]
        return [SAYS("elsewhere", self.language, question=asked), *self._does(written)]

    def without(self, how: How) -> list[str]:
        return self._does(Answered(self.run.at, self.run.visit, None, how))

    def keeps(self) -> list[str]:
        former = self.run.answers.get(self.run.at)
        if former is None:
            raise IllegalEvent("there is nothing to keep")
        return self._does(Answered(self.run.at, self.run.visit, former.value, former.how, former.parts))

    def goes_back(self, to: str = "") -> list[str]:
        """To the question before, or to an answer by its number in the list."""
        if to and not (to.isdecimal() and 0 < int(to) <= len(self.run.path)):
            raise IllegalEvent("there is no such answer")
        return self._does(WentBack(self.run.path[int(to) - 1] if to else None))

    def speaks(self, language: str) -> list[str]:
        return self._does(LanguageChanged(language))


# ---------------------------------------------------------------------------------------------------------------- saying
def _not_understood(reason: str, language: str) -> str:
    key = f"not_{reason}"
    return SAYS("not_understood", language, reason=SAYS(key if key in SAYS.table else "not_unclear", language))


def _ways(player: Player) -> str:
    asked = player.node.step
    skip = ["/passer"] if isinstance(asked, Question) and asked.optional else []
    return " ".join([*skip, *(["/parler"] if isinstance(asked, Question) and asked.defer else [])])


def _asked(player: Player) -> Iterator[str]:
    """What there is to choose from."""
    asked, language = player.node.step, player.language
    match asked:
        case Choosing():
            yield from (f"  {n}. {choice.label[language]}" for n, choice in enumerate(asked.choices, 1))
        case BatteryStep():
            yield from (f"  {n}. {label[language]}" for n, label in enumerate(asked.labels, 1))
        case ScaleStep():
            least, most = asked.ends[language]
            yield SAYS("ends", language, low=asked.range.from_, least=least, high=asked.range.to, most=most)
        case Information():
            yield asked.button[language] if asked.button else SAYS("read_on", language)
    if isinstance(asked, ChoicesStep | RankingStep):
        yield SAYS("ordered" if isinstance(asked, RankingStep) else "several", language)


def shown(player: Player) -> Iterator[str]:
    """The question at hand, as it would be asked."""
    if player.run.outcome:
        return
    node, language = player.node, player.language
    if node.step.encouragement:
        yield fill_text(player.flow, player.run, node.step.encouragement)
    yield from question(player.flow, player.run, node).splitlines()
    yield from _asked(player)
    if ways := _ways(player):
        yield SAYS("ways", language, ways=ways)
    if former := player.run.answers.get(node.id):
        yield SAYS("former", language, answer=read_answer(node, former, language))


def _ending(player: Player) -> Iterator[str]:
    outcome = player.flow.pack.outcomes[str(player.run.outcome)]
    yield SAYS("ended", player.language, title=outcome.title[player.language])
    if outcome.text:
        yield from fill_text(player.flow, player.run, outcome.text).splitlines()


def _why(player: Player, rest: str) -> list[str]:
    asked = None if player.run.outcome else player.node.step
    if not isinstance(asked, Question):
        return [SAYS("no_why", player.language)]
    return [fill_text(player.flow, player.run, asked.why)]


def _answers(player: Player, rest: str) -> list[str]:
    language, nodes = player.language, player.flow.nodes
    read = [(node, read_answer(nodes[node], player.run.answers[node], language)) for node in player.run.path]
    lines = [f"  {n}. {node} : {' / '.join(text.splitlines())}" for n, (node, text) in enumerate(read, 1)]
    return lines or [SAYS("no_answers", language)]


COMMANDS: dict[str, Callable[[Player, str], list[str]]] = {
    "/aide": lambda player, rest: [SAYS("help", player.language)],
    "/retour": lambda player, rest: player.goes_back(),
    "/changer": lambda player, rest: player.goes_back(rest),
    "/passer": lambda player, rest: player.without("skipped"),
    "/parler": lambda player, rest: player.without("deferred"),
    "/garder": lambda player, rest: player.keeps(),
    "/langue": lambda player, rest: player.speaks(rest),
    "/pourquoi": _why,
    "/reponses": _answers,
}
