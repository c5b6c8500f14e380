"""Methods about chats and their members."""

from typing import Any

from simulator.actions import chat_member
from simulator.errors import bad_request
from simulator.params import Params
from simulator.world import World

Json = dict[str, Any]


def get_chat(world: World, params: Params) -> Json:
    """getChat: `ChatFullInfo`, with its required fields."""
    chat = world.find_chat(params.text("chat_id"))
    full = {
        **world.chat_public(chat),
        "accent_color_id": chat.id % 7,
        "max_reaction_count": 11,
        "accepted_gift_types": dict.fromkeys(
            ("unlimited_gifts", "limited_gifts", "unique_gifts", "premium_subscription", "gifts_from_channels"), False
        ),
    }
    return full | ({"permissions": {"can_send_messages": True}} if chat.kind == "group" else {})


def get_chat_member(world: World, params: Params) -> Json:
    """getChatMember, for the bot itself or a person of the chat."""
    chat = world.find_chat(params.text("chat_id"))
    user_id = params.integer("user_id")
    if user_id == world.id:
        return chat_member(world, chat.bot_status)
    person = world.people.get(user_id)
    if person is None:
        raise bad_request("user not found" if user_id else "invalid user_id specified")
    return {"user": person.public(), "status": "member" if user_id in chat.members else "left"}


def leave_chat(world: World, params: Params) -> bool:
    """leaveChat, groups only."""
    chat = world.writable_chat(params.text("chat_id"))
    if chat.kind == "private":
        raise bad_request("chat member status can't be changed in private chats")
    chat.bot_status = "left"
    world.keep_chat(chat)
    world.feed.add(chat.id, "status", bot_status="left")
    return True
