"""The address that Telegram brings updates to (webhook): what it is told of it, and who listens there."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import uvicorn
from telegram import Bot
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from bot.gathering import Gathering
from bot.incoming import ALLOWED
from bot.webhook import MOST_CONNECTIONS, Webhook

MOST_HEAD = 64 * 1024  # bytes of a request's head; Telegram's has a few hundred
MOST_REQUESTS = 1_000  # under way at once, connections included; beyond them 503, and Telegram comes again
LONGEST_GOODBYE = 8  # seconds for requests in hand when stopping


@dataclass(frozen=True, slots=True)
class Address:
    """Where Telegram brings updates (`url`), the secret it shows, and where this process listens for them.

    `shared`: other workers of this machine listen there too, and the system deals out the connections (docs/decisions/0010).
    """

    url: str
    secret: str
    host: str
    port: int
    shared: bool = False


async def announce(bot: Bot, address: Address | None) -> None:
    """Tells Telegram how updates are received."""
    if address is None:
        await bot.delete_webhook()
    else:
        await bot.set_webhook(
            address.url,
            secret_token=address.secret,
            allowed_updates=ALLOWED,
            max_connections=MOST_CONNECTIONS,
        )


async def listen(address: Address, gathering: Gathering, stopping: asyncio.Event) -> None:
    """Receives updates until `stopping` is set. First the door closes, then the last turn is made: every request is
    answered by its commit. Raises `OSError`."""
    listening = _door(address)
    closing = asyncio.Event()
    turns = asyncio.ensure_future(gathering.run(closing))
    server = _Server(_config(Webhook(urlsplit(address.url).path, address.secret, gathering.take)))
    serving = asyncio.ensure_future(server.serve(sockets=[listening]))
    stop = asyncio.ensure_future(stopping.wait())
    await asyncio.wait([serving, stop, turns], return_when=asyncio.FIRST_COMPLETED)
    server.should_exit = True
    stop.cancel()
    try:
        await serving
    finally:
        closing.set()
        await turns


def _door(address: Address) -> socket.socket:
    family = socket.AF_INET6 if ":" in address.host else socket.AF_INET
    return socket.create_server((address.host, address.port), family=family, reuse_port=address.shared)


def _config(application: Webhook) -> uvicorn.Config:
    return uvicorn.Config(
        application,
        http=_Bounded,
        lifespan="off",
        access_log=False,  # a line a request would say who writes when
        log_config=None,
        server_header=False,
        date_header=False,
        proxy_headers=False,
        timeout_keep_alive=75,
        limit_concurrency=MOST_REQUESTS,
        timeout_graceful_shutdown=LONGEST_GOODBYE,
    )


class _Bounded(HttpToolsProtocol):
    """A request whose head is beyond measure loses its connection: the parser would keep all of it in memory."""

    _head = 0  # bytes of a head that is not complete yet
    _in_head = True

    def data_received(self, data: bytes) -> None:
        self._head += len(data)
        super().data_received(data)
        if self._in_head and self._head > MOST_HEAD:
            self.transport.abort()

    def on_headers_complete(self) -> None:
        self._in_head = False  # what follows is a body, which the application bounds
        super().on_headers_complete()

    def on_message_complete(self) -> None:
        self._in_head, self._head = True, 0
        super().on_message_complete()


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are the service's (`jalon.service.stop_on_signals`)."""
        yield
