"""Invitations: one person, once, for a while; and which chat speaks for whom."""

from datetime import timedelta
from threading import Barrier, Thread
from uuid import UUID

import pytest
from sqlalchemy import select

from storage.database import Database
from storage.invitations import VALID, Redeemed, Refused, invite, redeem, revoke_invitations
from storage.people import (
    beneficiary_of_chat,
    change_beneficiary,
    chat_of,
    dossier,
    end_links,
    link_chat,
    mark_reachable,
    mark_unreachable,
)
from storage.tables import Invitation, table
from tests.storage.conftest import START

BOT, CHAT, USER = 7_000_000_001, 5_100_000_000, 5_100_000_000
OTHER_CHAT = OTHER_USER = 5_200_000_000
LATER = START + timedelta(hours=1)


def invitation(database: Database, person: UUID, kind: str = "enrol") -> str:
    with database.write() as session:
        return invite(session, person, START, "relink" if kind == "relink" else "enrol")


def press(database: Database, code: str, chat: int = CHAT, user: int = USER, days: float = 0) -> Redeemed | Refused:
    with database.write() as session:
        return redeem(session, code, BOT, chat, user, LATER + timedelta(days=days))


def speaker(database: Database, chat: int = CHAT) -> UUID | None:
    with database.read() as session:
        found = beneficiary_of_chat(session, BOT, chat)
        return found.id if found else None


def test_an_invitation_links_the_chat(database: Database, person: UUID) -> None:
    assert speaker(database) is None
    assert press(database, invitation(database, person)) == Redeemed(person, "enrol")
    assert speaker(database) == person
    with database.read() as session:
        assert chat_of(session, person, BOT) == CHAT
        assert chat_of(session, person, BOT + 1) is None


def test_a_code_fits_a_start_link(database: Database, person: UUID) -> None:
    codes = [invitation(database, person) for _ in range(20)]
    assert len(set(codes)) == 20
    assert all(
        len(code) <= 64 and code.replace("-", "").replace("_", "").isalnum() and code.isascii() for code in codes
    )


def test_the_database_does_not_know_the_code(database: Database, person: UUID) -> None:
    code = invitation(database, person)
    with database.read() as session:
        assert code not in str(session.execute(select(table(Invitation))).all())


@pytest.mark.parametrize("code", ["", "unknown", "é", "x" * 10_000, "half a pair \ud83d", "nul \0"])
def test_an_unknown_code_is_unknown(database: Database, code: str) -> None:
    assert press(database, code) == Refused("unknown")


def test_a_link_works_once_but_its_user_is_welcomed_back(database: Database, person: UUID) -> None:
    code = invitation(database, person)
    press(database, code)
    assert press(database, code, OTHER_CHAT, OTHER_USER) == Refused("used")
    assert press(database, code, days=400) == Redeemed(person, "enrol", again=True)
    assert speaker(database, OTHER_CHAT) is None


def test_a_late_link_has_expired(database: Database, person: UUID) -> None:
    code, end = invitation(database, person), (START + VALID - LATER) / timedelta(days=1)
    assert press(database, code, days=end) == Refused("expired")
    assert speaker(database) is None
    assert press(database, code, days=end - 0.001) == Redeemed(person, "enrol")


def test_a_revoked_link_is_dead(database: Database, person: UUID) -> None:
    code = invitation(database, person)
    with database.write() as session:
        assert revoke_invitations(session, person, LATER) == 1
        assert revoke_invitations(session, person, LATER) == 0
    assert press(database, code) == Refused("revoked")


def test_a_chat_speaks_for_one_dossier(database: Database, person: UUID, stranger: UUID) -> None:
    press(database, invitation(database, person))
    code = invitation(database, stranger)
    assert press(database, code) == Refused("taken")
    assert press(database, code, OTHER_CHAT, OTHER_USER) == Redeemed(stranger, "enrol")
    assert (speaker(database), speaker(database, OTHER_CHAT)) == (person, stranger)


def test_a_second_enrolment_does_not_open_a_dossier_in_use(database: Database, person: UUID) -> None:
    first, second = invitation(database, person), invitation(database, person)
    press(database, first)
    assert press(database, second, OTHER_CHAT, OTHER_USER) == Refused("used")


def test_a_relink_ends_the_former_chat_at_once(database: Database, person: UUID) -> None:
    first = invitation(database, person)
    press(database, first)
    code = invitation(database, person, "relink")
    assert press(database, code, OTHER_CHAT, OTHER_USER) == Redeemed(person, "relink")
    assert (speaker(database), speaker(database, OTHER_CHAT)) == (None, person)
    assert press(database, first) == Refused("used")


def test_a_relink_pressed_in_the_same_chat_changes_nothing(database: Database, person: UUID) -> None:
    press(database, invitation(database, person))
    assert press(database, invitation(database, person, "relink")) == Redeemed(person, "relink")
    assert speaker(database) == person


def test_the_same_link_pressed_by_two_at_once_serves_one(database: Database, person: UUID) -> None:
    code, together = invitation(database, person), Barrier(2)
    results: list[Redeemed | Refused] = []

    def run(chat: int) -> None:
        together.wait()
        results.append(press(database, code, chat, chat))

    threads = [Thread(target=run, args=(chat,)) for chat in (CHAT, OTHER_CHAT)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(map(str, results)) == sorted(map(str, [Redeemed(person, "enrol"), Refused("used")]))


def test_who_has_left_is_a_stranger(database: Database, person: UUID) -> None:
    press(database, invitation(database, person))
    with database.write() as session:
        assert end_links(session, person, "stopped", LATER) == 1
    assert speaker(database) is None


def test_the_first_moment_of_silence_stays(database: Database, person: UUID) -> None:
    with database.write() as session:
        link_chat(session, person, BOT, CHAT, USER, START)
        mark_unreachable(session, person, BOT, CHAT, "blocked", START)
        mark_unreachable(session, person, BOT, CHAT, "deactivated", LATER)
        found = dossier(session, person)
        assert found is not None
        assert (found.unreachable_since, found.unreachable_reason) == (START, "blocked")
        mark_reachable(session, person)
        found = dossier(session, person)
        assert found is not None
        assert (found.unreachable_since, found.unreachable_reason) == (None, None)


def test_a_former_account_that_blocks_the_bot_says_nothing_about_the_person(database: Database, person: UUID) -> None:
    press(database, invitation(database, person))
    press(database, invitation(database, person, "relink"), OTHER_CHAT, OTHER_USER)
    with database.write() as session:
        mark_unreachable(session, person, BOT, CHAT, "blocked", LATER)
        found = dossier(session, person)
    assert found is not None
    assert (found.unreachable_since, found.unreachable_reason) == (None, None)


def test_a_dossier_changes_alone(database: Database, person: UUID, stranger: UUID) -> None:
    with database.write() as session:
        change_beneficiary(session, person, language="en", journey_at="engaged", last_active_at=LATER)
        mine, theirs = dossier(session, person), dossier(session, stranger)
    assert mine is not None
    assert theirs is not None
    assert (mine.language, mine.journey_at, mine.last_active_at) == ("en", "engaged", LATER)
    assert (theirs.language, theirs.journey_at, theirs.last_active_at) == ("fr", "start", None)
