"""The file: the last word wins, deletions too, and a file of another time is refused."""

import asyncio
import sqlite3
from pathlib import Path

import pytest

from simulator.store import Store
from tests.simulator.conftest import until


async def test_the_newest_document_wins_whatever_the_disk_does(tmp_path: Path) -> None:
    path = tmp_path / "sim.db"
    store = Store(path)
    store.start()
    store.put("number", ("a",), {"value": 1})
    store.put("number", ("b",), {"value": 1})
    disk = sqlite3.connect(path, isolation_level=None)
    disk.execute("BEGIN IMMEDIATE")  # the commit under way now waits
    await until(lambda: not store._dirty)
    store.put("number", ("a",), {"value": 2})
    store.put("number", ("b",), None)
    closing = asyncio.create_task(store.close())
    await asyncio.sleep(0)
    disk.execute("ROLLBACK")
    disk.close()
    await closing
    again = Store(path)
    assert list(again.load("number")) == [(["a"], {"value": 2})]
    await again.close()


async def test_a_file_of_another_version(tmp_path: Path) -> None:
    path = tmp_path / "sim.db"
    await Store(path).close()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(ValueError, match="another version"):
        Store(path)
