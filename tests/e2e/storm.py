"""Sends requests to a webhook byte by byte, a few connections at once, and counts what they were answered."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field

from tests.e2e.hostile import Post

AT_ONCE = 12  # connections
PATIENCE = 30.0  # seconds for an answer, on a busy machine


@dataclass
class Storm:
    """What so many requests came to. `wrong`: those that got none of the answers they may get."""

    address: str  # host:port
    secret: str
    statuses: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)

    async def send(self, posts: Iterable[Post]) -> None:
        """All of them, in no order."""
        waiting = iter(posts)
        await asyncio.gather(*(self._line(waiting) for _ in range(AT_ONCE)))

    async def _line(self, waiting: Iterator[Post]) -> None:
        line = None
        for post in waiting:
            line = line or await asyncio.open_connection(*self.address.split(":"))
            async with asyncio.timeout(PATIENCE):
                status, open_still = await self._exchange(*line, post)
            self.statuses[str(status or "cut")] += 1
            if status not in (post.answers or {None}):
                self.wrong.append(f"{status} for {post.method} {post.path}: {post.body[:300]!r}")
            if not open_still:
                await _close(line[1])
                line = None
        if line:
            await _close(line[1])

    async def _exchange(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, post: Post
    ) -> tuple[int | None, bool]:
        """The status, None where the line was cut on purpose; whether the connection is still open."""
        writer.write(self._head(post) + (_pieces(post.body) if post.chunked else post.body[: post.sent]))
        if post.cut:
            await writer.drain()
            return None, False
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"content-length: 0\r\n" in head.lower(), head  # nothing is told but the status
        return int(head.split(b" ", 2)[1]), b"connection: close" not in head.lower()

    def _head(self, post: Post) -> bytes:
        length = b"Transfer-Encoding: chunked" if post.chunked else b"Content-Length: %d" % len(post.body)
        lines = [f"{post.method} {post.path} HTTP/1.1".encode(), b"Host: here", length]
        given = {name for name, _ in post.headers}
        if post.secret:
            lines.append(b"X-Telegram-Bot-Api-Secret-Token: " + self.secret.encode())
        if b"Content-Type" not in given:
            lines.append(b"Content-Type: application/json")
        return b"\r\n".join([*lines, *(name + b": " + value for name, value in post.headers), b"", b""])


def _pieces(body: bytes, size: int = 50_000) -> bytes:
    parts = [body[start : start + size] for start in range(0, len(body), size)]
    return b"".join(b"%x\r\n%b\r\n" % (len(part), part) for part in [*parts, b""])


async def _close(writer: asyncio.StreamWriter) -> None:
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
