"""The webhook: an ASGI application that answers 200 once an update is committed, and never before.

What does not come from Telegram is refused by its status alone: neither log nor answer holds anything of it.
"""

import hmac
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from bot.incoming import LARGEST_ID, RawUpdate

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]

SECRET: Final = b"x-telegram-bot-api-secret-token"  # Bot API, setWebhook, `secret_token`
HEALTH: Final = "/health"  # for a load balancer: this process serves
MOST_BYTES: Final = 1 << 20  # of a body; an update of a private chat has a few kB
MOST_CONNECTIONS: Final = (
    100  # that Telegram may open at once (Bot API, setWebhook: at most 100); one a chat is in flight
)


class Refused(Exception):
    """Not an update of Telegram's; `status` is all that is said about it."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Webhook:
    """Answers Telegram's POST at `path`; `take` says whether the update was committed."""

    def __init__(self, path: str, secret: str, take: Callable[[RawUpdate], Awaitable[bool]]) -> None:
        self.path, self.secret, self.take = path, secret.encode(), take

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            status = await self._status(scope, receive)
        except Refused as refused:
            status = refused.status
        headers = [(b"content-length", b"0"), *([(b"retry-after", b"1")] if status == 503 else [])]
        await send({"type": "http.response.start", "status": status, "headers": headers})
        await send({"type": "http.response.body"})

    async def _status(self, scope: Scope, receive: Receive) -> int:
        if scope["type"] != "http":
            raise Refused(404)
        if scope["path"] == HEALTH:
            return 200
        self._admit(scope)
        update = _update(await _body(receive))
        return 200 if await self.take(update) else 503

    def _admit(self, scope: Scope) -> None:
        """By what can be told before a byte of the body is read; the secret first, compared in constant time."""
        headers = dict(scope["headers"])
        if scope["path"] != self.path:
            raise Refused(404)
        if not hmac.compare_digest(headers.get(SECRET, b""), self.secret):
            raise Refused(401)
        if scope["method"] != "POST":
            raise Refused(405)
        if headers.get(b"content-type", b"").partition(b";")[0].strip().lower() != b"application/json":
            raise Refused(415)
        length = headers.get(b"content-length", b"0")
        if not length.isdigit() or int(length) > MOST_BYTES:
            raise Refused(413)


async def _body(receive: Receive) -> bytes:
    pieces, length, more = [], 0, True
    while more:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Refused(400)
        piece = event.get("body", b"")
        length += len(piece)
        if length > MOST_BYTES:
            raise Refused(413)
        pieces.append(piece)
        more = event.get("more_body", False)
    return b"".join(pieces)


def _update(body: bytes) -> RawUpdate:
    try:
        update = json.loads(body)
    except (ValueError, RecursionError):
        raise Refused(400) from None
    number = update.get("update_id") if isinstance(update, dict) else None
    if type(number) is not int or not 0 <= number < LARGEST_ID:
        raise Refused(400)
    return update  # type: ignore[no-any-return]
