"""Reading one's answers again, to change any of them: sections, pages, and the recap before handing over."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import ceil

from bot.screens import Row, Screen, button
from bot.talk import Talk
from bot.words import plain, safe, say, series, shortened
from flows.buttons import Menu, Press
from flows.flow import Flow, Node
from flows.lengths import pieces, units
from flows.pack import BatteryStep, Information
from flows.run import Answer, Run
from flows.wording import read_answer
from storage.latest import latest_runs
from storage.runs import load_run

PAGE = 6  # answers on one page: they fit a phone's screen
ROW = 3  # numbers on one row of buttons
FULL = 3500  # UTF-16 units of a recap message: below Telegram's 4 096, whatever stands around
PIECE = 3000  # UTF-16 units of an answer in one recap message, beside its question
QUESTION, ANSWER = 140, 220  # UTF-16 units of a question and of an answer in a list


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
    single = [node for node in nodes if node.item is None]
    sections = [Section(title, flow, run, tuple(single))] if single else []
    for step in flow.pack.steps:
        items = tuple(node for node in nodes if node.step is step and node.item)
        if items:
            series = plain(say("answers_battery", talk.language, title=title))  # a title is not HTML yet
            sections.append(Section(series, flow, run, items))
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
def _line(section: Section, node: Node, number: int, read: str) -> str:
    return f"{number}. {_asked_and_read(node, section.run.answers[node.id], read)}"


def _asked_and_read(node: Node, answer: Answer, read: str) -> str:
    asked = node.item.text[answer.language] if node.item else answer.shown
    return f"{safe(shortened(asked, QUESTION))}\n→ <b>{safe(read)}</b>"


def changed_line(node: Node, answer: Answer, language: str) -> str:
    """One answer as it stands now, for who has just changed it (HTML)."""
    return _asked_and_read(node, answer, shortened(read_answer(node, answer, language), ANSWER))


def _read(section: Section, node: Node, language: str) -> str:
    return read_answer(node, section.run.answers[node.id], language)


def overview(talk: Talk) -> Screen:
    """The sections, one button each."""
    found = sections(talk)
    if not found:
        return Screen(say("answers_none", talk.language))
    rows = [[button(f"{s.title} ({len(s.nodes)})", Menu("answers", f"{i}-0"))] for i, s in enumerate(found)]
    return Screen(say("answers_sections", talk.language), (*rows, *_to_question(talk)))


def _to_question(talk: Talk) -> list[Row]:
    """The way back to the question at hand, where there is one."""
    run = talk.active_run()
    return [[button(say("button_question", talk.language), Menu("question"))]] if run and run.outcome is None else []


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
    lines = [_line(section, node, n, shortened(_read(section, node, talk.language), ANSWER)) for n, node in shown]
    text = "\n\n".join([head, *lines])
    edits = [button(str(n), Press(section.run.id, node.index, 0, "edit")) for n, node in shown]
    rows: list[Row] = [edits[start : start + ROW] for start in range(0, len(edits), ROW)]
    turning = [("button_previous", at - 1)] if at else []
    turning += [("button_next", at + 1)] if at + 1 < pages else []
    if turning:
        rows.append([button(say(key, talk.language), Menu("answers", f"{index}-{to}")) for key, to in turning])
    rows.append([button(say("button_answers", talk.language), Menu("answers"))])
    return Screen(text, (*rows, *_to_question(talk)))


def recap(talk: Talk) -> list[Screen]:
    """Everything that will be handed over, whole: the messages of each section, the last leading to its changes."""
    screens: list[Screen] = []
    for index, section in enumerate(sections(talk)):
        *before, last = messages([say("answers_recap", talk.language, title=section.title), *_whole(talk, section)])
        row = [button(say("button_change", talk.language), Menu("answers", f"{index}-0"))]
        screens += [*map(Screen, before), Screen(last, (row,))]
    return screens


def _whole(talk: Talk, section: Section) -> Iterator[str]:
    """The answers of a section in full; a battery is counted, its answers stand in the list."""
    if isinstance(section.nodes[0].step, BatteryStep):
        given = sum(section.run.answers[node.id].how == "given" for node in section.nodes)
        told = series(given, len(section.nodes) - given, talk.language)
        yield say("answers_battery_line", talk.language, given=told)
        return
    for number, node in enumerate(section.nodes, 1):
        first, *more = pieces(_read(section, node, talk.language), PIECE)
        yield _line(section, node, number, first)
        yield from (f"<b>{safe(piece)}</b>" for piece in more)


def messages(blocks: Iterable[str]) -> list[str]:
    """Blocks of HTML put together into as few messages as hold them, in their order."""
    found: list[str] = []
    for block in blocks:
        longer = f"{found[-1]}\n\n{block}" if found else block
        if found and units(plain(longer)) <= FULL:
            found[-1] = longer
        else:
            found.append(block)
    return found
