"""The control API at /simulator/…: being people, watching, breaking things. The table is in README.md."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from simulator import journal
from simulator.errors import ControlError
from simulator.methods.profile import shown_commands
from simulator.model import Chat
from simulator.server import Server

Json = dict[str, Any]
Control = Callable[[Server, web.Request], Awaitable[Any]]

MAX_WAIT: Final = 60.0  # seconds a long poll may last


async def read_body(request: web.Request) -> Json:
    """The JSON object sent, {} when nothing was."""
    raw = await request.read()
    try:
        body = json.loads(raw or b"{}")
    except ValueError:
        raise ControlError(400, "the body is not JSON") from None
    if not isinstance(body, dict):
        raise ControlError(400, "the body is not a JSON object")
    return body


def _number(request: web.Request, name: str, default: float) -> float:
    try:
        return float(request.query.get(name, default))
    except ValueError:
        raise ControlError(400, f"{name} is not a number") from None


def _chat(server: Server, request: web.Request) -> Chat:
    chat_id = int(request.match_info["id"])
    if chat_id in server.people:
        return server.main.private_chat(server.people[chat_id])
    if chat_id not in server.main.chats:
        raise ControlError(404, f"no chat {chat_id}")
    return server.main.chats[chat_id]


def _summary(server: Server, chat: Chat) -> Json:
    last = next(reversed(chat.messages.values()), None)
    person = server.people.get(chat.id)
    return {
        **chat.kept(),
        **server.main.chat_public(chat),
        "last_message": last,
        "language_code": person.language_code if person else "",
        "deactivated": person.deactivated if person else False,
    }


async def state(server: Server, request: web.Request) -> Json:
    """Everything the page shows at first."""
    for person in server.people.values():
        server.main.private_chat(person)
    chats = [_summary(server, chat) for chat in server.main.chats.values()]
    return {"bot": bot(server), "seq": server.main.feed.last, "now": server.clock.now(), "chats": chats}


def bot(server: Server) -> Json:
    """What a person sees of the bot."""
    profile = server.main.profile
    return {
        **server.main.public(),
        "description": profile.description,
        "short_description": profile.short_description,
        "name": profile.name,
    }


async def add_person(server: Server, request: web.Request) -> Json:
    """POST /simulator/people."""
    return server.add_person(await read_body(request)).kept()


async def people(server: Server, request: web.Request) -> list[Json]:
    """GET /simulator/people."""
    return [person.kept() for person in server.people.values()]


async def add_group(server: Server, request: web.Request) -> Json:
    """POST /simulator/groups."""
    body = await read_body(request)
    return server.add_group(str(body.get("title", "Groupe")), list(body.get("members", []))).kept()


async def act(server: Server, request: web.Request) -> Json:
    """POST /simulator/people/{id}/{action}."""
    return server.act(int(request.match_info["id"]), request.match_info["action"], await read_body(request))


async def messages(server: Server, request: web.Request) -> Json:
    """GET /simulator/chats/{id}/messages."""
    chat = _chat(server, request)
    shown = list(chat.messages.values())
    after = int(_number(request, "after", 0))
    return {
        **_summary(server, chat),
        "seq": server.main.feed.last,
        "messages": [message for message in shown if message["message_id"] > after],
    }


async def events(server: Server, request: web.Request) -> Json:
    """GET /simulator/chats/{id}/events: what happened after `after`; waits up to `wait` seconds for something."""
    chat = _chat(server, request)
    feed, after = server.main.feed, int(_number(request, "after", 0))
    loop = asyncio.get_running_loop()
    deadline = loop.time() + min(_number(request, "wait", 0), MAX_WAIT)
    while not (found := feed.after(after, chat.id)) and (left := deadline - loop.time()) > 0:
        await feed.changed.wait(left)
    return {"seq": found[-1]["seq"] if found else after, "events": found}


async def commands(server: Server, request: web.Request) -> list[Json]:
    """GET /simulator/chats/{id}/commands: the menu as shown there."""
    chat = _chat(server, request)
    person = server.people.get(chat.id)
    return shown_commands(server.main, chat.id, person.language_code if person else "")


async def settled(server: Server, request: web.Request) -> Json:
    """GET /simulator/settled: once no update waits and the bot called nothing for `quiet` real seconds."""
    quiet = _number(request, "quiet", 0.15)
    loop = asyncio.get_running_loop()
    deadline = loop.time() + min(_number(request, "timeout", 10), MAX_WAIT)
    updates, feed, calls = server.main.updates, server.main.feed, server.journal.changed
    while (left := deadline - loop.time()) > 0:
        if updates.waiting:
            await updates.changed.wait(left)
            continue
        marks = (feed.last, server.journal.activity)
        stirred = await calls.wait(min(quiet, left))
        if not stirred and not updates.waiting and marks == (feed.last, server.journal.activity):
            return {"settled": True, "seq": feed.last}
    return {"settled": False, "seq": feed.last, "pending": len(updates.waiting)}


async def refusals(server: Server, request: web.Request) -> Json:
    """GET /simulator/refusals: what the bot did wrong, and apart, the faults a test asked for."""
    everything = journal.public(server.journal.refusals)
    return {
        "refusals": [call for call in everything if not call["injected"]],
        "injected": [call for call in everything if call["injected"]],
    }


async def calls(server: Server, request: web.Request) -> Json:
    """GET /simulator/calls."""
    noted = server.journal
    return {"counts": noted.counts, "refused": noted.refused, "calls": journal.public(noted.calls)}


async def clear_journal(server: Server, request: web.Request) -> Json:
    """DELETE /simulator/calls."""
    server.journal.clear()
    return {}


TABLE: Final[tuple[tuple[str, str, Control], ...]] = (
    ("GET", "/state", state),
    ("GET", "/people", people),
    ("POST", "/people", add_person),
    ("POST", "/people/{id:\\d+}/{action}", act),
    ("POST", "/groups", add_group),
    ("GET", "/chats/{id:-?\\d+}/messages", messages),
    ("GET", "/chats/{id:-?\\d+}/events", events),
    ("GET", "/chats/{id:-?\\d+}/commands", commands),
    ("GET", "/settled", settled),
    ("GET", "/refusals", refusals),
    ("GET", "/calls", calls),
    ("DELETE", "/calls", clear_journal),
)


def routes(server: Server, table: tuple[tuple[str, str, Control], ...]) -> list[web.RouteDef]:
    """The addresses of a table, under /simulator."""
    return [web.route(method, f"/simulator{path}", _handler(server, control)) for method, path, control in table]


def _handler(server: Server, control: Control) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        try:
            result = await control(server, request)
        except ControlError as error:
            return web.json_response({"error": error.reason}, status=error.status)
        except (TypeError, ValueError) as error:  # a number that is none, a list that is none
            return web.json_response({"error": str(error)}, status=400)
        return web.json_response(result)

    return handle
