"""The HTTP transport of python-telegram-bot's client, over aiohttp: the library's own seam (`BaseRequest`).

Its default transport, httpx, is what such a bot spends most of its time in: 120-230 requests/s against 2 800-3 800
on the same server at 50 calls at once (docs/decisions/0008).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from telegram.error import NetworkError, TimedOut
from telegram.request import BaseRequest, RequestData

FORM: Final = {"Content-Type": "application/x-www-form-urlencoded"}
JSON: Final = {"Content-Type": "application/json"}
UNSET: Final = BaseRequest.DEFAULT_NONE


@dataclass(frozen=True, slots=True)
class Ready:
    """A body of JSON, made already: `RequestData` takes a quarter of a call's time to weigh each value."""

    body: bytes


@dataclass(frozen=True, slots=True)
class Timeouts:
    """Seconds, with the meaning and the defaults of the library's own transport; `read` is renewed by each piece read."""

    pool: float | None = 1.0
    connect: float | None = 5.0
    write: float | None = 5.0
    media_write: float | None = 20.0
    read: float | None = 5.0


class AiohttpRequest(BaseRequest):
    """Calls of the Bot API over a pool of `connections` connections kept open.

    Errors are the library's: `TimedOut` where nothing came in time, `NetworkError` where the line broke; their cause is
    aiohttp's. Their words never hold the address, whose path is the token. Redirects are not followed, for the same
    reason. aiohttp has no limit for writing alone: the whole of a call is held to the sum of its limits.
    """

    __slots__ = ("_connections", "_proxies", "_session", "_timeouts")

    def __init__(self, connections: int = 1, timeouts: Timeouts = Timeouts()) -> None:
        self._connections, self._timeouts = connections, timeouts
        self._session: aiohttp.ClientSession | None = None
        self._proxies: Mapping[str, str] | None = None

    @property
    def read_timeout(self) -> float | None:
        return self._timeouts.read

    async def initialize(self) -> None:
        """Opens the pool. Once more on an open one: nothing."""
        if self._session is None or self._session.closed:
            self._session = aiohttp.ClientSession(
                connector=aiohttp.TCPConnector(limit=self._connections),
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"User-Agent": self.USER_AGENT},
            )
            self._proxies = getproxies()  # an organisation's proxy, looked up once (aiohttp would at each call)

    async def shutdown(self) -> None:
        if self._session is not None:
            await self._session.close()

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | Ready | None = None,
        read_timeout: Any = UNSET,
        write_timeout: Any = UNSET,
        connect_timeout: Any = UNSET,
        pool_timeout: Any = UNSET,
    ) -> tuple[int, bytes]:
        """The status and the body of the answer. Raises `TimedOut`, `NetworkError`, and `RuntimeError` before `initialize`."""
        if self._session is None or self._session.closed:
            raise RuntimeError("This AiohttpRequest is not initialized!")
        body, headers, files = _body(request_data)
        limits = _limits(
            pool=_given(pool_timeout, self._timeouts.pool),
            connect=_given(connect_timeout, self._timeouts.connect),
            write=_given(write_timeout, self._timeouts.media_write if files else self._timeouts.write),
            read=_given(read_timeout, self._timeouts.read),
        )
        try:
            async with self._session.request(
                method,
                url,
                data=body,
                headers=headers,
                timeout=limits,
                allow_redirects=False,
                proxy=_proxy(self._proxies, url) if self._proxies else None,
            ) as answer:
                return answer.status, await answer.read()
        except TimeoutError as error:
            raise TimedOut from error
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"aiohttp.{type(error).__name__}") from error


def _proxy(proxies: Mapping[str, str], url: str) -> str | None:
    """The proxy that the environment names for this address (http_proxy, https_proxy, no_proxy), as the library's has it."""
    parts = urlsplit(url)
    return None if proxy_bypass(parts.hostname or "") else proxies.get(parts.scheme, proxies.get("all"))


def _given(asked: Any, default: float | None) -> float | None:
    """What this call asks for (perhaps None, without limit), or else the default."""
    seconds: float | None = default if asked is UNSET else asked
    return seconds


def _limits(
    *, pool: float | None, connect: float | None, write: float | None, read: float | None
) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(
        connect=_sum(pool, connect), sock_connect=connect, sock_read=read, total=_sum(pool, connect, write, read)
    )


def _sum(*limits: float | None) -> float | None:
    """Together; without limit if one has none."""
    total = 0.0
    for limit in limits:
        if limit is None:
            return None
        total += limit
    return total


def _body(data: RequestData | Ready | None) -> tuple[bytes | aiohttp.FormData | None, dict[str, str] | None, bool]:
    """The body, its header, and whether it holds files: a form, as the default transport sends it, or JSON."""
    if data is None:
        return None, None, False
    if isinstance(data, Ready):
        return data.body, JSON, False
    if not (files := data.multipart_data):
        return data.url_encoded_parameters().encode(), FORM, False
    form = aiohttp.FormData(quote_fields=False)  # names of files as they are, in UTF-8
    for name, value in data.json_parameters.items():
        form.add_field(name, value)
    for name, (filename, content, kind) in files.items():
        form.add_field(name, content, filename=filename, content_type=kind)
    return form, None, True
