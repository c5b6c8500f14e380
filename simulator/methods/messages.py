"""Methods that write in a chat."""

from typing import Final

from simulator.errors import NOT_MODIFIED, QUERY_TOO_OLD, ApiError, bad_request
from simulator.html_text import parse_html
from simulator.markup import read_markup
from simulator.model import Chat, Json
from simulator.params import Params
from simulator.texts import MAX_CAPTION, MAX_TEXT, Entity, check_given, detect, trim, utf16_length
from simulator.world import World

DELETABLE: Final = 48 * 3600  # seconds; core.telegram.org/bots/api#deletemessage
MAX_TOAST: Final = 200  # characters; core.telegram.org/bots/api#answercallbackquery
CHAT_ACTIONS: Final = frozenset(
    {
        "typing",
        "upload_photo",
        "record_video",
        "upload_video",
        "record_voice",
        "upload_voice",
        "upload_document",
        "choose_sticker",
        "find_location",
        "record_video_note",
        "upload_video_note",
    }
)


def formatted(params: Params, field: str, entities_field: str) -> tuple[str, list[Entity]]:
    """The text under `field`, with what its parse mode or its entities say."""
    text = params.text(field)
    mode = params.text("parse_mode").lower()
    entities: list[Entity] = []
    if mode == "html":
        text, entities = parse_html(text)
    elif mode in ("markdown", "markdownv2"):
        raise bad_request("can't parse entities: the simulator does not read Markdown; use HTML")
    elif mode:
        raise bad_request("unsupported parse_mode")
    elif given := params.json(entities_field, "can't parse entities: can't parse entities JSON object"):
        entities = check_given(text, given)
    text, entities = trim(text, entities)
    return text, detect(text, entities)


def _message_text(params: Params, too_long: str) -> Json:
    if not params.text("text"):
        raise bad_request("message text is empty")
    text, entities = formatted(params, "text", "entities")
    if not text:
        raise bad_request("text must be non-empty")
    if utf16_length(text) > MAX_TEXT:
        raise bad_request(too_long)
    return {"text": text, "entities": entities or None}


def caption(params: Params) -> Json:
    """The caption of a file, if any."""
    text, entities = formatted(params, "caption", "caption_entities")
    if utf16_length(text) > MAX_CAPTION:
        raise bad_request("message caption is too long")
    return {"caption": text or None, "caption_entities": entities or None}


def reply_to(chat: Chat, params: Params) -> Json:
    """The message answered, from `reply_parameters` or the older `reply_to_message_id`."""
    wanted = params.json("reply_parameters", "can't parse reply parameters JSON object") or {}
    if not isinstance(wanted, dict):
        raise bad_request("object expected as reply parameters")
    message_id = wanted.get("message_id") or params.integer("reply_to_message_id")
    if not message_id:
        return {}
    if message_id in chat.messages:
        answered = {key: value for key, value in chat.messages[message_id].items() if key != "reply_to_message"}
        return {"reply_to_message": answered}
    if wanted.get("allow_sending_without_reply") or params.boolean("allow_sending_without_reply"):
        return {}
    raise bad_request("message to be replied not found")


def post(world: World, chat: Chat, params: Params, content: Json) -> Json:
    """Send `content` as the bot, with the keyboard and the reply of the call."""
    markup = read_markup(params.values.get("reply_markup"))
    if markup and "inline_keyboard" not in markup:
        markup = None  # other keyboards are the phone's business and never come back in a Message
    whole = {**reply_to(chat, params), **content, "reply_markup": markup}
    return world.post(chat, world.public(), {key: value for key, value in whole.items() if value is not None})


def send_message(world: World, params: Params) -> Json:
    """sendMessage."""
    content = _message_text(params, "message is too long")
    read_markup(params.values.get("reply_markup"))
    return post(world, world.writable_chat(params.text("chat_id")), params, content)


def _editable(world: World, params: Params) -> tuple[Chat, Json]:
    message_id = params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    chat = world.writable_chat(params.text("chat_id"))
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to edit not found")
    if message["from"]["id"] != world.id:
        raise bad_request("message can't be edited")
    return chat, message


def _edit(world: World, chat: Chat, message: Json, changes: Json) -> Json:
    if all(message.get(name) == value for name, value in changes.items()):
        raise bad_request(NOT_MODIFIED)
    return world.replace(chat, message, **changes, edit_date=world.now())


def edit_message_text(world: World, params: Params) -> Json:
    """editMessageText; a call without reply_markup removes the keyboard, as on Telegram."""
    content = _message_text(params, "MESSAGE_TOO_LONG")
    markup = read_markup(params.values.get("reply_markup"))
    chat, message = _editable(world, params)
    if "text" not in message:
        raise bad_request("there is no text in the message to edit")
    return _edit(world, chat, message, {**content, "reply_markup": markup})


def edit_message_reply_markup(world: World, params: Params) -> Json:
    """editMessageReplyMarkup."""
    markup = read_markup(params.values.get("reply_markup"))
    chat, message = _editable(world, params)
    return _edit(world, chat, message, {"reply_markup": markup})


def edit_message_caption(world: World, params: Params) -> Json:
    """editMessageCaption."""
    content = caption(params)
    markup = read_markup(params.values.get("reply_markup"))
    chat, message = _editable(world, params)
    if "text" in message:
        raise bad_request("there is no caption in the message to edit")
    return _edit(world, chat, message, {**content, "reply_markup": markup})


def delete_message(world: World, params: Params) -> bool:
    """deleteMessage: anything younger than two days in a private chat, the bot's own in a group."""
    chat = world.find_chat(params.text("chat_id"))
    message_id = params.integer("message_id")
    if not message_id:
        raise bad_request("message identifier is not specified")
    message = chat.messages.get(message_id)
    if message is None:
        raise bad_request("message to delete not found")
    if world.now() - message["date"] > DELETABLE:
        raise bad_request("message can't be deleted for everyone")
    if chat.kind == "group" and message["from"]["id"] != world.id:
        raise bad_request("message can't be deleted")
    world.remove(chat, message_id)
    return True


def answer_callback_query(world: World, params: Params) -> bool:
    """answerCallbackQuery: once, and in time."""
    callback = world.callback_of(params.text("callback_query_id"))
    if callback is None:
        raise bad_request(QUERY_TOO_OLD)
    text = params.text("text")
    if utf16_length(text) > MAX_TOAST:
        raise bad_request("MESSAGE_TOO_LONG")
    callback.answered = True
    world.keep_callback(callback)
    world.feed.add(
        callback.chat,
        "answered",
        callback_query_id=callback.id,
        message_id=callback.message_id,
        person=callback.person,
        text=text,
        show_alert=params.boolean("show_alert"),
    )
    return True


def send_chat_action(world: World, params: Params) -> bool:
    """sendChatAction: shown for five seconds or until the next message."""
    action = params.text("action").lower()
    if action not in CHAT_ACTIONS:
        raise bad_request("wrong parameter action in request")
    chat = world.writable_chat(params.text("chat_id"))
    world.feed.add(chat.id, "typing", action=action)
    return True


def refuse_missing(what: str) -> ApiError:
    """The words for a call without its file."""
    return bad_request(f"there is no {what} in the request")
