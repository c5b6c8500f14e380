"""What the bot says of itself, and its command menu."""

import re
from collections.abc import Callable
from typing import Any, Final

from simulator.errors import bad_request
from simulator.model import Profile
from simulator.params import Params
from simulator.world import World

Json = dict[str, Any]

MAX_COMMANDS: Final = 100  # core.telegram.org/bots/api#setmycommands
_COMMAND = re.compile(r"[a-z0-9_]{1,32}")  # core.telegram.org/bots/api#botcommand
_LANGUAGE = re.compile(r"[a-z]{2}|")
_CHAT_SCOPES: Final = ("chat", "chat_administrators", "chat_member")
_SCOPES: Final = ("default", "all_private_chats", "all_group_chats", "all_chat_administrators", *_CHAT_SCOPES)


def get_me(world: World, params: Params) -> Json:
    """getMe."""
    return world.public(full=True)


def _language(params: Params) -> str:
    language = params.text("language_code")
    if not _LANGUAGE.fullmatch(language):
        raise bad_request("invalid language code specified")
    return language


def _place(world: World, params: Params) -> str:
    scope = params.json("scope", "can't parse BotCommandScope JSON object") or {"type": "default"}
    kind = scope.get("type") if isinstance(scope, dict) else None
    if kind not in _SCOPES:
        raise bad_request("can't parse BotCommandScope: Unsupported type specified")
    where = f":{world.find_chat(str(scope.get('chat_id', ''))).id}" if kind in _CHAT_SCOPES else ""
    return f"{kind}{where}|{_language(params)}"


def set_my_commands(world: World, params: Params) -> bool:
    """setMyCommands, by scope and language."""
    commands = params.json("commands", "can't parse commands JSON array")
    if not isinstance(commands, list):
        raise bad_request("expected an Array of BotCommand")
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    world.profile.commands[_place(world, params)] = [_command(command) for command in commands]
    return _changed(world)


def _command(command: Any) -> Json:
    if not isinstance(command, dict):
        raise bad_request("expected an Array of BotCommand")
    name = str(command.get("command", "")).removeprefix("/").lower()
    description = str(command.get("description", "")).strip()
    if not _COMMAND.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    if not 1 <= len(description) <= 256:  # core.telegram.org/bots/api#botcommand
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def get_my_commands(world: World, params: Params) -> list[Json]:
    """getMyCommands: exactly this scope and language."""
    return world.profile.commands.get(_place(world, params), [])


def delete_my_commands(world: World, params: Params) -> bool:
    """deleteMyCommands."""
    world.profile.commands.pop(_place(world, params), None)
    return _changed(world)


def shown_commands(world: World, chat_id: int, language: str) -> list[Json]:
    """The menu a person sees: the narrowest scope first, in their language first.

    Order: core.telegram.org/bots/api#determining-list-of-commands.
    """
    scopes = [f"chat:{chat_id}", "all_private_chats" if chat_id > 0 else "all_group_chats", "default"]
    keys = [f"{scope}|{code}" for scope in scopes for code in (language[:2], "")]
    return next((world.profile.commands[key] for key in keys if world.profile.commands.get(key)), [])


def _changed(world: World) -> bool:
    world.keep_profile()
    world.feed.add(0, "commands")
    return True


def _texts(field: str, read: Callable[[Profile], dict[str, str]], longest: int) -> tuple[Any, Any]:
    """The setter and the getter of one text of the profile; limits from core.telegram.org/bots/api."""

    def write(world: World, params: Params) -> bool:
        text = params.text(field)
        if len(text) > longest:
            raise bad_request(f"{field.replace('_', ' ')} is too long")
        texts, language = read(world.profile), _language(params)
        texts.update({language: text}) if text else texts.pop(language, None)
        return _changed(world)

    def show(world: World, params: Params) -> Json:
        texts = read(world.profile)
        return {field: texts.get(_language(params)) or texts.get("", "")}

    return write, show


set_my_name, get_my_name = _texts("name", lambda profile: profile.name, 64)
set_my_description, get_my_description = _texts("description", lambda profile: profile.description, 512)
set_my_short_description, get_my_short_description = _texts(
    "short_description", lambda profile: profile.short_description, 120
)
