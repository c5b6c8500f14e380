"""Text as Telegram counts it: UTF-16 code units, entities, trimming."""

import re
from typing import Any, Final

from simulator.errors import bad_request

Entity = dict[str, Any]

MAX_TEXT: Final = 4096  # core.telegram.org/bots/api#sendmessage: "1-4096 characters after entities parsing"
MAX_CAPTION: Final = 1024  # core.telegram.org/bots/api#senddocument
MAX_ENTITIES: Final = 100  # entities beyond the hundredth are dropped (core.telegram.org/api/entities)

_BLANK = " \t\r\n\v\f\u00a0\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u2028\u2029\u3000"
_NO_DETECTION = frozenset({"code", "pre", "text_link", "text_mention"})
_DETECTED: Final = (
    ("bot_command", re.compile(r"(?<![\w/@<])/[A-Za-z0-9_]{1,64}(?:@[A-Za-z0-9_]{3,32})?(?![\w/])")),
    ("email", re.compile(r"(?<![\w.+-])[\w.+-]+@[\w-]+(?:\.[\w-]+)+")),
    ("url", re.compile(r"(?<![\w@.])(?:https?://[^\s<>\"]*[^\s<>\".,;:!?)]|t\.me/[\w/?=&-]+)")),
    ("mention", re.compile(r"(?<![\w@/.])@[A-Za-z]\w{3,31}\b")),
    ("hashtag", re.compile(r"(?<![\w#&])#(?=\w*[^\W\d])\w{1,256}")),
)


def utf16_length(text: str) -> int:
    """Length in UTF-16 code units: the unit of every offset and limit of the Bot API."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def trim(text: str, entities: list[Entity]) -> tuple[str, list[Entity]]:
    """Drop blank ends, as the servers do, and move the entities along."""
    start = len(text) - len(text.lstrip(_BLANK))
    kept = text.strip(_BLANK)
    shift, size = utf16_length(text[:start]), utf16_length(kept)
    moved = (_clip(entity, shift, size) for entity in entities)
    return kept, [entity for entity in moved if entity is not None]


def _clip(entity: Entity, shift: int, size: int) -> Entity | None:
    begin = max(0, entity["offset"] - shift)
    end = min(size, entity["offset"] + entity["length"] - shift)
    return {**entity, "offset": begin, "length": end - begin} if end > begin else None


def detect(text: str, given: list[Entity]) -> list[Entity]:
    """`given` entities plus those Telegram finds by itself (commands, links, mentions), in order."""
    found = list(given)
    for kind, pattern in _DETECTED:
        for match in pattern.finditer(text):
            entity = {"offset": utf16_length(text[: match.start()]), "length": utf16_length(match[0]), "type": kind}
            if not any(_forbids(other, entity) for other in found):
                found.append(entity)
    return sort(found)[:MAX_ENTITIES]


def _forbids(other: Entity, entity: Entity) -> bool:
    overlaps = (
        other["offset"] < entity["offset"] + entity["length"] and entity["offset"] < other["offset"] + other["length"]
    )
    detected = other["type"] in _NO_DETECTION or any(other["type"] == kind for kind, _ in _DETECTED)
    return overlaps and detected


def sort(entities: list[Entity]) -> list[Entity]:
    """Telegram's order: by offset, the longer first."""
    return sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))


def check_given(text: str, entities: Any) -> list[Entity]:
    """Entities sent by the bot itself, instead of a parse mode."""
    if not isinstance(entities, list) or not all(_well_formed(entity) for entity in entities):
        raise bad_request("can't parse entities: expected an Array of MessageEntity")
    size = utf16_length(text)
    return [entity for entity in entities if entity["offset"] + entity["length"] <= size]


def _well_formed(entity: Any) -> bool:
    return (
        isinstance(entity, dict)
        and isinstance(entity.get("type"), str)
        and isinstance(entity.get("offset"), int)
        and isinstance(entity.get("length"), int)
        and entity["offset"] >= 0
        and entity["length"] > 0
    )
