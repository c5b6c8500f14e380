"""The contract of python-telegram-bot's transport: ours and the library's own say the same on the same cases.

The server is a socket that plays a script; what is uploaded and downloaded goes through the simulator.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import pytest
from telegram import Bot
from telegram.error import TelegramError
from telegram.request import BaseRequest, HTTPXRequest, RequestData
from telegram.request._requestparameter import RequestParameter

from bot.transport import AiohttpRequest, Timeouts
from simulator import SimulatedPerson, Simulator

SHORT = 0.3  # seconds of patience in these tests
TOKEN = "123456:secret"

Conversation = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def ours(connections: int = 1) -> BaseRequest:
    return AiohttpRequest(connections, Timeouts(pool=SHORT, connect=SHORT, write=SHORT, read=SHORT))


def librarys(connections: int = 1) -> BaseRequest:
    waits: dict[str, float] = dict.fromkeys(("pool_timeout", "connect_timeout", "write_timeout", "read_timeout"), SHORT)
    return HTTPXRequest(connections, **waits, httpx_kwargs={"trust_env": False})


BOTH = pytest.mark.parametrize("make", [ours, librarys])


@asynccontextmanager
async def playing(conversation: Conversation) -> AsyncIterator[str]:
    """A server where every connection goes as `conversation` says."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await conversation(reader, writer)
        finally:
            writer.close()

    server = await asyncio.start_server(talk, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot{TOKEN}/sendMessage"


async def heard(reader: asyncio.StreamReader) -> tuple[str, dict[str, str], bytes]:
    """One request: its first line, its headers, its body."""
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in head[1:] if line)}
    return head[0], headers, await reader.readexactly(int(headers.get("content-length", 0)))


def answering(status: str, body: str = "", headers: str = "") -> Conversation:
    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.write(f"HTTP/1.1 {status}\r\nContent-Length: {len(body.encode())}\r\n{headers}\r\n{body}".encode())
        await writer.drain()

    return talk


async def said_to(make: Callable[[], BaseRequest], conversation: Conversation) -> Any:
    """What a call comes to: the result, or the library's error."""
    async with playing(conversation) as url, make() as request:
        return await request.post(url, RequestData())


async def error_of(make: Callable[[], BaseRequest], conversation: Conversation) -> TelegramError:
    with pytest.raises(TelegramError) as raised:
        await said_to(make, conversation)
    return raised.value


# ------------------------------------------------------------------------------------------------ what Telegram answers
ANSWERS = {
    "bad request": ("400 Bad Request", '{"ok":false,"description":"Bad Request: chat not found"}'),
    "unauthorised": ("401 Unauthorized", '{"ok":false,"description":"Unauthorized"}'),
    "blocked": ("403 Forbidden", '{"ok":false,"description":"Forbidden: bot was blocked by the user"}'),
    "not found": ("404 Not Found", '{"ok":false,"description":"Not Found"}'),
    "conflict": ("409 Conflict", '{"ok":false,"description":"Conflict: terminated by other getUpdates request"}'),
    "too many": ("429 Too Many Requests", '{"ok":false,"description":"x","parameters":{"retry_after":7}}'),
    "migrated": ("400 Bad Request", '{"ok":false,"description":"x","parameters":{"migrate_to_chat_id":-100}}'),
    "server error": ("500 Internal Server Error", '{"ok":false,"description":"Internal Server Error"}'),
    "gateway": ("502 Bad Gateway", "<html>nginx</html>"),
    "unknown status": ("599 Odd", ""),
    "no JSON": ("200 OK", "<html>welcome to this hotel</html>"),
    "redirect": ("302 Found", ""),
}


@pytest.mark.parametrize("answer", ANSWERS.values(), ids=list(ANSWERS))
async def test_an_answer_means_the_same_error_with_the_same_words(answer: tuple[str, str]) -> None:
    mine, theirs = [await error_of(make, answering(*answer)) for make in (ours, librarys)]
    assert (type(mine), mine.message) == (type(theirs), theirs.message)
    assert getattr(mine, "retry_after", None) == getattr(theirs, "retry_after", None)


@BOTH
async def test_a_result_comes_through(make: Callable[[], BaseRequest]) -> None:
    words = '{"ok":true,"result":{"text":"d’accord, à jeudi 🙂"}}'
    assert await said_to(make, answering("200 OK", words)) == {"text": "d’accord, à jeudi 🙂"}


