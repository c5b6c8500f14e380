"""Reply markups: what Telegram accepts as a keyboard, and its words when it does not.

Source of the wording: telegram-bot-api `Client.cpp` (get_reply_markup, get_inline_keyboard_button) and TDLib's
`ReplyMarkup.cpp`; of the limits: core.telegram.org/bots/api#inlinekeyboardbutton.
"""

import json
from typing import Any, Final

from simulator.errors import ApiError, bad_request

Json = dict[str, Any]

MAX_BUTTONS: Final = 100
MAX_CALLBACK_DATA: Final = 64  # bytes of UTF-8, not characters
_ACTIONS: Final = frozenset(
    {
        "url",
        "callback_data",
        "web_app",
        "login_url",
        "switch_inline_query",
        "switch_inline_query_current_chat",
        "switch_inline_query_chosen_chat",
        "copy_text",
        "callback_game",
        "pay",
    }
)
_OTHER_KEYBOARDS: Final = ("keyboard", "remove_keyboard", "force_reply")


def read_markup(raw: Any) -> Json | None:
    """The checked markup, or None when there is none. `raw` is a JSON text (forms) or already an object."""
    value = _decoded(raw)
    if value is None:
        return None
    if not isinstance(value, dict):
        raise bad_request("object expected as reply markup")
    if "inline_keyboard" in value:
        return {"inline_keyboard": _rows(value["inline_keyboard"])} if value["inline_keyboard"] else None
    if any(name in value for name in _OTHER_KEYBOARDS):
        return value
    return None


def _decoded(raw: Any) -> Any:
    if not isinstance(raw, str):
        return raw
    if not raw.strip():
        return None
    try:
        return json.loads(raw)
    except ValueError:
        raise bad_request("can't parse reply keyboard markup JSON object") from None


def _rows(rows: Any) -> list[list[Json]]:
    if not isinstance(rows, list):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array')
    if not all(isinstance(row, list) for row in rows):
        raise bad_request('field "inline_keyboard" of the InlineKeyboardMarkup must be an Array of Arrays')
    checked = [[_button(button) for button in row] for row in rows if row]
    if sum(map(len, checked)) > MAX_BUTTONS:
        raise bad_request("reply markup is too long")
    return checked


def _button(button: Any) -> Json:
    if not isinstance(button, dict):
        raise _broken("InlineKeyboardButton must be an Object")
    text = button.get("text")
    if not isinstance(text, str):
        raise _broken('Can\'t find field "text"' if text is None else 'Field "text" must be of type String')
    if not text.strip():
        raise bad_request("inline keyboard button text must be non-empty")
    actions = [name for name in button if name in _ACTIONS and button[name] not in (None, "")]
    if not actions:
        raise _broken("Text buttons are unallowed in the inline keyboard")
    if len(actions) > 1:
        raise _broken("exactly one of the optional fields must be used")  # stricter than the servers, who take one
    _check_data(button)
    return {name: value for name, value in button.items() if value is not None}


def _check_data(button: Json) -> None:
    data = button.get("callback_data")
    if data is None:
        return
    if not isinstance(data, str):
        raise _broken('Field "callback_data" must be of type String')
    if len(data.encode()) > MAX_CALLBACK_DATA:
        raise bad_request("BUTTON_DATA_INVALID")


def _broken(reason: str) -> ApiError:
    return bad_request(f"can't parse inline keyboard button: {reason}")


def find_button(message: Json, row: int, column: int) -> Json | None:
    """The button at these coordinates (from 0) of a message's inline keyboard."""
    rows = message.get("reply_markup", {}).get("inline_keyboard", [])
    if not (0 <= row < len(rows) and 0 <= column < len(rows[row])):
        return None
    found: Json = rows[row][column]
    return found
