"""How fast the simulator is: sendMessage and getUpdates over 50 loopback connections, the client in this process.

    python -m simulator.bench [--requests 20000] [--seconds 20] [--connections 50]

The simulator runs in a process of its own with its file on disk. Bounded in requests and in time.
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import aiohttp

from simulator.server import DEFAULT_TOKEN

PEOPLE = 20


async def _start(folder: Path) -> tuple[asyncio.subprocess.Process, str]:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "simulator", "--port", "0", "--file", str(folder / "bench.db"),
        stdout=asyncio.subprocess.PIPE,
    )  # fmt: skip
    line = (await process.stdout.readline()).decode() if process.stdout else ""
    return process, line.split()[-1]


class Load:
    """Workers share one count of requests; one in five asks for updates, and somebody speaks so that there are some."""

    def __init__(self, session: aiohttp.ClientSession, url: str, requests: int, seconds: float) -> None:
        self._session = session
        self._url = url
        self._left = requests
        self._deadline = time.monotonic() + seconds
        self._people: list[int] = []
        self._offset = 0
        self.done = 0
        self.refused = 0

    async def prepare(self) -> None:
        """People who have started the bot."""
        for number in range(PEOPLE):
            person = await self._post("/simulator/people", {"first_name": f"Personne {number}"})
            self._people.append(person["id"])
            await self._post(f"/simulator/people/{person['id']}/start", {})

    async def _post(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        async with self._session.post(self._url + path, json=body) as response:
            answer: dict[str, Any] = await response.json()
            self.refused += response.status != 200
            return answer

    async def work(self) -> None:
        """Until the count or the time is used up."""
        while self._left > 0 and time.monotonic() < self._deadline:
            self._left -= 1
            await (self._receive() if self._left % 5 == 0 else self._send(self._left))
            self.done += 1

    async def _send(self, number: int) -> None:
        chat = self._people[number % PEOPLE]
        text = f"<b>Question {number}</b> : qu’est-ce qui vous plaît ?"
        keyboard = {"inline_keyboard": [[{"text": "Répondre", "callback_data": f"a:{number}"}]]}
        body = {"chat_id": chat, "text": text, "parse_mode": "HTML", "reply_markup": keyboard}
        await self._post(f"/bot{DEFAULT_TOKEN}/sendMessage", body)

    async def _receive(self) -> None:
        body = {"offset": self._offset, "timeout": 0, "limit": 10}
        answer = await self._post(f"/bot{DEFAULT_TOKEN}/getUpdates", body)
        updates = answer.get("result")
        if isinstance(updates, list) and updates:
            self._offset = max(self._offset, updates[-1]["update_id"] + 1)


async def measure(requests: int, seconds: float, connections: int) -> float:
    """Requests per second."""
    with tempfile.TemporaryDirectory() as folder:
        process, url = await _start(Path(folder))
        try:
            connector = aiohttp.TCPConnector(limit=connections)
            async with aiohttp.ClientSession(connector=connector) as session:
                load = Load(session, url, requests, seconds)
                await load.prepare()
                began = time.perf_counter()
                await asyncio.gather(*(load.work() for _ in range(connections)))
                rate = load.done / (time.perf_counter() - began)
                print(f"{load.done} requests, {load.refused} refused, {rate:.0f} requests/s")
                return rate
        finally:
            process.terminate()
            await process.wait()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else "")
    parser.add_argument("--requests", type=int, default=20_000)
    parser.add_argument("--seconds", type=float, default=20.0)
    parser.add_argument("--connections", type=int, default=50)
    options = parser.parse_args()
    asyncio.run(measure(options.requests, options.seconds, options.connections))
