"""The control API's second table: the clock, the faults, the queue of updates, the rate limits."""

from dataclasses import asdict
from typing import Any, Final

from aiohttp import web

from simulator.crowd import gather
from simulator.errors import ControlError
from simulator.faults import Rule
from simulator.http_control import Control, read_body
from simulator.server import Server

Json = dict[str, Any]


async def clock(server: Server, request: web.Request) -> Json:
    """GET or POST /simulator/clock: {"set": unix}, {"advance": seconds} or {"follow": true}."""
    body = await read_body(request)
    if "set" in body:
        server.clock.set(float(body["set"]))
    if "advance" in body:
        server.clock.advance(float(body["advance"]))
    if body.get("follow"):
        server.clock.follow()
    return {"now": server.clock.now(), "stopped": server.clock.stopped}


async def faults(server: Server, request: web.Request) -> Json:
    """GET /simulator/faults."""
    outage = server.faults.outage
    return {"rules": [asdict(rule) for rule in server.faults.rules], "outage": asdict(outage) if outage else None}


async def add_fault(server: Server, request: web.Request) -> Json:
    """POST /simulator/faults."""
    return asdict(server.faults.add(await read_body(request)))


async def clear_faults(server: Server, request: web.Request) -> Json:
    """DELETE /simulator/faults: rules, outage and disorder."""
    server.faults.clear()
    server.main.updates.duplicate_next = server.main.updates.shuffle_next = 0
    return {}


async def outage(server: Server, request: web.Request) -> Json:
    """POST /simulator/outage: {"on": bool, "status": 502}; without a status connections break."""
    body = await read_body(request)
    rule = Rule("status", status=int(body["status"])) if "status" in body else Rule("drop_before")
    server.set_outage(rule if body.get("on", True) else None)
    return {"on": server.faults.outage is not None}


async def updates(server: Server, request: web.Request) -> Json:
    """GET /simulator/updates: those not confirmed yet."""
    waiting = server.main.updates.waiting
    return {"pending": len(waiting), "updates": [update.public() for update in waiting]}


async def disorder(server: Server, request: web.Request) -> Json:
    """POST /simulator/updates: {"duplicate": n, "shuffle": n} deliveries, {"resend": n} confirmed updates."""
    body = await read_body(request)
    queue = server.main.updates
    queue.duplicate_next += int(body.get("duplicate", 0))
    queue.shuffle_next += int(body.get("shuffle", 0))
    return {"resent": queue.resend(int(body.get("resend", 0)))}


async def limits(server: Server, request: web.Request) -> Json:
    """GET or POST /simulator/limits: {"enabled": true, "overall": 30, "per_chat": 1, "chat_burst": 3, …}."""
    rates = server.limits
    for name, value in (await read_body(request)).items():
        if name.startswith("_") or not hasattr(rates, name):
            raise ControlError(400, f"no such limit: {name}")
        setattr(rates, name, bool(value) if name == "enabled" else float(value))
    rates.forget()
    return rates.public()


async def start_crowd(server: Server, request: web.Request) -> Json:
    """POST /simulator/crowd: {"people": 200, "size": 100, "until": "words that end a walk"}."""
    server.crowd = gather(server, await read_body(request))
    server.crowd.start()
    return server.crowd.public()


async def crowd(server: Server, request: web.Request) -> Json:
    """GET /simulator/crowd: how far it is, and what it measured."""
    if server.crowd is None:
        raise ControlError(404, "there is no crowd: POST /simulator/crowd sends one in")
    return server.crowd.public()


TABLE: Final[tuple[tuple[str, str, Control], ...]] = (
    ("GET", "/clock", clock),
    ("POST", "/clock", clock),
    ("GET", "/faults", faults),
    ("POST", "/faults", add_fault),
    ("DELETE", "/faults", clear_faults),
    ("POST", "/outage", outage),
    ("GET", "/updates", updates),
    ("POST", "/updates", disorder),
    ("GET", "/crowd", crowd),
    ("POST", "/crowd", start_crowd),
    ("GET", "/limits", limits),
    ("POST", "/limits", limits),
)