# ------------------------------------------------------------------------------------------------- what the line does
async def _cut_before(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await heard(reader)


async def _cut_head(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await heard(reader)
    writer.write(b"HTTP/1.1 200 OK\r\nContent-Le")
    await writer.drain()


async def _cut_body(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await heard(reader)
    writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"ok":')
    await writer.drain()


async def _no_http(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await heard(reader)
    writer.write(b"SSH-2.0-OpenSSH\r\n\r\n")
    await writer.drain()


async def _silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read()  # until the other side hangs up


async def _half_silent(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await _cut_body(reader, writer)
    await reader.read()


LINES = [_cut_before, _cut_head, _cut_body, _no_http, _silent, _half_silent]


@pytest.mark.parametrize("line", LINES)
async def test_a_broken_line_means_the_same_error(line: Conversation) -> None:
    mine, theirs = [await error_of(make, line) for make in (ours, librarys)]
    assert type(mine) is type(theirs)
    assert TOKEN not in mine.message
    assert mine.__cause__ is not None


async def test_a_server_that_drips_does_not_hold_a_call_for_ever() -> None:
    """Each byte comes within the limit of reading; ours bounds the whole call, so that a lease outlives it."""

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        gone = asyncio.ensure_future(reader.read())
        while not gone.done():
            writer.write(b" ")
            await asyncio.wait([gone], timeout=SHORT / 10)

    assert type(await error_of(ours, drip)).__name__ == "TimedOut"


@BOTH
async def test_nobody_there(make: Callable[[], BaseRequest]) -> None:
    async with playing(_silent) as url:
        pass
    async with make() as request:
        with pytest.raises(TelegramError) as raised:
            await request.post(url, RequestData())
    assert type(raised.value).__name__ == "NetworkError"


@BOTH
async def test_no_connection_free_in_time(make: Callable[[], BaseRequest]) -> None:
    """The second call never left: its cause says so, and it may be made again."""
    taken = asyncio.Event()

    async def hold(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        taken.set()
        await reader.read()

    async with playing(hold) as url, make() as request:
        first = asyncio.ensure_future(request.post(url, RequestData(), read_timeout=20 * SHORT))
        await taken.wait()
        with pytest.raises(TelegramError) as raised:
            await request.post(url, RequestData(), read_timeout=20 * SHORT)
        first.cancel()
        await asyncio.wait([first])
    assert type(raised.value).__name__ == "TimedOut"
    assert type(raised.value.__cause__).__name__ in ("PoolTimeout", "ConnectionTimeoutError")


@BOTH
async def test_a_call_may_wait_longer_than_the_default(make: Callable[[], BaseRequest]) -> None:
    async def late(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await heard(reader)
        more = asyncio.ensure_future(reader.read(1))
        await asyncio.wait([more], timeout=2 * SHORT)  # nothing comes: only time passes
        more.cancel()
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"ok":true,"result":true}')
        await writer.drain()

    async with playing(late) as url, make() as request:
        assert await request.post(url, RequestData(), read_timeout=10 * SHORT) is True


# ------------------------------------------------------------------------------------------------------- what is asked
@BOTH
async def test_parameters_and_files_arrive_as_they_are(make: Callable[[], BaseRequest]) -> None:
    requests: list[tuple[str, dict[str, str], bytes]] = []

    async def listen(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        requests.append(await heard(reader))
        writer.write(b'HTTP/1.1 200 OK\r\nContent-Length: 25\r\n\r\n{"ok":true,"result":true}')
        await writer.drain()

    words = RequestData([RequestParameter.from_input("text", "a&b=é 100 %"), RequestParameter.from_input("n", [1, 2])])
    async with playing(listen) as url, make() as request:
        await request.post(url, words)
    line, headers, body = requests[0]
    assert line.startswith("POST ")
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["user-agent"].startswith("python-telegram-bot")
    assert body == b"text=a%26b%3D%C3%A9+100+%25&n=%5B1%2C+2%5D"


async def test_before_it_is_opened_and_after_it_is_closed_it_says_so() -> None:
    request = ours()
    for opened in (False, True):
        if opened:
            for act in (request.initialize, request.initialize, request.shutdown, request.shutdown):
                await act()
        with pytest.raises(TelegramError, match="not initialized"):
            await request.post("http://127.0.0.1:9/", RequestData())


# -------------------------------------------------------------------------------------------------------------- files
@BOTH
async def test_a_file_goes_up_and_comes_down_whole(make: Callable[..., BaseRequest]) -> None:
    content = bytes(range(256)) * 1_000
    async with Simulator() as sim, SimulatedPerson(sim.url, "Nadia") as nadia:
        await nadia.start()
        bot = Bot(sim.token, f"{sim.url}/bot", f"{sim.url}/file/bot", request=make(2), get_updates_request=make())
        async with bot:
            await _there_and_back(bot, nadia.id, content)


async def _there_and_back(bot: Bot, chat: int, content: bytes) -> None:
    sent = await bot.send_document(chat, content, filename="synthèse.pdf", caption="à lire")
    assert sent.document is not None
    assert sent.document.file_name == "synthèse.pdf"
    assert bytes(await (await sent.document.get_file()).download_as_bytearray()) == content
