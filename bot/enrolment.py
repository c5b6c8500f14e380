"""Coming in: by an invitation link, or freely where the organisation allows it."""

from typing import Literal

from bot.cards import offer
from bot.talk import Talk
from bot.travel import show_place
from bot.words import called
from storage.invitations import Redeemed, Refused, redeem
from storage.latest import latest_runs
from storage.people import beneficiary_of_chat, create_beneficiary, link_chat

Enrolment = Literal["invitation", "open"]

REFUSALS = {
    "unknown": "code_unknown",
    "used": "code_used",
    "expired": "code_expired",
    "revoked": "code_expired",
    "taken": "code_taken",
}


def stranger(talk: Talk, enrolment: Enrolment, zone: str) -> None:
    """Somebody without a dossier: a code opens theirs; otherwise they are told how to get one, or come in freely."""
    incoming = talk.incoming
    if incoming.command == "start" and incoming.text:
        _with_code(talk, incoming.text)
    elif incoming.kind == "press":
        talk.notice("ended_button")
    elif incoming.command == "start" and enrolment == "open":
        _freely(talk, zone)
    else:
        talk.say("stranger", organisation=talk.organisation("name"), contact=talk.organisation("contact"))


def again(talk: Talk, code: str) -> None:
    """Somebody with a dossier presses an invitation link: theirs once more, or another one."""
    outcome = redeem(talk.session, code, talk.bot_id, talk.chat_id, talk.user_id, talk.now)
    if isinstance(outcome, Refused):
        talk.say(REFUSALS[outcome.reason], contact=talk.organisation("contact"))
        return
    talk.say("welcome_back")
    show_place(talk)


def _with_code(talk: Talk, code: str) -> None:
    outcome = redeem(talk.session, code, talk.bot_id, talk.chat_id, talk.user_id, talk.now)
    match outcome:
        case Refused(reason=reason):
            talk.say(REFUSALS[reason], contact=talk.organisation("contact"))
        case Redeemed():
            _come_in(talk)


def _freely(talk: Talk, zone: str) -> None:
    journey = talk.library.journey
    owner = create_beneficiary(
        talk.session,
        journey_id=journey.id,
        journey_at=journey.initial,
        language=talk.language,
        now=talk.now,
        zone=zone,
    )
    link_chat(talk.session, owner, talk.bot_id, talk.chat_id, talk.user_id, talk.now)
    _come_in(talk)


def _come_in(talk: Talk) -> None:
    """The chat speaks for a dossier from now on: a first welcome, or back to where the person was (another telephone)."""
    talk.person = beneficiary_of_chat(talk.session, talk.bot_id, talk.chat_id)
    talk.hear("command", "/start")
    if latest_runs(talk.session, talk.who.id):
        talk.change(last_active_at=talk.now)
        talk.say("welcome_back")
        show_place(talk)
        return
    talk.change(last_active_at=talk.now)
    name = called(talk.who.name or "")
    minutes = sum(talk.library.flows[flow].pack.minutes for flow in talk.library.journey.flows)
    holes = {"organisation": talk.organisation("name"), "places": len(talk.library.journey.flows), "minutes": minutes}
    talk.say("welcome_named" if name else "welcome", name=name, **holes)
    offer(talk, first=True)
