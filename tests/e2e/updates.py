"""Updates of every kind that the Bot API knows, filled by chance: valid in their form, foreign or forged in what they say."""

from dataclasses import dataclass
from functools import cache
from typing import Any

from hypothesis import strategies as st

Strategy = st.SearchStrategy[Any]
MARK = "zqxkwj"  # in no word of ours


@dataclass(frozen=True)
class Known:
    """What is real: people who talk with the bot (others than those a test watches), and buttons of anybody's."""

    people: tuple[int, ...]
    buttons: tuple[str, ...]


# ------------------------------------------------------------------------------------------------------- single values
HUGE = [0, -1, 2**31, 2**52, 2**53, 2**62 - 1, 2**62, 2**63 - 1, 2**63, -(2**63), -(2**64), 10**30, 10**400]
ANY_CHARACTER = st.characters(exclude_categories=())  # NUL and halves of surrogate pairs, too


@cache
def integers() -> Strategy:
    return st.sampled_from(HUGE) | st.integers(-(2**70), 2**70)


@cache
def words() -> Strategy:
    some = st.text(ANY_CHARACTER, max_size=6)
    return st.builds(lambda before, after: f"{before}{MARK}{after}", some, some) | some


@cache
def junk() -> Strategy:
    """Anything that JSON can say, and NaN."""
    one = st.none() | st.booleans() | integers() | st.floats() | words()
    return st.recursive(
        one, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words(), inner, max_size=3), max_leaves=5
    )


def _object(needed: dict[str, Strategy], **perhaps: Strategy) -> Strategy:
    return st.fixed_dictionaries(needed, optional=perhaps)


@cache
def _date() -> Strategy:
    return st.integers(0, 2**31)


@cache
def _number() -> Strategy:
    """Of a message, a size, a duration: as a phone has them."""
    return st.integers(1, 2**31 - 1)


# -------------------------------------------------------------------------------------------------------- who and where
@cache
def _names() -> Strategy:
    language = st.sampled_from(["fr", "en", "de", "", MARK])
    return _object({"is_bot": st.booleans(), "first_name": words()}, last_name=words(), language_code=language)


@cache
def _strangers() -> Strategy:
    return st.integers(10**12, 2**52 - 1)


@cache
def _user() -> Strategy:
    return st.builds(lambda id, names: {"id": id, **names}, _strangers(), _names())


@cache
def _private(known: Known) -> Strategy:
    """Somebody in their own chat: `chat` and `from` as Telegram writes them."""
    who = st.sampled_from(known.people * 2) | st.sampled_from(known.people) | _strangers()
    return st.builds(_own_chat, who, _names())


def _own_chat(who: int, names: dict[str, Any]) -> dict[str, Any]:
    return {"chat": {"id": who, "type": "private"}, "from": {**names, "id": who, "is_bot": False}}


@cache
def _group() -> Strategy:
    kind = st.sampled_from(["group", "supergroup", "channel"])
    return _object({"id": st.integers(-(10**13), -1), "type": kind}, title=words(), is_forum=st.booleans())


@cache
def _elsewhere() -> Strategy:
    return _object({"chat": _group(), "from": _user()})


# ---------------------------------------------------------------------------------------------------------- what is said
@cache
def _entities() -> Strategy:
    """Marks of a text, mostly out of its range."""
    kind = st.sampled_from(["bot_command", "text_link", "mention", "custom_emoji", "blockquote", MARK])
    one = _object({"type": kind, "offset": integers(), "length": integers()}, url=words(), user=_user())
    return st.lists(one, max_size=2)


COMMANDS = ["/start", f"/start {MARK}", "/arreter", "/aide", "/reponses", "/conseiller", "/pause", f"/{MARK}@{MARK}"]
PLAIN = ["oui", "7", "15/03/2027", "passer", "je veux mourir"]


@cache
def _text() -> Strategy:
    long = st.integers(100, 5_000).map(lambda length: (MARK * length)[:length])
    said = words() | words() | st.sampled_from(COMMANDS) | st.sampled_from(PLAIN) | long
    return _object({"text": said}, entities=_entities())


def _file(*numbers: str, **more: Strategy) -> Strategy:
    named = {name: _number() for name in numbers}
    return _object({"file_id": words(), "file_unique_id": words(), **named, **more}, file_size=_number())


@cache
def _content() -> Strategy:
    """What a message holds: a text, or one of the other things there are."""
    place = _object({"longitude": st.floats(-180, 180), "latitude": st.floats(-90, 90)})
    still = st.booleans()
    single = {
        "photo": st.lists(_file("width", "height"), max_size=2),
        "voice": _file("duration"),
        "audio": _file("duration"),
        "video": _file("width", "height", "duration"),
        "document": _file(),
        "sticker": _file("width", "height", is_animated=still, is_video=still, type=words()),
        "location": place,
        "venue": _object({"location": place, "title": words(), "address": words()}),
        "contact": _object({"phone_number": words(), "first_name": words()}, vcard=words()),
        "dice": _object({"emoji": words(), "value": _number()}),
        "poll": _poll(),
        "new_chat_members": st.lists(_user(), max_size=2),
        "left_chat_member": _user(),
        "migrate_to_chat_id": st.integers(-(10**13), -1),
        "pinned_message": _object({"message_id": _number(), "chat": _group(), "date": st.just(0)}),
        "web_app_data": _object({"data": words(), "button_text": words()}),
        MARK: junk(),
    }
    others = st.one_of([_object({name: value}, caption=words()) for name, value in single.items()])
    return st.integers(0, 2).flatmap(lambda which: _text() if which else others)


