"""Delivery to webhooks: one update of a lane at a time, again and again until accepted or too old.

The rhythm is telegram-bot-api's (`WebhookActor.cpp`): one immediate retry, then 2, 4, 8 … seconds, at most 60 to 120.
"""

import asyncio
import json
import logging
from functools import partial
from typing import Any, Final

import aiohttp

from simulator.errors import ApiError
from simulator.methods import METHODS
from simulator.model import Webhook
from simulator.params import Params
from simulator.server import Server
from simulator.updates import Update
from simulator.world import World

_log = logging.getLogger(__name__)

LONGEST_DELAY: Final = 60  # seconds, before the random doubling
TIMEOUT: Final = 60.0  # real seconds for an answer; WebhookActor's is of that order


def next_delay(failures: int, longest: int) -> int:
    """Seconds before the next try, after so many failures."""
    return 0 if failures <= 1 else min(longest, 2 ** (failures - 1))


class Courier:
    """Carries the updates of one bot while it has a webhook."""

    def __init__(self, server: Server, world: World) -> None:
        self._server = server
        self._world = world
        self._lanes: dict[str, asyncio.Task[None]] = {}

    async def run(self) -> None:
        """For ever: start one task per lane with something to deliver."""
        async with aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=TIMEOUT)) as session:
            try:
                while True:
                    self._launch(session)
                    await self._world.updates.changed.wait(1.0)
            finally:
                for task in self._lanes.values():
                    task.cancel()
                await asyncio.gather(*self._lanes.values(), return_exceptions=True)

    def _launch(self, session: aiohttp.ClientSession) -> None:
        webhook = self._world.profile.webhook
        if webhook is None or self._server.faults.outage:
            return
        self._world.updates.expire(self._world.clock.now())
        for update in self._world.updates.waiting:
            if len(self._lanes) >= webhook.max_connections:
                return
            if update.lane not in self._lanes:
                task = asyncio.create_task(self._carry(session, webhook, update))
                self._lanes[update.lane] = task
                task.add_done_callback(partial(self._free, update.lane))

    def _free(self, lane: str, task: asyncio.Task[None]) -> None:
        self._lanes.pop(lane, None)
        if not task.cancelled() and task.exception():
            _log.error("delivery to the webhook broke", exc_info=task.exception())
        self._world.updates.changed.ring()

    async def _carry(self, session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> None:
        failures = 0
        while self._world.profile.webhook is webhook and self._world.clock.now() < update.expires_at:
            error, wish = await self._send(session, webhook, update)
            if error is None:
                self._deliver(update)
                return
            failures += 1
            webhook.last_error_date, webhook.last_error_message = self._world.now(), error
            longest = self._world.chance.randint(LONGEST_DELAY, 2 * LONGEST_DELAY)
            delay = wish or next_delay(failures, longest)
            await self._world.clock.sleep_until(self._world.clock.now() + delay)
        if self._world.clock.now() >= update.expires_at:
            self._world.updates.confirm(update)

    def _deliver(self, update: Update) -> None:
        if self._world.updates.duplicate_next:
            self._world.updates.duplicate_next -= 1  # it stays in the queue, and leaves again
        else:
            self._world.updates.confirm(update)

    async def _send(self, session: aiohttp.ClientSession, webhook: Webhook, update: Update) -> tuple[str | None, int]:
        """The error, None when accepted, and the Retry-After it asked for, in seconds."""
        headers = {"Content-Type": "application/json"}
        if webhook.secret_token:
            headers["X-Telegram-Bot-Api-Secret-Token"] = webhook.secret_token
        body = json.dumps(update.public(), ensure_ascii=False).encode()
        try:
            async with session.post(webhook.url, data=body, headers=headers, allow_redirects=False) as response:
                answer = await response.read()
        except (aiohttp.ClientError, TimeoutError) as error:
            return f"Connection failed: {type(error).__name__}", 0
        if not 200 <= response.status < 300:
            wish = response.headers.get("Retry-After", "")
            reason = f"Wrong response from the webhook: {response.status} {response.reason}"
            return reason, min(int(wish), 3600) if wish.isdigit() else 0
        self._obey(answer)
        return None, 0

    def _obey(self, answer: bytes) -> None:
        """A method called in the answer itself; Telegram does not say how it ended, the journal does."""
        try:
            call: Any = json.loads(answer)
        except ValueError:
            return
        method = str(call.get("method", "")).lower() if isinstance(call, dict) else ""
        if method not in METHODS or method.startswith("get") or method.endswith("webhook"):
            return
        code, description = 200, ""
        try:
            self._server.call(self._world, method, Params(call))
        except ApiError as error:
            code, description = error.code, error.description
        chat_id = str(call.get("chat_id", ""))
        self._server.journal.note(self._world.clock.now(), method, chat_id, code, description, injected=False)
