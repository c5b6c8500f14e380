"""Telegram brings the updates: a whole conversation that way, and what becomes of everything that is not Telegram's."""

import asyncio
import json
import socket
import sqlite3
from collections.abc import AsyncIterator
from contextlib import suppress
from io import BytesIO
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text

from bot.incoming import LARGEST_ID
from bot.webhook import MOST_BYTES, Refused, _update
from tests.bot.conversing import Guest
from tests.bot.shelf import shelf
from tests.harness import House, house

NOBODY = "1"  # the chat of messages that nobody's telephone sent
SECRET = "not-to-be-guessed-by-anybody"
HEADERS = {"X-Telegram-Bot-Api-Secret-Token": SECRET, "Content-Type": "application/json"}


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A Jalon that Telegram brings its updates to."""
    listen = f"127.0.0.1:{free_port()}"
    hook = {
        "telegram_mode": "webhook",
        "webhook_url": f"http://{listen}/telegram",
        "webhook_listen": listen,
        "webhook_secret": SECRET,
    }
    async with house(tmp_path_factory.mktemp("house"), shelf("hello", "paths"), **hook) as running:
        await listening(running)
        yield running
        assert [call for call in await running.refused() if call["chat_id"] != NOBODY] == []


async def listening(home: House) -> None:
    """Until the door is open."""
    async with asyncio.timeout(30):
        while True:
            with suppress(aiohttp.ClientConnectorError):
                await post(home, b"", method="GET", path="/health")
                return
            await asyncio.sleep(0.05)


def noted(home: House) -> int:
    """How many updates the database knows."""
    with home.stores.database.read() as session:
        count: int = session.connection().execute(text("SELECT count(*) FROM inbox")).scalar_one()
    return count


async def post(
    home: House, body: bytes | BytesIO, /, method: str = "POST", path: str = "", **headers: str
) -> tuple[int, bytes]:
    """What a request of anybody's gets. Headers that are empty are not sent."""
    url = (path and home.settings.webhook_url.replace("/telegram", path)) or home.settings.webhook_url
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in {**HEADERS, **named}.items() if value}
    async with aiohttp.ClientSession() as session, session.request(method, url, data=body, headers=sent) as answer:
        return answer.status, await answer.read()


def nothing(update_id: int) -> bytes:
    """An update of a kind that the bot has no use for."""
    return json.dumps({"update_id": update_id}).encode()


def message(update_id: int, words: str) -> bytes:
    """An update that nobody's telephone sent."""
    person = {"id": 77_000_000, "is_bot": False, "first_name": "X"}
    said = {"message_id": 5, "date": 1, "chat": {"id": person["id"], "type": "private"}, "from": person, "text": words}
    return json.dumps({"update_id": update_id, "message": said}).encode()


@pytest.mark.asyncio(loop_scope="module")
async def test_a_conversation_brought_to_us(home: House) -> None:
    async with Guest(home) as nadia:
        await nadia.come()
        await nadia.tap("Commencer")
        await nadia.tap("Je participe")
        assert "consented" in nadia.facts()


REFUSED = {
    "no secret": (401, {"X_Telegram_Bot_Api_Secret_Token": ""}),
    "a wrong secret": (401, {"X_Telegram_Bot_Api_Secret_Token": SECRET[:-1] + "z"}),
    "a secret that is no ASCII": (401, {"X_Telegram_Bot_Api_Secret_Token": "é" * 10}),
    "another place": (404, {"path": "/"}),
    "another method": (405, {"method": "GET"}),
    "a form": (415, {"Content_Type": "application/x-www-form-urlencoded"}),
    "no type": (415, {"Content_Type": "text/plain"}),
}


@pytest.mark.parametrize("case", REFUSED)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_does_not_come_from_telegram(home: House, case: str, caplog: pytest.LogCaptureFixture) -> None:
    status, change = REFUSED[case]
    before = noted(home)
    assert await post(home, message(900_001, "words of a stranger"), **change) == (status, b"")
    assert noted(home) == before
    assert not caplog.records


MALFORMED = {
    "nothing": b"",
    "no JSON": b"{words of a stranger",
    "a list": b"[]",
    "no number": b'{"message": {}}',
    "a number in words": b'{"update_id": "7"}',
    "a truth": b'{"update_id": true}',
    "below nothing": b'{"update_id": -1}',
    "too large": b'{"update_id": 9223372036854775808}',
    "a great number": b'{"update_id": ' + b"9" * 5_000 + b"}",
    "very deep": b'{"update_id": 1, "message": ' + b"[" * 200_000,
    "not UTF-8": b'{"update_id": 1, "message": "\xff"}',
}


