"""The chat page and its stream of events."""

import base64
import contextlib
import json
from functools import partial
from pathlib import Path
from typing import Final

from aiohttp import web

from simulator.guard import SECURITY_HEADERS
from simulator.server import Server

_STATIC: Final = Path(__file__).parent / "static"
_FILES: Final = {
    "chat.css": "text/css",
    "chat.js": "text/javascript",
    "dom.js": "text/javascript",
    "menus.js": "text/javascript",
    "notices.js": "text/javascript",
    "people.js": "text/javascript",
    "words.js": "text/javascript",
    "icon.svg": "image/svg+xml",
}
_HEARTBEAT: Final = 15.0  # seconds between two signs of life on the stream


def _file(name: str, content_type: str) -> web.Response:
    body = (_STATIC / name).read_bytes()
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers=SECURITY_HEADERS)


async def page(request: web.Request) -> web.Response:
    """The one page, whatever the deep link; its script reads the address."""
    return _file("index.html", "text/html")


async def static(request: web.Request) -> web.Response:
    """A file of the page; the table is the list of those that exist."""
    name = request.match_info["name"]
    if name not in _FILES:
        raise web.HTTPNotFound
    return _file(name, _FILES[name])


async def download(server: Server, request: web.Request) -> web.Response:
    """A file of the conversation, by its id: always as a download, never shown in this origin."""
    file = server.main.files.get(request.match_info["file_id"])
    if file is None:
        raise web.HTTPNotFound
    headers = {**SECURITY_HEADERS, "Content-Disposition": "attachment"}
    return web.Response(body=base64.b64decode(file["content"]), content_type=file["mime_type"], headers=headers)


class Stream:
    """Server-sent events: everything that happens, numbered, so that a reconnection misses nothing."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def follow(self, request: web.Request) -> web.StreamResponse:
        """GET /simulator/stream?after=SEQ."""
        after = int(request.headers.get("Last-Event-ID") or request.query.get("after") or 0)
        headers = {"Content-Type": "text/event-stream", **SECURITY_HEADERS}
        response = web.StreamResponse(headers=headers)
        await response.prepare(request)
        with contextlib.suppress(ConnectionError):  # the page was closed
            await self._pump(response, after)
        return response

    async def _pump(self, response: web.StreamResponse, after: int) -> None:
        feed = self._server.main.feed
        while True:
            found = feed.after(after)
            for happening in found:
                after = happening["seq"]
                await response.write(f"id: {after}\ndata: {json.dumps(happening)}\n\n".encode())
            if not found and not await feed.changed.wait(_HEARTBEAT):
                await response.write(b": still here\n\n")


def routes(server: Server) -> list[web.RouteDef]:
    """The page at / and at the bot's deep links."""
    username = server.main.profile.username
    return [
        web.get("/", page),
        web.get(f"/{username}", page),
        web.get(f"/t.me/{username}", page),
        web.get("/static/{name}", static),
        web.get("/simulator/files/{file_id}", partial(download, server)),
        web.get("/simulator/stream", Stream(server).follow),
    ]
