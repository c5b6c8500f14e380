"""Invitations from the terminal: a dossier, a link that works once, and its QR code."""

import asyncio
import io
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID, uuid4

import segno
from sqlalchemy import insert, or_, select
from sqlalchemy.orm import Session
from telegram.error import InvalidToken, TelegramError

from flows.journey import load_journey
from flows.phrases import LANGUAGES
from jalon import local
from jalon.settings import Settings
from jalon.wiring import Stores, bot_id, make_bot
from jalon.words import NotReady, say
from storage import invitations, people
from storage.bots import keep_username, username
from storage.listing import find
from storage.tables import Counsellor, table

_counsellors = table(Counsellor)


@dataclass(frozen=True)
class Made:
    """A code just made; it is shown once and not kept."""

    dossier: UUID
    code: str
    until: datetime
    kind: Literal["enrol", "relink"]


def invite(settings: Settings, stores: Stores, *, name: str, counsellor: str, language: str) -> Made:
    """Opens a dossier for `name` and invites. Raises `NotReady` when the language is not spoken."""
    if language not in LANGUAGES:
        raise NotReady("language_unknown", languages=", ".join(LANGUAGES))
    journey = load_journey()
    with stores.database.write() as session:
        now = stores.database.now()
        dossier = people.create_beneficiary(
            session,
            journey_id=journey.id,
            journey_at=journey.initial,
            language=language,
            now=now,
            name=name.strip() or None,
            zone=settings.time_zone,
            counsellor_id=_counsellor(session, counsellor.strip(), now) if counsellor.strip() else None,
        )
        return _made(settings, session, dossier, now, "enrol")


def relink(settings: Settings, stores: Stores, number: str) -> Made:
    """Invites another account to an existing dossier; earlier unused links die. The old account loses access at the press."""
    with stores.database.write() as session:
        dossier = find(session, number)
        now = stores.database.now()
        invitations.revoke_invitations(session, dossier, now)
        return _made(settings, session, dossier, now, "relink")


def _made(settings: Settings, session: Session, dossier: UUID, now: datetime, kind: Literal["enrol", "relink"]) -> Made:
    valid = timedelta(days=settings.invitation_days)
    return Made(dossier, invitations.invite(session, dossier, now, kind, valid), now + valid, kind)


def _counsellor(session: Session, named: str, now: datetime) -> UUID:
    """The counsellor with this name or address; a new name is a new counsellor."""
    known = select(_counsellors.c.id).where(or_(_counsellors.c.name == named, _counsellors.c.email == named))
    found: UUID | None = session.execute(known).scalars().first()
    if found is not None:
        return found
    id = uuid4()
    session.execute(insert(_counsellors), {"id": id, "name": named, "email": None, "created_at": now})
    return id


def card(door: str, made: Made, language: str, *, live: bool) -> str:
    """What the terminal shows: the link, its QR code, until when, and the dossier's identifier."""
    link = f"{door}?start={made.code}"
    picture = io.StringIO()
    segno.make(link, micro=False).terminal(picture, compact=True)
    until = f"{made.until:%d/%m/%Y}"
    shown = say("card", language, picture=picture.getvalue(), link=link, until=until, dossier=made.dossier)
    notes = [key for key, holds in (("card_relink", made.kind == "relink"), ("card_trial", not live)) if holds]
    return "\n".join([shown, *(say(key, language) for key in notes)])


# ------------------------------------------------------------------------------------------------------- where it leads
def door(settings: Settings, stores: Stores) -> str:
    """The address that a code is put behind. Raises `NotReady`, before anything is made, where it cannot be known.

    Telegram is asked for the bot's name once; from then on links are made without it.
    """
    if not settings.live:
        return local.address(settings.simulator_port, settings.home / local.FILE).rstrip("/") + "/"
    with stores.database.read() as session:
        name = username(session, bot_id(settings))
    if name is None:
        name = asyncio.run(_asked(settings))
        with stores.database.write() as session:
            keep_username(session, bot_id(settings), name)
    return f"https://t.me/{name}"


async def _asked(settings: Settings) -> str:
    bot = make_bot(settings, settings.telegram_api_url.rstrip("/"))
    try:
        async with bot:
            return bot.username
    except InvalidToken:
        raise NotReady("no_invitation", why=NotReady("token_refused")) from None
    except TelegramError as error:
        raise NotReady("telegram_away", error=type(error).__name__) from None
