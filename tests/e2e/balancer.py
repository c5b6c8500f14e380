"""A load balancer before the workers, which hands an update to one of them, or to all at the same moment."""

import asyncio
from itertools import count

import aiohttp
from aiohttp import web

LEAVE = aiohttp.ClientTimeout(total=30)
KEPT = ("Content-Type", "X-Telegram-Bot-Api-Secret-Token")


class Balancer:
    """`async with Balancer(ports) as it:` Telegram brings the updates to `it.url`."""

    def __init__(self, ports: list[int]) -> None:
        self.workers = [f"http://127.0.0.1:{port}" for port in ports]
        self.all_at_once = False
        self.url = ""
        self._turn = count()

    async def __aenter__(self) -> "Balancer":
        self._session = aiohttp.ClientSession(timeout=LEAVE)
        application = web.Application()
        application.router.add_post("/telegram", self._pass_on)
        self._runner = web.AppRunner(application)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}/telegram"
        return self

    async def __aexit__(self, *error: object) -> None:
        await self._runner.cleanup()
        await self._session.close()

    async def serving(self) -> None:
        """Until each worker says that it serves."""
        async with asyncio.timeout(30):
            for worker in self.workers:
                while True:
                    if await self._asked(worker) == 200:
                        break
                    await asyncio.sleep(0.05)

    async def _asked(self, worker: str) -> int:
        try:
            async with self._session.get(f"{worker}/health") as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0

    async def _pass_on(self, request: web.Request) -> web.Response:
        body = await request.read()
        headers = {name: request.headers[name] for name in KEPT}
        if self.all_at_once:
            return web.Response(
                status=max(await asyncio.gather(*(self._give(to, body, headers) for to in self.workers)))
            )
        first = next(self._turn)
        for place in range(len(self.workers)):
            worker = self.workers[(first + place) % len(self.workers)]
            if status := await self._give(worker, body, headers):
                return web.Response(status=status)
        return web.Response(status=502)

    async def _give(self, worker: str, body: bytes, headers: dict[str, str]) -> int:
        """What it answered; 0 where nobody did."""
        try:
            async with self._session.post(f"{worker}/telegram", data=body, headers=headers) as answer:
                return answer.status
        except aiohttp.ClientError:
            return 0
