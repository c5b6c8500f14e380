"""Telegram's HTML parse mode: the same tags, the same refusals, byte offsets in the refusals.

Wording and order of the checks follow TDLib's `parse_html` (github.com/tdlib/td, td/telegram/MessageEntity.cpp).
"""

import re
from dataclasses import dataclass
from typing import Final

from simulator.errors import ApiError, bad_request
from simulator.texts import Entity, sort, utf16_length

_TAGS: Final = {
    "b": "bold",
    "strong": "bold",
    "i": "italic",
    "em": "italic",
    "u": "underline",
    "ins": "underline",
    "s": "strikethrough",
    "strike": "strikethrough",
    "del": "strikethrough",
    "tg-spoiler": "spoiler",
    "span": "spoiler",
    "a": "text_link",
    "code": "code",
    "pre": "pre",
    "blockquote": "blockquote",
    "tg-emoji": "custom_emoji",
}
_NAMED: Final = {b"lt": "<", b"gt": ">", b"amp": "&", b"quot": '"'}
_REFERENCE = re.compile(rb"&(?:#(\d{1,8})|#[xX]([0-9a-fA-F]{1,8})|(lt|gt|amp|quot)(?![A-Za-z]));?")
_PLAIN = re.compile(rb"[^<&]+")
_NAME = re.compile(rb"[^\s>]*")
_ATTRIBUTE_NAME = re.compile(rb"[^\s=>]*")
_TOKEN = re.compile(rb"[A-Za-z0-9.-]*")
_SPACE = re.compile(rb"\s*")


@dataclass(slots=True)
class _Open:
    tag: str
    argument: str
    offset: int
    piece: int


class _Parser:
    """One pass over the bytes of the text; `out` grows with the plain text."""

    def __init__(self, source: str) -> None:
        self.data = source.encode()
        self.at = 0
        self.out: list[str] = []
        self.offset = 0
        self.open: list[_Open] = []
        self.entities: list[Entity] = []

    def run(self) -> tuple[str, list[Entity]]:
        while self.at < len(self.data):
            self._next()
        if self.open:
            raise _refusal(f'Can\'t find end tag corresponding to start tag "{self.open[-1].tag}"')
        for entity in self.entities:
            if entity["type"] == "code":
                entity.pop("language", None)
        return "".join(self.out), sort(self.entities)

    def _next(self) -> None:
        here = self.data[self.at : self.at + 1]
        if here == b"<":
            self._end_tag() if self.data[self.at + 1 : self.at + 2] == b"/" else self._start_tag()
        elif here == b"&":
            self._emit(self._reference() or self._take_one())
        else:
            self._emit(self._take(_PLAIN).decode())

    def _emit(self, text: str) -> None:
        self.out.append(text)
        self.offset += utf16_length(text)

    def _take(self, pattern: re.Pattern[bytes]) -> bytes:
        match = pattern.match(self.data, self.at)
        self.at = match.end() if match else self.at
        return match[0] if match else b""

    def _take_one(self) -> str:
        self.at += 1
        return self.data[self.at - 1 : self.at].decode()

    def _reference(self) -> str | None:
        match = _REFERENCE.match(self.data, self.at)
        text = _decode(match) if match else None
        if match and text:
            self.at = match.end()
        return text

    def _start_tag(self) -> None:
        begin = self.at
        self.at += 1
        tag = self._take(_NAME).decode().lower()
        if self.at >= len(self.data):
            raise _refusal(f"Unclosed start tag at byte offset {begin}")
        if tag not in _TAGS:
            raise _refusal(f'Unsupported start tag "{tag}" at byte offset {begin}')
        argument = ""
        while (found := self._attribute(tag, begin)) is not None:
            argument = _argument(tag, *found) or argument
        if tag == "span" and argument != "tg-spoiler":
            raise _refusal(f'Tag "span" must have class "tg-spoiler" at byte offset {begin}')
        self.open.append(_Open(tag, argument, self.offset, len(self.out)))

    def _attribute(self, tag: str, begin: int) -> tuple[str, str] | None:
        """The next `name=value` of a start tag; None once its `>` is passed."""
        self._take(_SPACE)
        if self.data[self.at : self.at + 1] == b">":
            self.at += 1
            return None
        name = self._take(_ATTRIBUTE_NAME).decode()
        if not name:
            raise _refusal(f'Empty attribute name in the tag "{tag}" at byte offset {begin}')
        self._take(_SPACE)
        if self.data[self.at : self.at + 1] != b"=":
            if (tag, name) == ("blockquote", "expandable"):
                return name, "expandable"
            raise _refusal(
                f'Expected equal sign in declaration of an attribute of the tag "{tag}" at byte offset {begin}'
            )
        self.at += 1
        self._take(_SPACE)
        value = self._value()
        if self.at >= len(self.data):
            raise _refusal(f"Unclosed start tag at byte offset {begin}")
        return name, value

    def _value(self) -> str:
        quote = self.data[self.at : self.at + 1]
        if quote not in (b'"', b"'"):
            begin = self.at
            token = self._take(_TOKEN).decode().lower()
            if self.at < len(self.data) and self.data[self.at : self.at + 1] not in (b">", b" ", b"\t", b"\n", b"\r"):
                raise _refusal(f"Unexpected end of name token at byte offset {begin}")
            return token
        end = self.data.find(quote, self.at + 1)
        if end < 0:
            self.at = len(self.data)
            return ""
        raw = self.data[self.at + 1 : end]
        self.at = end + 1
        return _REFERENCE.sub(lambda match: (_decode(match) or match[0].decode()).encode(), raw).decode()

    def _end_tag(self) -> None:
        begin = self.at
        if not self.open:
            raise _refusal(f"Unexpected end tag at byte offset {begin}")
        self.at += 2
        name = self._take(_NAME).decode().lower()
        self._take(_SPACE)
        if self.data[self.at : self.at + 1] != b">":
            raise _refusal(f"Unclosed end tag at byte offset {begin}")
        self.at += 1
        opened = self.open.pop()
        if name and name != opened.tag:
            raise _refusal(f'Unmatched end tag at byte offset {begin}, expected "</{opened.tag}>", found "</{name}>"')
        if self.offset > opened.offset:
            self._close(opened)

    def _close(self, opened: _Open) -> None:
        entity: Entity = {
            "offset": opened.offset,
            "length": self.offset - opened.offset,
            "type": _TAGS[opened.tag],
        }
        inside = "".join(self.out[opened.piece :])
        details = _DETAILS[opened.tag](opened.argument, inside) if opened.tag in _DETAILS else {}
        if details is None:
            return
        entity |= details
        last = self.entities[-1] if self.entities else None
        if last and {last["type"], entity["type"]} == {"code", "pre"} and _same_place(last, entity):
            language = last.get("language") or entity.get("language")
            if language:
                self.entities[-1] = {**entity, "type": "pre", "language": language}
                return
        self.entities.append(entity)


