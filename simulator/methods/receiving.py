"""The two ways to receive updates; the waiting itself is the HTTP shell's."""

import asyncio
import re
from typing import Any, Final
from urllib.parse import urlsplit

from simulator.errors import CLOSED_BY_WEBHOOK, OTHER_POLL, WEBHOOK_ACTIVE, bad_request, conflict
from simulator.model import Webhook
from simulator.params import Params
from simulator.signals import Signal
from simulator.world import World

Json = dict[str, Any]

MAX_POLL: Final = 50  # seconds; telegram-bot-api Client.cpp, LONG_POLL_MAX_TIMEOUT
_SECRET = re.compile(r"[A-Za-z0-9_-]*")


def _remember_allowed(world: World, params: Params) -> None:
    allowed = params.json("allowed_updates", "can't parse allowed_updates JSON array")
    if allowed is not None and isinstance(allowed, list) and allowed != world.profile.allowed_updates:
        world.profile.allowed_updates = [str(kind) for kind in allowed] or None
        world.keep_profile()


class Polls:
    """One long poll at a time for each bot: a newer call ends the older with a conflict."""

    def __init__(self) -> None:
        self._turn = 0
        self._reason = OTHER_POLL
        self.waiting = 0

    def end(self, updates_changed: Signal) -> None:
        """A webhook was set, or the network fails: whoever waits is sent away."""
        self._turn += 1
        self._reason = CLOSED_BY_WEBHOOK
        updates_changed.ring()

    async def _wait(self, changed: Signal, seconds: float, mine: int) -> None:
        self.waiting += 1
        try:
            await changed.wait(seconds)
        finally:
            self.waiting -= 1
        if self._turn != mine:
            raise conflict(self._reason)

    async def get_updates(self, world: World, params: Params) -> list[Json]:
        """getUpdates: `offset` confirms all below it; waits up to `timeout` real seconds."""
        if world.profile.webhook:
            raise conflict(WEBHOOK_ACTIVE)
        _remember_allowed(world, params)
        self._turn, self._reason = self._turn + 1, OTHER_POLL
        mine, queue = self._turn, world.updates
        queue.changed.ring()
        queue.confirm_below(params.integer("offset"))
        limit = min(max(params.integer("limit", 100), 1), 100)
        timeout = min(max(params.integer("timeout"), 0), MAX_POLL)
        loop = asyncio.get_running_loop()
        deadline = loop.time() + timeout
        while not (found := queue.batch(limit, world.clock.now())) and (left := deadline - loop.time()) > 0:
            await self._wait(queue.changed, left, mine)
        return found


def set_webhook(world: World, params: Params) -> str:
    """setWebhook; an empty url removes. Only loopback addresses: the simulator calls nobody else."""
    url = params.text("url")
    if not url:
        return delete_webhook(world, params)
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or parts.hostname not in ("127.0.0.1", "localhost", "::1"):
        raise bad_request("bad webhook: the simulator only calls loopback addresses")
    secret = params.text("secret_token")
    if len(secret) > 256:  # core.telegram.org/bots/api#setwebhook
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    _remember_allowed(world, params)
    connections = min(max(params.integer("max_connections", 40), 1), 100)
    wanted = Webhook(url, secret, connections)
    same = world.profile.webhook is not None and _same(world.profile.webhook, wanted)
    _drop_if_asked(world, params)
    if not same:
        world.profile.webhook = wanted
        world.keep_profile()
    return "Webhook is already set" if same else "Webhook was set"


def _same(one: Webhook, other: Webhook) -> bool:
    return (one.url, one.secret_token, one.max_connections) == (other.url, other.secret_token, other.max_connections)


def _drop_if_asked(world: World, params: Params) -> None:
    if params.boolean("drop_pending_updates"):
        world.updates.clear()


def delete_webhook(world: World, params: Params) -> str:
    """deleteWebhook."""
    _drop_if_asked(world, params)
    there = world.profile.webhook is not None
    world.profile.webhook = None
    world.keep_profile()
    return "Webhook was deleted" if there else "Webhook is already deleted"


def get_webhook_info(world: World, params: Params) -> Json:
    """getWebhookInfo."""
    webhook = world.profile.webhook or Webhook("")
    info = webhook.info(len(world.updates.waiting), world.profile.allowed_updates)
    bare = ("url", "has_custom_certificate", "pending_update_count")
    return info if webhook.url else {key: info[key] for key in bare}