@pytest.mark.parametrize("case", MALFORMED)
@pytest.mark.asyncio(loop_scope="module")
async def test_what_is_no_update(home: House, case: str, caplog: pytest.LogCaptureFixture) -> None:
    before = noted(home)
    assert await post(home, MALFORMED[case]) == (400, b"")
    assert noted(home) == before
    assert not caplog.records


@pytest.mark.asyncio(loop_scope="module")
async def test_a_body_beyond_measure(home: House) -> None:
    assert await post(home, BytesIO(b" " * (MOST_BYTES + 1))) == (413, b"")

    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(MOST_BYTES // 65_536 + 1):
            yield b" " * 65_536

    url = home.settings.webhook_url
    async with aiohttp.ClientSession() as session, session.post(url, data=pieces(), headers=HEADERS) as answer:
        assert answer.status == 413


@pytest.mark.asyncio(loop_scope="module")
async def test_the_same_update_twice_is_one(home: House) -> None:
    before = noted(home)
    assert await post(home, nothing(900_100)) == (200, b"")
    assert await post(home, nothing(900_100)) == (200, b"")
    assert noted(home) == before + 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_database_that_is_locked_makes_telegram_come_again(home: House) -> None:
    """Another process writes for longer than we wait: 503, nothing noted; afterwards the same update is taken."""
    before = noted(home)
    other = sqlite3.connect(str(home.stores.database.file), isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert await post(home, nothing(900_200)) == (503, b"")
    other.execute("ROLLBACK")
    other.close()
    assert noted(home) == before
    assert await post(home, nothing(900_200)) == (200, b"")
    assert noted(home) == before + 1


@pytest.mark.asyncio(loop_scope="module")
async def test_a_load_balancer_may_ask_whether_it_serves(home: House) -> None:
    assert await post(home, b"", method="GET", path="/health", X_Telegram_Bot_Api_Secret_Token="") == (200, b"")


def person_says(words: str, **wrong: Any) -> Any:
    """A message that is none: `wrong` replaces what it says."""
    sender = {"id": 1, "is_bot": False, "first_name": "X"}
    return {"message_id": 5, "date": 1, "chat": {"id": 1, "type": "private"}, "from": sender, "text": words, **wrong}


DEEP = "900 levels"

HOSTILE = {
    "a chat beyond 64 bits": {"message": person_says("x", chat={"id": 10**30, "type": "private"})},
    "a chat just beyond": {"message": person_says("x", chat={"id": 2**63, "type": "private"})},
    "a message beyond 64 bits": {"edited_message": person_says("x", message_id=2**63)},
    "a sender beyond 64 bits": {"message": person_says("x", **{"from": {"id": 2**70, "is_bot": False}})},
    "a date beyond time": {"message": person_says("x", date=10**30)},
    "a kind that is half a character": {"\ud800": {"chat": {"id": 1}}, "message": {"x": 1}},
    "a kind with a NUL": {"a\0b": {"chat": {"id": 1}}, "message": 7},
    "nested deeply": {"message": person_says("x", date="x", z=DEEP)},
    "a chat that is a list": {"message": {"chat": [1], "from": [2]}},
    "no message": {"message": None, "callback_query": 7},
}


@pytest.mark.parametrize("case", HOSTILE)
@pytest.mark.asyncio(loop_scope="module")
async def test_an_update_that_nothing_can_hold_stops_nobody(home: House, case: str) -> None:
    """It comes with others in one turn; all are answered for, and it is not asked for again."""
    before, number = noted(home), 901_000 + 10 * list(HOSTILE).index(case)
    levels = '{"a": ' * 900 + "1" + "}" * 900
    bad = json.dumps({"update_id": number, **HOSTILE[case]}).replace(f'"{DEEP}"', levels).encode()
    answers = await asyncio.gather(*(post(home, body) for body in (nothing(number + 1), bad, nothing(number + 2))))
    assert answers == [(200, b"")] * 3
    assert noted(home) == before + 3


@pytest.mark.asyncio(loop_scope="module")
async def test_a_head_without_end_is_cut_off(home: House) -> None:
    host, _, port = home.settings.webhook_listen.partition(":")
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(b"GET /nothing HTTP/1.1\r\nHost: x\r\n")
    with suppress(ConnectionError):
        while not reader.at_eof():
            writer.write(b"X-More: " + b"a" * 8_000 + b"\r\n")
            await writer.drain()
            await asyncio.sleep(0)
    writer.close()
    assert (await post(home, nothing(902_000)))[0] == 200


ANYTHING: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@given(ANYTHING | st.fixed_dictionaries({"update_id": ANYTHING}))
def test_only_an_object_with_a_number_is_an_update(value: Any) -> None:
    number = value.get("update_id") if isinstance(value, dict) else None
    body = json.dumps(value).encode()
    if type(number) is int and 0 <= number < LARGEST_ID:
        assert _update(body)["update_id"] == number
    else:
        with pytest.raises(Refused, match="400"):
            _update(body)
