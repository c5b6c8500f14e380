"""The Bot API over HTTP: reading calls in every accepted form, answering as Telegram does, breaking on demand."""

import asyncio
import base64
import json
from typing import Any, Final

from aiohttp import web

from simulator.errors import NOT_FOUND, UNAUTHORIZED, ApiError, bad_request, too_many_requests
from simulator.faults import Rule
from simulator.methods import DESCRIBED, GET_UPDATES
from simulator.params import Params, Upload
from simulator.server import Server
from simulator.world import World

MAX_BODY: Final = 50 * 1024 * 1024  # bytes; core.telegram.org/bots/api#sending-files
_JSON: Final = "application/json"


async def read_params(request: web.Request) -> Params:
    """The parameters of a call; those of the body win over those of the address."""
    values: dict[str, Any] = dict(request.query)
    kind = request.content_type
    if request.method != "POST" or not request.can_read_body:
        return Params(values)
    if kind == _JSON:
        return Params(values | _object(await request.read()))
    uploads: dict[str, Upload] = {}
    for name, value in (await request.post()).items():
        if isinstance(value, web.FileField):
            uploads[name] = Upload(value.filename, value.content_type, value.file.read())
        else:
            values[name] = value if isinstance(value, str) else bytes(value).decode()
    return Params(values, uploads)


def _object(raw: bytes) -> dict[str, Any]:
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise bad_request("can't parse request: can't parse JSON object") from None
    if not isinstance(body, dict):
        raise bad_request("can't parse request: expected a JSON object")
    return body


class BotApi:
    """The handlers of `/bot<token>/<method>` and `/file/bot<token>/<path>`."""

    def __init__(self, server: Server) -> None:
        self._server = server

    async def call(self, request: web.Request) -> web.StreamResponse:
        """One call."""
        method = request.match_info["method"].lower()
        try:
            world = self._server.world(request.match_info["token"])
            params = await read_params(request)
        except ApiError as error:
            return self._answer(method, "", error)
        chat_id = params.text("chat_id")
        fault = self._server.faults.pick(method, chat_id)
        if fault is not None:
            return await self._fail(request, fault, method, params)
        answer = await self._do(world, method, params)
        if method == GET_UPDATES and self._server.faults.outage:  # it began while the poll waited
            return await self._fail(request, self._server.faults.outage, method, params)
        return answer

    def _answer(self, method: str, chat_id: str, outcome: Any, injected: bool = False) -> web.Response:
        refused = isinstance(outcome, ApiError)
        code = outcome.code if refused else 200
        self._server.journal.note(
            self._server.clock.now(), method, chat_id, code, outcome.description if refused else "", injected
        )
        if refused:
            body = outcome.body()
        elif method in DESCRIBED:
            body = {"ok": True, "result": True, "description": outcome}
        else:
            body = {"ok": True, "result": outcome}
        return web.Response(body=json.dumps(body, ensure_ascii=False).encode(), status=code, content_type=_JSON)

    async def _fail(self, request: web.Request, fault: Rule, method: str, params: Params) -> web.StreamResponse:
        """Perform a fault."""
        chat_id, world = params.text("chat_id"), self._server.world(request.match_info["token"])
        match fault.action:
            case "retry_after":
                return self._answer(method, chat_id, too_many_requests(max(1, round(fault.seconds))), injected=True)
            case "status":
                return self._answer(method, chat_id, ApiError(fault.status, "Bad Gateway"), injected=True)
            case "drop_before":
                self._answer(method, chat_id, ApiError(0, "connection dropped before the call"), injected=True)
                return _abort(request)
        answer = await self._do(world, method, params)
        match fault.action:
            case "slow":
                await asyncio.sleep(fault.seconds)
                return answer
            case "cut":
                return await _cut(request, answer)
        return _abort(request)

    async def _do(self, world: World, method: str, params: Params) -> web.Response:
        try:
            outcome: Any = await self._server.call_waiting(world, method, params)
        except ApiError as error:
            outcome = error
        cut_off = self._server.faults.outage is not None  # it began while the call waited
        return self._answer(method, params.text("chat_id"), outcome, injected=cut_off)

    async def download(self, request: web.Request) -> web.Response:
        """A file by the path getFile gave."""
        world = self._server.worlds.get(request.match_info["token"])
        if world is None:
            return web.json_response(UNAUTHORIZED.body(), status=401)
        path = request.match_info["path"]
        found = next((file for file in world.files.values() if file["file_path"] == path), None)
        if found is None:
            return web.json_response(NOT_FOUND.body(), status=404)
        return web.Response(body=base64.b64decode(found["content"]), content_type="application/octet-stream")


def _abort(request: web.Request) -> web.Response:
    """Break the connection; what is returned reaches nobody."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _cut(request: web.Request, answer: web.Response) -> web.StreamResponse:
    """Announce the whole answer, send half, break."""
    body = answer.body if isinstance(answer.body, bytes) else b""
    response = web.StreamResponse(status=answer.status, headers={"Content-Type": _JSON})
    response.content_length = len(body)
    await response.prepare(request)
    await response.write(body[: len(body) // 2])
    if request.transport is not None:
        request.transport.close()
    return response


async def nothing_here(request: web.Request) -> web.Response:
    """Any other address under /bot…: Telegram's 404."""
    return web.json_response(NOT_FOUND.body(), status=404)


def routes(server: Server) -> list[web.RouteDef]:
    """The addresses of the Bot API."""
    api = BotApi(server)
    return [
        web.get("/bot{token}/{method}", api.call, allow_head=False),
        web.post("/bot{token}/{method}", api.call),
        web.get("/file/bot{token}/{path:.+}", api.download),
        web.route("*", "/bot{rest:.*}", nothing_here),
    ]
