"""A database that passes from one bot to another takes no former chat with it."""

from uuid import UUID

from sqlalchemy import select

from storage.bots import hand_over, owning_bot
from storage.database import Database
from storage.invitations import invite, redeem
from storage.messages import OutboxRow
from storage.outbox import Message, enqueue
from storage.people import beneficiary_of_chat, link_chat
from storage.tables import table
from storage.vault import Vault
from tests.storage.conftest import START

FORMER, NEW = 7_000_000_042, 7_000_000_043
OLD_PHONE, NEW_PHONE = 1, 2


def test_the_former_phone_speaks_for_nobody_when_the_former_bot_comes_back(
    database: Database, vault: Vault, person: UUID
) -> None:
    with database.write() as session:
        owning_bot(session, FORMER, START)
        link_chat(session, person, FORMER, OLD_PHONE, OLD_PHONE, START)
        enqueue(session, vault, [Message(FORMER, OLD_PHONE, person, "send", {"text": "Vos mots"}, 0)], START)
    with database.write() as session:
        hand_over(session, NEW, START)
        redeem(session, invite(session, person, START, "relink"), NEW, NEW_PHONE, NEW_PHONE, START)
        speaking = beneficiary_of_chat(session, NEW, NEW_PHONE)
        assert speaking is not None
        assert speaking.id == person
    with database.write() as session:
        hand_over(session, FORMER, START)
        assert owning_bot(session, FORMER, START) == FORMER
        assert beneficiary_of_chat(session, FORMER, OLD_PHONE) is None
        assert beneficiary_of_chat(session, NEW, NEW_PHONE) is None
        assert session.execute(select(table(OutboxRow).c.state)).scalars().all() == ["dropped"]