@cache
def _poll() -> Strategy:
    option = _object({"text": words(), "voter_count": _number(), "persistent_id": words()})
    flags = "is_closed is_anonymous allows_multiple_answers allows_revoting members_only"
    said = {"id": words(), "question": words(), "options": st.lists(option, max_size=2), "total_voter_count": _number()}
    kind = st.sampled_from(["regular", "quiz", MARK])
    return _object({**said, **{name: st.booleans() for name in flags.split()}, "type": kind})


@cache
def _about() -> Strategy:
    """What a message says of itself."""
    reply = {"message_id": _number(), "date": _date(), "chat": _group()}
    return _object(
        {"message_id": _number(), "date": _date()},
        edit_date=_date(),
        message_thread_id=_number(),
        via_bot=_user(),
        sender_chat=_group(),
        forward_origin=_object({"type": st.just("hidden_user"), "date": _date(), "sender_user_name": words()}),
        reply_to_message=_object(reply, text=words()),
        business_connection_id=words(),
        has_protected_content=st.booleans(),
    )


def _message(where: Strategy) -> Strategy:
    return st.builds(lambda where, about, content: {**where, **about, **content}, where, _about(), _content())


# --------------------------------------------------------------------------------------------------------------- kinds
@cache
def _press(known: Known) -> Strategy:
    """A button of somebody else's, one that never was, or none of ours."""
    never = [f"b{'A' * 22}.0.0.s1", f"b{'A' * 22}.zzzzzz.zzzzzz.s-zzzzzz", "m:answers:9-9", MARK]
    data = st.sampled_from(known.buttons) | st.sampled_from(never) | words()
    return st.builds(_pressed, _private(known), data, _number(), _date(), words(), st.integers(0, 3))


def _pressed(who: dict[str, Any], data: str, number: int, date: int, query: str, shown: int) -> dict[str, Any]:
    message = {"message_id": number, "date": date, "chat": who["chat"]}
    where = {0: {}, 1: {"inline_message_id": MARK}}.get(shown, {"message": message})
    return {"id": query, "from": who["from"], "chat_instance": MARK, "data": data, **where}


# what one or the other kind of member has (Bot API, `ChatMember`)
RIGHTS = (
    "is_anonymous can_be_edited can_manage_chat can_delete_messages can_manage_video_chats can_restrict_members"
    " can_promote_members can_change_info can_invite_users can_post_stories can_edit_stories can_delete_stories is_member"
    " can_send_messages can_pin_messages can_manage_topics can_send_polls can_send_other_messages can_send_audios"
    " can_add_web_page_previews can_send_documents can_send_photos can_send_videos can_send_video_notes"
    " can_send_voice_notes can_edit_tag can_react_to_messages"
)


@cache
def _membership(known: Known) -> Strategy:
    rights = dict.fromkeys(RIGHTS.split(), st.just(True))
    status = st.sampled_from(["creator", "administrator", "member", "restricted", "left", "kicked"])
    member = _object({"status": status, "user": _user(), **rights, "until_date": _date()})
    change = _object({"date": _date(), "old_chat_member": member, "new_chat_member": member})
    return st.builds(lambda where, change: {**where, **change}, _private(known) | _elsewhere(), change)


def _asking(**members: Strategy) -> Strategy:
    return _object({"id": words(), "from": _user(), **members})


def table(known: Known) -> dict[str, Strategy]:
    """Each kind of update (Bot API, `Update`), and what it holds."""
    private, elsewhere = _message(_private(known)), _message(_elsewhere())
    either = private | elsewhere
    reactions = dict.fromkeys(("old_reaction", "new_reaction", "reactions"), st.just([]))
    reaction = _object({"chat": _group(), "message_id": _number(), "date": _date(), **reactions}, user=_user())
    source = _object({"source": st.just("premium"), "user": _user()})
    boosted = {"boost_id": words(), "source": source}
    dates = dict.fromkeys(("add_date", "expiration_date"), _date())
    connection = {"id": words(), "user": _user(), "user_chat_id": _strangers(), "date": _date()}
    address = "country_code state city street_line1 street_line2 post_code"
    total = {"currency": words(), "total_amount": _number(), "invoice_payload": words()}
    return {
        "message": private | private | either,
        "edited_message": private | private | either,
        "callback_query": _press(known),
        "my_chat_member": _membership(known),
        "channel_post": elsewhere,
        "edited_channel_post": elsewhere,
        "business_connection": _object({**connection, "is_enabled": st.booleans()}),
        "business_message": either,
        "edited_business_message": either,
        "deleted_business_messages": _object(
            {"business_connection_id": words(), "chat": _group(), "message_ids": st.lists(_number(), max_size=2)}
        ),
        "guest_message": either,
        "message_reaction": reaction,
        "message_reaction_count": reaction,
        "inline_query": _asking(query=words(), offset=words()),
        "chosen_inline_result": _asking(result_id=words(), query=words()),
        "shipping_query": _asking(
            invoice_payload=words(), shipping_address=_object(dict.fromkeys(address.split(), words()))
        ),
        "pre_checkout_query": _asking(**total),
        "purchased_paid_media": _object({"from": _user(), "paid_media_payload": words()}),
        "poll": _poll(),
        "poll_answer": _object(
            {"poll_id": words(), "option_ids": st.just([0]), "option_persistent_ids": st.lists(words(), max_size=1)},
            user=_user(),
        ),
        "chat_member": _membership(known),
        "chat_join_request": _object(
            {"chat": _group(), "from": _user(), "user_chat_id": _strangers(), "date": _date()}, bio=words()
        ),
        "chat_boost": _object({"chat": _group(), "boost": _object({**boosted, **dates})}),
        "removed_chat_boost": _object({"chat": _group(), **boosted, "remove_date": _date()}),
        "managed_bot": _object({"user": _user(), "bot": _user()}),
    }
