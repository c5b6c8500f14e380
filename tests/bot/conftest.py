"""One Jalon a module, with the flows the module names in `SHELF` (none: those of the product); a new person each test."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.bot.conversing import Guest, parked_updates
from tests.bot.shelf import shelf
from tests.harness import House, house


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def home(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[House]:
    """A house for the whole module. When it closes: nothing was parked, and Telegram refused nothing."""
    names, settings = request.module.SHELF, getattr(request.module, "SETTINGS", {})
    async with house(tmp_path_factory.mktemp("house"), shelf(*names) if names else None, **settings) as running:
        yield running
        assert await running.refused() == [], "Telegram refused calls of the bot"
        assert not parked_updates(running), "updates made the code fail"


@pytest_asyncio.fixture(loop_scope="module")
async def nadia(home: House) -> AsyncIterator[Guest]:
    """Somebody new, whose telephone is French."""
    async with Guest(home) as guest:
        yield guest
