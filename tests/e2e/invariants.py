"""What has to be true of one person's dossier after any walk, compared with what their phone showed."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session

from bot.corrections import UNKEPT
from bot.typed import CORRECTION
from flows.path import follow, may_reach
from storage.inbox import parked
from storage.messages import OutboxRow
from storage.records import Line, Said, facts_of, transcript_of
from storage.runs import RunRecord, answer_history, runs_of
from storage.tables import Beneficiary, ChatLink, Consent, RunRow, table
from tests.e2e.town import Phone
from tests.harness import House

STOPPED = "stopped"
TAKING_PART = "taking_part"
MILESTONES = ("consented", "informed", "engaged", "need_analysed", "motivations_explored", "submitted")
# outcome → facts without which it cannot be (flows/journeys/preliminary.yaml, `needs`)
FACTS = {
    "submitted": MILESTONES,
    "later": MILESTONES[:-1],
    "not_now": MILESTONES[:2],
    "wants_to_talk": MILESTONES[:2],
    "redirected": MILESTONES[:2],
    "stopped": (STOPPED,),
}
TYPED = ("text", "command", "edited", "to_counsellor")

Faults = Iterator[str]


def faults(house: House, phone: Phone, outcome: str | None = None, twice: int = 0) -> list[str]:
    """All that is wrong with this person's dossier, in words.

    `outcome`: where it should rest, if it has come to an end. `twice`: messages that may have been shown once more than
    the transcript says, since the program died before it could note the first time.
    """
    with house.stores.database.read() as session:
        links = table(ChatLink)
        owner: UUID = session.execute(select(links.c.beneficiary_id).where(links.c.chat_id == phone.id)).scalar_one()
        lines = transcript_of(session, house.stores.vault, owner)
        return [
            *(_journey(session, owner, outcome) if outcome else ()),
            *run_faults(house, session, owner),
            *_heard(session, owner, phone, lines),
            *_shown(phone, lines, twice),
        ]


def house_faults(house: House, *, killed: bool = False) -> list[str]:
    """What is wrong with the house: updates parked, messages that never left.

    `killed`: the answer to a press that was on its way may be unknown (`storage.outbox.WHEN_LOST`).
    """
    rows = table(OutboxRow)
    bot_id = int(house.simulator.token.partition(":")[0])
    fine = rows.c.state.in_(ENDED)
    if killed:
        fine |= (rows.c.kind == "notice") & (rows.c.state == "unknown")
    with house.stores.database.read() as session:
        aside = [f"parked: {p.kind}, {p.error}" for p in parked(session, house.stores.vault, bot_id)]
        stuck = session.execute(select(rows.c.kind, rows.c.state, rows.c.error).where(~fine))
        return aside + [f"a {row.kind} ended {row.state}: {row.error}" for row in stuck]


ENDED = ("sent", "dropped")


# --------------------------------------------------------------------------------------------------------- the journey
def _journey(session: Session, owner: UUID, outcome: str) -> Faults:
    people = table(Beneficiary)
    row = session.execute(select(people).where(people.c.id == owner)).one()
    if row.journey_at != outcome:
        yield f"the phone shows {outcome}, the dossier is at {row.journey_at}"
    if (row.stopped_at is not None) != (outcome == STOPPED):
        yield f"stopped at {row.stopped_at}, but {outcome}"
    if row.active_run_id is not None:
        yield f"at rest with a run open: {row.active_run_id}"
    yield from _facts(session, owner, outcome)


def _facts(session: Session, owner: UUID, outcome: str) -> Faults:
    first: dict[str, Any] = {}
    for name, at in facts_of(session, owner):
        first.setdefault(name, at)
    if missing := [name for name in FACTS.get(outcome, ()) if name not in first]:
        yield f"{outcome} without {missing}"
    times = [first[name] for name in MILESTONES if name in first]
    if times != sorted(times):
        yield f"milestones out of order: {first}"


# ------------------------------------------------------------------------------------------------- runs and answers
def run_faults(house: House, session: Session, owner: UUID) -> Faults:
    """What is wrong with the runs of a dossier, and with the history of their answers."""
    for record in runs_of(session, house.stores.vault, owner):
        run, flow = record.run, house.library.version(session, record.run.version)
        path, frontier = follow(flow, run.answers)
        if path != run.path:
            yield f"{run.flow}: the path is {run.path}, its answers lead along {path}"
        if run.outcome and frontier != run.at:
            yield f"{run.flow}: ended at {run.at}, its answers lead to {frontier}"
        yield from _history(house, session, record)


def _history(house: House, session: Session, record: RunRecord) -> Faults:
    name, run = record.run.flow, record.run
    given = answer_history(session, house.stores.vault, run.id)
    if [g.seq for g in given] != list(range(1, len(given) + 1)):
        yield f"{name}: the history skips a number: {[g.seq for g in given]}"
    counted: int = session.execute(
        select(table(RunRow).c.answers_given).where(table(RunRow).c.id == run.id)
    ).scalar_one()
    if counted != len(given):
        yield f"{name}: {counted} answers counted, {len(given)} kept"
    for step, of_step in groupby(sorted(given, key=attrgetter("step", "seq")), key=attrgetter("step")):
        *former, last = of_step
        if any(g.current for g in former) or last.current != (step in run.answers):
            yield f"{name}.{step}: the answer that counts is not the last one given"
    ahead = may_reach(house.library.version(session, run.version), run.at) if run.outcome is None else ()
    for node, answer in run.answers.items():
        waits = node in ahead and node not in run.path  # it will be met again, on the way from the question at hand
        if answer.aside == (node in run.path) and not waits:
            yield f"{name}.{node}: aside is {answer.aside}, on the path is {node in run.path}"


# ---------------------------------------------------------------------------------------------------- the transcript
def _refused(session: Session, owner: UUID) -> bool:
    """Whether consent to take part was ever refused or withdrawn: what is typed meanwhile may not be kept."""
    acts = table(Consent)
    refusals = select(acts.c.seq).where(acts.c.beneficiary_id == owner, ~acts.c.granted, acts.c.purpose == TAKING_PART)
    stopped = any(name == STOPPED for name, _ in facts_of(session, owner))
    return stopped or session.execute(refusals.limit(1)).first() is not None


def _heard(session: Session, owner: UUID, phone: Phone, lines: list[Said]) -> Faults:
    """All that was typed since the agreement is in the transcript, once; before it, only words that were an answer."""
    since, refused = _agreement(session, owner), _refused(session, owner)
    received = [said.line for said in lines if said.line.direction == "in" and said.line.kind in TYPED]
    yield from (f"kept before the agreement: {line.text!r}" for line in received if _too_early(line, since))
    kept = Counter(line.text for line in received if (line.kind, line.text) != (CORRECTION, UNKEPT))
    typed = Counter([_as_kept(words) for words in phone.typed.values()] + phone.corrections)
    bound = _bound_to_be_kept(phone, lines, since) if since and not refused else Counter()
    for words in kept.keys() | typed.keys():
        if not bound[words] <= kept[words] <= typed[words]:
            yield f"typed {typed[words]} times, {bound[words]} since the agreement; kept {kept[words]}: {words!r}"


def _agreement(session: Session, owner: UUID) -> datetime | None:
    """When consent to take part was first given."""
    acts = table(Consent)
    given = select(acts.c.at).where(acts.c.beneficiary_id == owner, acts.c.granted, acts.c.purpose == TAKING_PART)
    return session.execute(given.order_by(acts.c.seq).limit(1)).scalar_one_or_none()


def _too_early(line: Line, agreed: datetime | None) -> bool:
    return line.kind == "text" and line.run_id is None and (agreed is None or line.at < agreed)


def _bound_to_be_kept(phone: Phone, lines: list[Said], agreed: datetime) -> Counter[str]:
    """What was typed below the first message that the bot wrote after the agreement (each was typed after it, too).

    What was typed as the agreement was on its way may fall on either side.
    """
    told = [(said.line.at, said.line.message_id or 0) for said in lines if said.line.direction == "out"]
    before = max((number for at, number in told if at <= agreed), default=0)
    first = min((number for at, number in told if at > agreed and number > before), default=None)
    return Counter(_as_kept(words) for number, words in phone.typed.items() if first and number > first)


def _as_kept(words: str) -> str:
    """A command is kept by its name."""
    return words.split()[0].partition("@")[0].lower() if words.startswith("/") else words


def _shown(phone: Phone, lines: list[Said], twice: int) -> Faults:
    """What the transcript says was said is what the phone has shown, in the same order; and nothing else was."""
    said = [line for line in lines if line.line.direction == "out"]
    for line in said:
        if line.delivery not in ENDED:
            yield f"said but {line.delivery}: {line.line.text!r}"
        elif line.delivery == "sent" and line.line.text.strip() not in phone.versions[line.line.message_id or 0]:
            yield f"not shown in message {line.line.message_id}: {line.line.text!r}"
    told = _told(lines)
    if missing := told - phone.versions.keys():
        yield f"in the transcript, but not shown: {missing}"
    if len(more := phone.versions.keys() - told) > twice:
        yield f"shown and not in the transcript: {more}"


def shown_twice(house: House, phone: Phone) -> int:
    """How many messages the phone has shown that the transcript does not know."""
    with house.stores.database.read() as session:
        lines = transcript_of(session, house.stores.vault, house.dossier_of(phone))
    return len(phone.versions.keys() - _told(lines))


def _told(lines: list[Said]) -> set[int | None]:
    return {said.line.message_id for said in lines if said.line.direction == "out" and said.delivery == "sent"}