def _same_place(one: Entity, other: Entity) -> bool:
    return (one["offset"], one["length"]) == (other["offset"], other["length"])


def _link(argument: str, inside: str) -> Entity | None:
    """A wrong address makes plain text, not a refusal."""
    url = (argument or inside).strip()
    if re.fullmatch(r"tg://user\?id=\d+", url):
        return {"type": "text_mention", "user": {"id": int(url.rpartition("=")[2]), "is_bot": False, "first_name": ""}}
    if not re.match(r"(?i)(https?|tg|ton)://\S|[\w-]+(\.[\w-]+)+\S*$", url):
        return None
    return {"url": url if "://" in url else f"http://{url}/"}


def _emoji(argument: str, inside: str) -> Entity | None:
    if not argument.isdigit() or int(argument) == 0:
        raise _refusal("Invalid custom emoji identifier specified")
    return {"custom_emoji_id": argument}


def _code(argument: str, inside: str) -> Entity | None:
    return {"language": argument} if argument else {}


def _blockquote(argument: str, inside: str) -> Entity | None:
    return {"type": "expandable_blockquote"} if argument else {}


_DETAILS: Final = {
    "a": _link,
    "tg-emoji": _emoji,
    "code": _code,
    "blockquote": _blockquote,
}


def _argument(tag: str, name: str, value: str) -> str:
    """The one attribute each tag cares about; the others are ignored, as Telegram does."""
    if (tag, name) == ("code", "class"):
        return value.removeprefix("language-") if value.startswith("language-") else ""
    wanted = {"a": "href", "span": "class", "tg-emoji": "emoji-id", "blockquote": "expandable"}
    return value if wanted.get(tag) == name else ""


def _decode(match: re.Match[bytes]) -> str | None:
    decimal, hexadecimal, name = match.groups()
    if name:
        return _NAMED[name]
    code = int(decimal) if decimal else int(hexadecimal, 16)
    return chr(code) if 0 < code < 0x10FFFF and not 0xD800 <= code <= 0xDFFF else None


def _refusal(reason: str) -> ApiError:
    return bad_request(f"can't parse entities: {reason}")


def parse_html(source: str) -> tuple[str, list[Entity]]:
    """Plain text and entities (UTF-16 offsets) of `source`; raises ApiError with Telegram's words."""
    return _Parser(source).run()
