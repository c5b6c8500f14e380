"""What a button says when it is pressed: a pure codec of Telegram's callback data, at most 64 bytes.

A button of a question names the run, the node, the visit and the state it sets, so that a second or an old press is
recognised by data alone: `b` + run (22) + `.` node `.` visit `.` operation + argument. Numbers are in base 36. A button
that is no question's is a `Menu`: `m.name.argument`. The first letter is the scheme: when it changes, older keyboards
decode to None.
"""

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Literal, get_args
from uuid import UUID

MAX_BYTES = 64  # Bot API, InlineKeyboardButton.callback_data
Op = Literal["set", "on", "off", "done", "skip", "defer", "why", "keep", "back", "edit"]

_LETTERS: dict[Op, str] = dict(zip(get_args(Op), "snfdktwybe", strict=True))
_OPS = {letter: op for op, letter in _LETTERS.items()}
_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"

# 16 bytes are 22 characters of base64, the last of which holds two bits: one of A, Q, g, w
_NUMBER = r"0|[1-9a-z][0-9a-z]{0,6}"
_PRESS = re.compile(rf"b([A-Za-z0-9_-]{{21}}[AQgw])\.({_NUMBER})\.({_NUMBER})\.([a-z])(-?(?:{_NUMBER}))?", re.ASCII)
_MENU = re.compile(r"m\.([a-z_]{1,16})(?:\.([A-Za-z0-9_.~-]{1,30}))?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Press:
    """A press on a question's button. `node` is the index of the node in its flow.

    `arg` is the choice's index (`set`, `on`, `off`) or the value (`set` on a scale or a battery's item); `edit` reopens
    the node and ignores the visit.
    """

    run: UUID
    node: int
    visit: int
    op: Op
    arg: int | None = None


@dataclass(frozen=True, slots=True)
class Menu:
    """A press on a button that is no question's: `name` [a-z_], `arg` of URL-safe characters."""

    name: str
    arg: str = ""


def _base36(number: int) -> str:
    digits, rest = "", abs(number)
    while rest or not digits:
        rest, digit = divmod(rest, 36)
        digits = _DIGITS[digit] + digits
    return f"-{digits}" if number < 0 else digits


def encode(press: Press | Menu) -> str:
    """The callback data, at most 64 bytes. ValueError where a part is out of bounds (name, argument, 36⁷ visits)."""
    if isinstance(press, Menu):
        data = f"m.{press.name}.{press.arg}" if press.arg else f"m.{press.name}"
    else:
        run = urlsafe_b64encode(press.run.bytes)[:22].decode()
        arg = "" if press.arg is None else _base36(press.arg)
        data = f"b{run}.{_base36(press.node)}.{_base36(press.visit)}.{_LETTERS[press.op]}{arg}"
    if decode(data) != press:
        raise ValueError(f"a button cannot say {press!r}")
    return data


def decode(data: str) -> Press | Menu | None:
    """What a button said; None for anything else, such as a keyboard of an older scheme. Never raises."""
    if menu := _MENU.fullmatch(data):
        return Menu(menu[1], menu[2] or "")
    press = _PRESS.fullmatch(data)
    if press is None or press[4] not in _OPS:
        return None
    run = UUID(bytes=urlsafe_b64decode(f"{press[1]}=="))
    arg = None if press[5] is None else int(press[5], 36)
    return Press(run, int(press[2], 36), int(press[3], 36), _OPS[press[4]], arg)
