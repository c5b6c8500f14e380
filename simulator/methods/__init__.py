"""The Bot API: method name, in lower case, to what it does. A name that is not here does not exist."""

from collections.abc import Callable
from typing import Any, Final

from simulator.methods import chats, files, messages, profile, receiving
from simulator.params import Params
from simulator.world import World

Method = Callable[[World, Params], Any]


def _true(world: World, params: Params) -> bool:
    """logOut and close concern a server of one's own: nothing to do here."""
    return True


METHODS: Final[dict[str, Method]] = {
    "getme": profile.get_me,
    "sendmessage": messages.send_message,
    "editmessagetext": messages.edit_message_text,
    "editmessagereplymarkup": messages.edit_message_reply_markup,
    "editmessagecaption": messages.edit_message_caption,
    "deletemessage": messages.delete_message,
    "answercallbackquery": messages.answer_callback_query,
    "sendchataction": messages.send_chat_action,
    "senddocument": files.send_document,
    "sendphoto": files.send_photo,
    "getfile": files.get_file,
    "getchat": chats.get_chat,
    "getchatmember": chats.get_chat_member,
    "leavechat": chats.leave_chat,
    "setmycommands": profile.set_my_commands,
    "getmycommands": profile.get_my_commands,
    "deletemycommands": profile.delete_my_commands,
    "setmyname": profile.set_my_name,
    "getmyname": profile.get_my_name,
    "setmydescription": profile.set_my_description,
    "getmydescription": profile.get_my_description,
    "setmyshortdescription": profile.set_my_short_description,
    "getmyshortdescription": profile.get_my_short_description,
    "setwebhook": receiving.set_webhook,
    "deletewebhook": receiving.delete_webhook,
    "getwebhookinfo": receiving.get_webhook_info,
    "logout": _true,
    "close": _true,
}
GET_UPDATES: Final = "getupdates"
"""The one method that waits; see `receiving.Polls`."""

DESCRIBED: Final = frozenset({"setwebhook", "deletewebhook"})
"""Methods whose answer is true with a description in words."""
