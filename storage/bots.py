"""The bot whose people a database holds: one only, so that trials and real people never mix."""

from datetime import datetime

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from storage.messages import OutboxRow
from storage.sql import hold_locks, lock_number
from storage.tables import BotRow, ChatLink, table
from storage.unit import forget

_bots = table(BotRow)
_links = table(ChatLink)
_outbox = table(OutboxRow)


def owning_bot(session: Session, bot_id: int, now: datetime) -> int:
    """The bot this database belongs to; a database of nobody's belongs to `bot_id` from now on."""
    hold_locks(session, [lock_number("bot")])
    owner: int | None = session.execute(select(_bots.c.id)).scalar_one_or_none()
    if owner is None:
        spoken: set[int] = set(
            session.execute(select(_links.c.bot_id).distinct()).scalars()
        )  # from before this was noted
        owner = min(spoken - {bot_id}, default=bot_id)
        session.execute(insert(_bots), {"id": owner, "since": now})
    return owner


def username(session: Session, bot_id: int) -> str | None:
    """What the bot is called at Telegram, as far as it was ever told here."""
    return session.execute(select(_bots.c.username).where(_bots.c.id == bot_id)).scalar_one_or_none()


def keep_username(session: Session, bot_id: int, name: str) -> None:
    session.execute(update(_bots).where(_bots.c.id == bot_id).values(username=name))


def hand_over(session: Session, bot_id: int, now: datetime) -> None:
    """The dossiers belong to another bot from now on; each person needs a link to it.

    No chat speaks for anybody until then, and what is queued goes nowhere: a bot that takes its dossiers back later must
    not write to the phone that somebody had before, nor listen to it.
    """
    hold_locks(session, [lock_number("bot")])
    forget(session)
    ended = {"ended_at": now, "ended_reason": "handed_over"}
    session.execute(update(_links).where(_links.c.ended_at.is_(None)).values(ended))
    dropped = {"state": "dropped", "error": "handed over"}
    session.execute(update(_outbox).where(_outbox.c.state == "queued").values(dropped))
    session.execute(delete(_bots))
    session.execute(insert(_bots), {"id": bot_id, "since": now})
