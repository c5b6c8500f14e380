"""What people can send besides text: plausible payloads, with files that can be downloaded."""

from collections.abc import Callable
from typing import Any, Final

from simulator.errors import ControlError
from simulator.world import World

Json = dict[str, Any]
Maker = Callable[[World, Json], Json]


def _bytes(world: World, size: int, magic: bytes) -> bytes:
    return (magic + world.chance.randbytes(max(0, size - len(magic))))[:size]


def _voice(world: World, wish: Json) -> Json:
    seconds = int(wish.get("duration", 7))
    content = _bytes(world, seconds * 2000, b"OggS")  # about 16 kbit/s, Telegram's voice notes
    file = world.add_file(content, "voice.oga", "audio/ogg", "voice")
    return {"voice": {"duration": seconds, "mime_type": "audio/ogg", **file}}


def _video_note(world: World, wish: Json) -> Json:
    seconds = int(wish.get("duration", 5))
    file = world.add_file(_bytes(world, 40_000, b"\0\0\0\x18ftyp"), "note.mp4", "video/mp4", "video_notes")
    return {"video_note": {"duration": seconds, "length": 384, **file}}


def _photo(world: World, wish: Json) -> Json:
    sizes = ((90, 67, 1_500), (320, 240, 18_000), (1280, 960, 120_000))
    photos = [
        {
            "width": width,
            "height": height,
            **world.add_file(_bytes(world, size, b"\xff\xd8\xff"), "photo.jpg", "image/jpeg", "photos"),
        }
        for width, height, size in sizes
    ]
    return {"photo": photos, **_caption(wish)}


def _sticker(world: World, wish: Json) -> Json:
    file = world.add_file(_bytes(world, 14_000, b"RIFF"), "sticker.webp", "image/webp", "stickers")
    return {
        "sticker": {
            "width": 512,
            "height": 512,
            "emoji": str(wish.get("emoji", "👍")),
            "is_animated": False,
            "is_video": False,
            "type": "regular",
            **file,
        }
    }


def _document(world: World, wish: Json) -> Json:
    name = str(wish.get("file_name", "CV.pdf"))
    mime_type = str(wish.get("mime_type", "application/pdf"))
    content = _bytes(world, int(wish.get("size", 24_000)), b"%PDF-1.7\n")
    return {
        "document": {
            "file_name": name,
            "mime_type": mime_type,
            **world.add_file(content, name, mime_type, "documents"),
        },
        **_caption(wish),
    }


def _location(world: World, wish: Json) -> Json:
    return {
        "location": {"latitude": float(wish.get("latitude", 45.764)), "longitude": float(wish.get("longitude", 4.8357))}
    }


def _contact(world: World, wish: Json) -> Json:
    return {
        "contact": {
            "phone_number": str(wish.get("phone_number", "+33199000000")),  # ARCEP's numbers for fiction
            "first_name": str(wish.get("first_name", "Camille")),
        }
    }


def _poll(world: World, wish: Json) -> Json:
    texts = wish.get("options", ["Oui", "Non"])
    options = [{"persistent_id": str(index), "text": str(text), "voter_count": 0} for index, text in enumerate(texts)]
    return {
        "poll": {
            "id": str(world.chance.getrandbits(62)),
            "question": str(wish.get("question", "On continue ?")),
            "options": options,
            "total_voter_count": 0,
            "is_closed": False,
            "is_anonymous": True,
            "type": "regular",
            "allows_multiple_answers": False,
            "allows_revoting": True,  # required since Bot API 9.6
            "members_only": False,  # required since Bot API 10.0
        }
    }


def _caption(wish: Json) -> Json:
    return {"caption": str(wish["caption"])} if wish.get("caption") else {}


MEDIA: Final[dict[str, Maker]] = {
    "voice": _voice,
    "video_note": _video_note,
    "photo": _photo,
    "sticker": _sticker,
    "document": _document,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
}


def make(world: World, kind: str, wish: Json) -> Json:
    """The content of a message of this kind; `wish` overrides its details."""
    try:
        return MEDIA[kind](world, wish)
    except (TypeError, ValueError) as error:
        raise ControlError(400, f"cannot make this {kind}: {error}") from None
