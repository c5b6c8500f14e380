"""Reading one's answers again, to change any of them: sections, pages, and the recap before handing over."""

from dataclasses import dataclass
from math import ceil

from bot.screens import Row, Screen, button
from bot.talk import Talk
from bot.words import safe, say, shortened
from flows.buttons import Menu, Press
from flows.flow import Flow, Node
from flows.pack import BatteryStep, Information
from flows.run import Run
from flows.wording import read_answer
from storage.latest import latest_runs
from storage.runs import load_run

PAGE = 6  # answers on one page: they fit a phone's screen
ROW = 3  # numbers on one row of buttons
FULL = 3500  # characters of a recap message: below Telegram's 4 096, with room for its end
QUESTION, ANSWER = 140, 220  # characters of a question and of an answer in a list


@dataclass(frozen=True, slots=True)
class Section:
    """A flow's answers, or those of one of its batteries."""

    title: str
    flow: Flow
    run: Run
    nodes: tuple[Node, ...]


def _nodes(flow: Flow, run: Run) -> list[Node]:
    return [flow.nodes[name] for name in run.path if not isinstance(flow.nodes[name].step, Information)]


def _sections_of(talk: Talk, flow: Flow, run: Run) -> list[Section]:
    nodes = _nodes(flow, run)
    title = flow.pack.title[talk.language]
    plain = [node for node in nodes if node.item is None]
    sections = [Section(title, flow, run, tuple(plain))] if plain else []
    for step in flow.pack.steps:
        items = tuple(node for node in nodes if node.step is step and node.item)
        if items:
            sections.append(Section(say("answers_battery", talk.language, title=title), flow, run, items))
    return sections


def sections(talk: Talk) -> list[Section]:
    """What the person has answered so far, in the order of the journey."""
    latest = latest_runs(talk.session, talk.who.id)
    found: list[Section] = []
    for flow_id in talk.library.journey.flows:
        if brief := latest.get(flow_id):
            run = load_run(talk.session, talk.vault, brief.id)
            found += _sections_of(talk, talk.flow(run), run)
    return found


# -------------------------------------------------------------------------------------------------------------- lists
def _lines(section: Section, node: Node, number: int, language: str) -> str:
    answer = section.run.answers[node.id]
    asked = node.item.text[answer.language] if node.item else answer.shown
    read = safe(shortened(read_answer(node, answer, language), ANSWER))
    return f"{number}. {safe(shortened(asked, QUESTION))}\n→ <b>{read}</b>"


def overview(talk: Talk) -> Screen:
    """The sections, one button each."""
    found = sections(talk)
    if not found:
        return Screen(say("answers_none", talk.language))
    rows = [[button(f"{s.title} ({len(s.nodes)})", Menu("answers", f"{i}-0"))] for i, s in enumerate(found)]
    return Screen(say("answers_sections", talk.language), tuple(rows))


def page(talk: Talk, argument: str) -> Screen:
    """One page of one section (`section-page`), each answer with the number that changes it."""
    found = sections(talk)
    numbers = [int(part) if part.isdecimal() else 0 for part in argument.partition("-")[::2]]
    if not found or numbers[0] >= len(found):
        return overview(talk)
    section = found[numbers[0]]
    pages = ceil(len(section.nodes) / PAGE)
    at = min(numbers[1], pages - 1)
    return _page(talk, section, numbers[0], at, pages)


def _page(talk: Talk, section: Section, index: int, at: int, pages: int) -> Screen:
    shown = list(enumerate(section.nodes, 1))[at * PAGE : (at + 1) * PAGE]
    head = say("answers_page", talk.language, title=section.title, page=at + 1, pages=pages)
    text = "\n\n".join([head, *(_lines(section, node, n, talk.language) for n, node in shown)])
    edits = [button(str(n), Press(section.run.id, node.index, 0, "edit")) for n, node in shown]
    rows: list[Row] = [edits[start : start + ROW] for start in range(0, len(edits), ROW)]
    turning = [("button_previous", at - 1)] if at else []
    turning += [("button_next", at + 1)] if at + 1 < pages else []
    if turning:
        rows.append([button(say(key, talk.language), Menu("answers", f"{index}-{to}")) for key, to in turning])
    rows.append([button(say("button_answers", talk.language), Menu("answers"))])
    return Screen(text, tuple(rows))


def recap(talk: Talk) -> list[Screen]:
    """Everything that will be handed over: one message a section, each leading to its changes."""
    screens = []
    for index, section in enumerate(sections(talk)):
        row = [button(say("button_change", talk.language), Menu("answers", f"{index}-0"))]
        screens.append(Screen(_recap_text(talk, section), (row,)))
    return screens


def _recap_text(talk: Talk, section: Section) -> str:
    text = say("answers_recap", talk.language, title=section.title)
    if isinstance(section.nodes[0].step, BatteryStep):
        return f"{text}\n\n{say('answers_battery_line', talk.language, count=len(section.nodes))}"
    for number, node in enumerate(section.nodes, 1):
        line = _lines(section, node, number, talk.language)
        if len(text) + len(line) > FULL:
            return f"{text}\n\n{say('answers_more', talk.language)}"
        text = f"{text}\n\n{line}"
    return text
