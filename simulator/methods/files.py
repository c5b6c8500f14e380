"""Files: sending, describing, and the path to download them."""

from typing import Any

from simulator.errors import bad_request
from simulator.methods import messages
from simulator.params import Params
from simulator.world import World

Json = dict[str, Any]


def send_document(world: World, params: Params) -> Json:
    """sendDocument: a new file, or one the bot already knows by its id."""
    return _send(world, params, "document", "documents", lambda file: _document(world, file))


def send_photo(world: World, params: Params) -> Json:
    """sendPhoto: one size is kept, whatever the picture."""
    return _send(world, params, "photo", "photos", lambda file: [{"width": 800, "height": 600, **file}])


def _send(world: World, params: Params, field: str, folder: str, shape: Any) -> Json:
    file = _file(world, params, field, folder)
    content = messages.caption(params)
    chat = world.writable_chat(params.text("chat_id"))
    return messages.post(world, chat, params, {field: shape(file), **content})


def _file(world: World, params: Params, field: str, folder: str) -> Json:
    upload = params.upload(field)
    if upload is not None:
        if not upload.content:
            raise bad_request("file must be non-empty")
        return world.add_file(upload.content, upload.name, upload.mime_type, folder)
    file_id = params.text(field)
    if not file_id:
        raise messages.refuse_missing(field)
    if file_id not in world.files:
        raise bad_request("wrong file identifier/HTTP URL specified")
    return _described(world.files[file_id])


def _described(file: Json) -> Json:
    return {key: file[key] for key in ("file_id", "file_unique_id", "file_size")}


def _document(world: World, file: Json) -> Json:
    known = world.files[file["file_id"]]
    return {"file_name": known["name"], "mime_type": known["mime_type"], **file}


def get_file(world: World, params: Params) -> Json:
    """getFile: the path is downloaded at /file/bot<token>/<file_path>."""
    file = world.files.get(params.text("file_id"))
    if file is None:
        raise bad_request("invalid file_id")
    return {**_described(file), "file_path": file["file_path"]}
