"""Putting it together: the web application, its life, and `Simulator` for tests."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web

from simulator import http_api, http_control, http_page, http_tools
from simulator.guard import LOOPBACK, guard
from simulator.server import DEFAULT_USERNAME, Server
from simulator.signals import Clock
from simulator.store import Store
from simulator.webhook import Courier


def build(server: Server) -> web.Application:
    """The web application of a server."""
    app = web.Application(middlewares=[guard], client_max_size=http_api.MAX_BODY)
    app.add_routes(http_api.routes(server))
    app.add_routes(http_control.routes(server, http_control.TABLE + http_tools.TABLE))
    app.add_routes(http_page.routes(server))
    app.cleanup_ctx.append(_life(server))
    return app


def _life(server: Server) -> Any:
    async def live(app: web.Application) -> AsyncIterator[None]:
        server.store.start()
        couriers = [asyncio.create_task(Courier(server, world).run()) for world in server.worlds.values()]
        yield
        for courier in couriers:
            courier.cancel()
        await asyncio.gather(*couriers, return_exceptions=True)
        await server.close()

    return live


class Simulator:
    """A running simulator: `async with Simulator(path) as sim: sim.url, sim.server`.

    `path` None keeps the state in memory; `port` 0 takes any free one; only loopback hosts are accepted.
    """

    def __init__(
        self,
        path: Path | None = None,
        *,
        host: str = "127.0.0.1",
        port: int = 0,
        tokens: Sequence[str] = (),
        username: str = DEFAULT_USERNAME,
        clock: Clock | None = None,
        seed: int | None = None,
    ) -> None:
        if host not in LOOPBACK:
            raise ValueError(f"the simulator listens on loopback addresses only, not on {host}")
        self.server = Server(Store(path), tokens, username, clock, seed)
        self._address = (host, port)
        self._runner: web.AppRunner | None = None
        self.url = ""

    @property
    def token(self) -> str:
        """The main bot's."""
        return self.server.main.token

    async def __aenter__(self) -> Self:
        """Listen."""
        host, port = self._address
        # Handlers wait in long polls: cancelled when the caller is gone (a killed bot polls no more) and at the stop.
        self._runner = web.AppRunner(
            build(self.server), access_log=None, shutdown_timeout=0.2, handler_cancellation=True
        )
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port, reuse_address=True).start()
        bound = self._runner.addresses[0][1]
        self.url = f"http://{f'[{host}]' if ':' in host else host}:{bound}"
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop and write everything down."""
        if self._runner:
            with contextlib.suppress(asyncio.CancelledError):
                await self._runner.cleanup()
