"""What people write is nowhere in clear: not in the database's files, not in the log. Searched byte by byte."""

import signal
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.diligent import Diligent
from tests.e2e.program import TOKEN
from tests.e2e.scene import scene
from tests.e2e.town import Phone, town
from tests.harness import house

SIDE_FILES = {"jalon.db", "jalon.db-wal", "jalon.db-shm"}


def disguises(word: str) -> Iterator[bytes]:
    """The word as it might lie in a file: plain, UTF-16, and base64 at each of the three alignments."""
    yield word.encode()
    yield word.encode("utf-16-le")
    yield word.encode("utf-16-be")
    for lead in range(3):  # the letters that depend on the neighbours are cut off
        yield b64encode(b"\0" * lead + word.encode())[4 if lead else 0 : -4]


def finds(data: bytes, words: list[str]) -> list[str]:
    return [word for word in words if any(disguise in data for disguise in disguises(word))]


def search(folder: Path, words: list[str], expected: set[str]) -> None:
    """Every file but the simulator's own, which stands for Telegram."""
    files = {file.name: file for file in folder.rglob("*") if file.is_file() and "simulator" not in file.name}
    assert expected <= files.keys()
    for name, file in files.items():
        assert finds(file.read_bytes(), words) == [], name


async def write_everywhere(person: Diligent, phone: Phone) -> None:
    """Walks to the needs, then writes wherever a person can write."""
    while len(person.words) < 3:
        await person.forward()
    typed = [
        person.word(),
        f"/conseiller {person.word()}",
        "/conseiller",
        f"{person.word()} {person.word()}",
        "/retour",
    ]
    for words in typed:
        await phone.type(words)
        await phone.reaction()
    await phone.correct(person.word())
    await phone.reaction()
    await phone.type(person.word())
    await phone.reaction()


def test_the_search_sees_through_each_disguise() -> None:
    word = "qwxzkvjpqwty"
    for data in (word.encode(), word.encode("utf-16-le"), word.encode("utf-16-be")):
        assert finds(b"\x01\x02" + data + b"\x03", [word]) == [word]
    for lead in (b"", b"a", b"ab", b"abc"):
        assert finds(b64encode(lead + word.encode() + b"xyz"), [word]) == [word]
    assert finds(b"something else entirely", [word]) == []


@pytest.mark.parametrize("seed", [71, 72])
async def test_the_files_hold_none_of_the_words(seed: int, tmp_path: Path) -> None:
    async with house(tmp_path) as running, town(running.simulator.url) as people:
        phone = await people.phone("Nadia", "fr")
        await phone.start()
        await phone.reaction()
        person = Diligent(phone, seed)
        await write_everywhere(person, phone)
        await people.settle()
        search(tmp_path, person.words, SIDE_FILES)
    search(tmp_path, person.words, {"jalon.db"})


async def test_the_log_holds_none_of_the_words_and_not_the_token(tmp_path: Path) -> None:
    """At its most talkative, with Telegram refusing, breaking off and out of reach in between."""
    async with scene(tmp_path, 73) as it:
        for fault in ("status", "drop_before", "drop_after", "cut"):
            await it.people.ask("POST", "/faults", {"action": fault, "probability": 0.05, "count": 2})
        await write_everywhere(it.person, it.phone)
        await it.people.ask("POST", "/outage", {"on": True})
        await it.phone.type(it.person.word())
        await it.phone.news()
        await it.people.ask("POST", "/outage", {"on": False})
        await it.people.settle()
        search(tmp_path, it.person.words, SIDE_FILES)
        await it.program.stop(signal.SIGINT)
        said = it.program.output + it.program.errors
        assert b"Telegram cannot be reached" in said
        assert finds(said, [*it.person.words, TOKEN, TOKEN.partition(":")[2]]) == []
