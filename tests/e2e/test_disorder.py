"""Updates that come twice, late or out of order: each is handled once, and the conversation keeps its sense."""

from pathlib import Path
from random import Random

import pytest
from sqlalchemy import func, select

from storage.messages import InboxRow
from storage.tables import table
from tests.e2e.diligent import Diligent
from tests.e2e.invariants import faults, house_faults
from tests.e2e.town import town
from tests.harness import house

GESTURES = 45


@pytest.mark.parametrize("seed", [1, 2, 3])
@pytest.mark.parametrize("disorder", [{"duplicate": 1}, {"resend": 3}, {"shuffle": 1}])
async def test_disorder_changes_nothing(disorder: dict[str, int], seed: int, tmp_path: Path) -> None:
    chance = Random(seed)
    async with house(tmp_path) as running, town(running.simulator.url) as people:
        phone = await people.phone("Nadia", "fr")
        await phone.start()
        await phone.reaction()
        person = Diligent(phone, seed)
        for _ in range(GESTURES):
            if chance.random() < 0.4:
                await people.ask("POST", "/updates", disorder)
            for _ in range(chance.choice([1, 1, 1, 2, 3])):  # several at once, so that there is an order to disturb
                await person.gesture()
            await phone.reaction()
        await people.settle()
        assert faults(running, phone) == []
        assert house_faults(running) == []
        assert await people.refusals() == []
        with running.stores.database.read() as session:
            assert session.execute(select(func.count()).select_from(table(InboxRow))).scalar_one() == phone.gestures
