"""Coming in: links that work once, for one account; another telephone; and nobody else."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from sqlalchemy import func, select

from jalon.invitations import Made, invite, relink
from storage.tables import Beneficiary, ChatLink, table
from tests.bot.conversing import BEGIN, ENDED, Guest, opening, outbox_of, said
from tests.harness import House, house

pytestmark = pytest.mark.asyncio(loop_scope="module")
SHELF = ()  # invitations are made for the product's own journey
SETTINGS = {"enrolment": "invitation"}


def invited(home: House, name: str = "Nadia Benali") -> Made:
    return invite(home.settings, home.stores, name=name, counsellor="Paul", language="fr")


def dossiers(home: House) -> int:
    with home.stores.database.read() as session:
        return session.execute(select(func.count()).select_from(table(Beneficiary))).scalar_one()


def links(home: House, made: Made) -> list[Any]:
    rows = table(ChatLink)
    mine = select(rows).where(rows.c.beneficiary_id == made.dossier).order_by(rows.c.linked_at)
    with home.stores.database.read() as session:
        return list(session.execute(mine).all())


def is_stranger(home: House, guest: Guest) -> bool:
    rows = table(ChatLink)
    here = (rows.c.chat_id == guest.id, rows.c.ended_at.is_(None))
    with home.stores.database.read() as session:
        return not session.execute(select(rows.c.id).where(*here)).all()


def first_choice(guest: Guest) -> str:
    return guest.labels()[0]


async def half_way(guest: Guest, made: Made) -> None:
    """In the middle of the welcome: one page read, the next one open."""
    await guest.come(made.code)
    await guest.tap(BEGIN)
    await guest.tap(first_choice(guest))


@pytest_asyncio.fixture(loop_scope="module")
async def karim(home: House) -> AsyncIterator[Guest]:
    async with Guest(home, "Karim") as guest:
        yield guest


# ------------------------------------------------------------------------------------------------------ without a link
@pytest.mark.parametrize("gesture", ["/start", "Bonjour", "/reponses", "/arreter", "/conseiller au secours"])
async def test_a_stranger_is_told_how_to_come_in(home: House, nadia: Guest, gesture: str) -> None:
    before = dossiers(home)
    [text] = await nadia.tell(gesture)
    assert text.startswith(opening("stranger"))
    assert home.library.fact("contact", "fr") in text
    assert (is_stranger(home, nadia), dossiers(home)) == (True, before)


async def test_a_strangers_picture_is_no_entrance(home: House, nadia: Guest) -> None:
    [text] = await nadia.show("photo")
    assert text.startswith(opening("stranger"))


async def test_a_stranger_who_comes_and_goes_leaves_no_trace(home: House, nadia: Guest) -> None:
    before = dossiers(home)
    await nadia.tell("/start")
    await nadia.block()
    await nadia.unblock()
    await nadia.quiet()
    assert dossiers(home) == before


async def test_open_enrolment_takes_everybody_in(tmp_path: Path) -> None:
    async with house(tmp_path) as home, Guest(home) as nadia:
        await nadia.come()
        assert nadia.texts()[0].startswith(opening("welcome"))
        assert BEGIN in nadia.labels()
        assert (nadia.row.name, nadia.row.counsellor_id) == (None, None)
        await nadia.come()
        assert dossiers(home) == 1


# --------------------------------------------------------------------------------------------------------- with a link
async def test_a_link_opens_the_dossier_it_was_made_for(home: House, nadia: Guest) -> None:
    made = invited(home)
    await nadia.come(made.code)
    assert nadia.texts()[0].startswith("Bonjour Nadia Benali.")
    assert BEGIN in nadia.labels()
    assert nadia.dossier == made.dossier
    assert nadia.row.counsellor_id is not None


async def test_the_language_chosen_for_the_person_is_spoken(home: House) -> None:
    made = invite(home.settings, home.stores, name="Mary", counsellor="", language="en")
    async with Guest(home, "Mary", language_code="fr") as mary:
        await mary.come(made.code)
        assert mary.texts()[0].startswith("Hello Mary.")


async def test_a_name_is_shown_as_it_is_written(home: House, nadia: Guest) -> None:
    await nadia.come(invited(home, "<b>Zoé</b> & Cie").code)
    assert "<b>Zoé</b> & Cie" in nadia.texts()[0]


@pytest.mark.parametrize(
    ("name", "greeted"),
    [
        ("Nadia B.", "Nadia."),
        ("Nadia B", "Nadia."),
        ("Nadia B..", "Nadia."),
        ("M. Benali", "M. Benali."),
        ("N.", "N."),
        ("李 雷", "李 雷."),
    ],
)
async def test_a_label_that_tells_people_apart_is_no_way_to_greet(home: House, name: str, greeted: str) -> None:
    async with Guest(home) as guest:
        await guest.come(invited(home, name).code)
        assert guest.texts()[0].startswith(f"Bonjour {greeted} Je suis Jalon")
        assert guest.row.name == name, "the counsellor finds the dossier under the name they gave"


async def test_a_label_without_a_name_greets_nobody_by_it(home: House, nadia: Guest) -> None:
    await nadia.come(invited(home, ".").code)
    assert nadia.texts()[0].startswith(opening("welcome"))


@pytest.mark.parametrize(
    ("counsellor", "named"),
    [("Paule", "Paule"), ("paule@valgarance.example", said("your_counsellor")), ("", said("your_counsellor"))],
)
async def test_who_will_read_is_called_by_name(home: House, nadia: Guest, counsellor: str, named: str) -> None:
    made = invite(home.settings, home.stores, name="Nadia", counsellor=counsellor, language="fr")
    await nadia.come(made.code)
    texts = await nadia.tell("/conseiller Puis-je venir le samedi ?")
    assert texts[0].startswith(f"{opening('counsellor_sent')} {named},")


async def test_a_link_works_once_and_for_one_account(home: House, nadia: Guest, karim: Guest) -> None:
    made = invited(home)
    await half_way(nadia, made)
    before = nadia.house.records_of(nadia)
    [refusal] = await karim.tell(f"/start {made.code}")
    assert refusal == said("code_used", contact=home.library.fact("contact", "fr"))
    assert is_stranger(home, karim)
    assert nadia.house.records_of(nadia) == before
    await nadia.tap(first_choice(nadia))


async def test_the_same_account_may_press_its_link_again(home: House, nadia: Guest) -> None:
    made = invited(home)
    await half_way(nadia, made)
    question = nadia.last()
    texts = await nadia.tell(f"/start {made.code}")
    assert texts[0] == said("welcome_back")
    assert question in texts[-1]
    assert len(links(home, made)) == 1
    assert len(nadia.house.records_of(nadia)) == 1


async def test_two_quick_presses_on_the_link_open_one_dossier(home: House, nadia: Guest) -> None:
    made = invited(home)
    await nadia.start(made.code)
    await nadia.come(made.code)
    assert len(links(home, made)) == 1
    assert nadia.dossier == made.dossier


async def test_two_accounts_on_one_link_at_the_same_moment(home: House, nadia: Guest, karim: Guest) -> None:
    made = invited(home)
    await nadia.start(made.code)
    await karim.start(made.code)
    await nadia.quiet()
    assert [link.chat_id for link in links(home, made)] == [nadia.id]
    assert is_stranger(home, karim)


async def test_an_expired_link(home: House, nadia: Guest) -> None:
    made = invited(home)
    home.clock.forward(days=home.settings.invitation_days, minutes=1)
    [refusal] = await nadia.tell(f"/start {made.code}")
    assert refusal == said("code_expired", contact=home.library.fact("contact", "fr"))
    assert is_stranger(home, nadia)


@pytest.mark.parametrize(
    "spoil", [lambda c: c[:-3], str.swapcase, lambda c: f"{c}x", lambda c: f"{c} {c}", lambda c: "é☕"]
)
async def test_a_link_that_was_cut_or_spoilt(home: House, nadia: Guest, spoil) -> None:
    made = invited(home)
    [refusal] = await nadia.tell(f"/start {spoil(made.code)}")
    assert refusal == said("code_unknown", contact=home.library.fact("contact", "fr"))
    assert is_stranger(home, nadia)
    await nadia.come(made.code)
    assert nadia.dossier == made.dossier, "the right one still works"


async def test_somebody_with_a_dossier_presses_another_persons_link(home: House, nadia: Guest, karim: Guest) -> None:
    mine, theirs = invited(home), invited(home, "Karim")
    await half_way(nadia, mine)
    [refusal] = await nadia.tell(f"/start {theirs.code}")
    assert refusal == said("code_taken", contact=home.library.fact("contact", "fr"))
    assert nadia.dossier == mine.dossier
    await karim.come(theirs.code)
    assert karim.dossier == theirs.dossier, "the link was not used up"


async def test_the_code_of_a_link_is_written_nowhere(home: House, nadia: Guest) -> None:
    made = invited(home)
    await nadia.come(made.code)
    assert made.code not in " ".join(nadia.heard())
    for file in Path(str(home.stores.database.file)).parent.iterdir():
        assert made.code.encode() not in file.read_bytes(), file


# --------------------------------------------------------------------------------------------------- another telephone
async def test_a_new_telephone_goes_on_at_the_same_question(home: House, nadia: Guest) -> None:
    made = invited(home)
    await half_way(nadia, made)
    question, before = nadia.last(), nadia.house.records_of(nadia)[0].run
    async with Guest(home, "Nadia", "fr") as again:
        await again.come(relink(home.settings, home.stores, str(made.dossier)).code)
        assert again.texts()[0] == said("welcome_back")
        assert question in again.last()
        assert again.dossier == made.dossier
        after = again.house.records_of(again)[0].run
        assert (after.at, after.answers) == (before.at, before.answers)
        await again.tap(first_choice(again))
        assert again.house.records_of(again)[0].run.path[: len(before.path)] == before.path
    assert [(link.chat_id, link.ended_reason) for link in links(home, made)] == [
        (nadia.id, "relinked"),
        (again.id, None),
    ]


async def test_a_new_telephone_is_not_asked_to_edit_messages_it_never_had(home: House, nadia: Guest) -> None:
    made = invited(home)
    await half_way(nadia, made)
    async with Guest(home, "Nadia") as again:
        await again.come(relink(home.settings, home.stores, str(made.dossier)).code)
        assert {row.state for row in outbox_of(home, again.id)} == {"sent"}


async def test_the_old_account_is_a_stranger_at_once(home: House, nadia: Guest) -> None:
    made = invited(home)
    await half_way(nadia, made)
    question, label = nadia.asked(), first_choice(nadia)
    async with Guest(home, "Nadia") as again:
        await again.come(relink(home.settings, home.stores, str(made.dossier)).code)
        before = again.transcript(), again.house.records_of(again), again.row
        assert await nadia.tap_on(question, label) == ENDED
        for gesture in ("Bonjour", "/reponses", "/arreter", "/reprendre"):
            [text] = await nadia.tell(gesture)
            assert text.startswith(opening("stranger"))
        await nadia.correct("Bonsoir")
        assert (again.transcript(), again.house.records_of(again), again.row) == before
        count = len(nadia.messages)
        await again.tap(first_choice(again))
        await nadia.look()
        assert len(nadia.messages) == count, "nothing of the conversation reaches the old telephone"


async def test_the_old_account_cannot_use_its_first_link_again(home: House, nadia: Guest, karim: Guest) -> None:
    made = invited(home)
    await nadia.come(made.code)
    await karim.come(relink(home.settings, home.stores, str(made.dossier)).code)
    [refusal] = await nadia.tell(f"/start {made.code}")
    assert refusal == said("code_used", contact=home.library.fact("contact", "fr"))
    assert karim.dossier == made.dossier


async def test_a_link_for_a_new_telephone_ends_those_not_used_yet(home: House, nadia: Guest, karim: Guest) -> None:
    made = invited(home)
    anew = relink(home.settings, home.stores, str(made.dossier))
    [refusal] = await nadia.tell(f"/start {made.code}")
    assert refusal == said("code_expired", contact=home.library.fact("contact", "fr"))
    await karim.come(anew.code)
    assert karim.dossier == made.dossier


async def test_a_new_link_pressed_on_the_old_telephone_changes_nothing(home: House, nadia: Guest) -> None:
    made = invited(home)
    await half_way(nadia, made)
    texts = await nadia.tell(f"/start {relink(home.settings, home.stores, str(made.dossier)).code}")
    assert texts[0] == said("welcome_back")
    assert [(link.chat_id, link.ended_at) for link in links(home, made)] == [(nadia.id, None)]
    await nadia.tap(first_choice(nadia))
