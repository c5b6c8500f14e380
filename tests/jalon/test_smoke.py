"""The comparison with the real Telegram, known to work: with a second simulator in Telegram's place."""

import pytest

from simulator import SimulatedPerson, Simulator
from tests import smoke

CHAT = 4711


async def compared(telegram: Simulator, person: SimulatedPerson) -> list[str]:
    await person.start()
    await person.say("a few words")
    lines: list[str] = []
    await smoke.compare(smoke.Place(telegram.url, telegram.token, CHAT), lines.append)
    return lines


async def test_two_of_a_kind_differ_in_nothing_and_the_chat_is_left_clean() -> None:
    async with Simulator() as telegram, SimulatedPerson(telegram.url, "Smoke", id=CHAT) as person:
        lines = await compared(telegram, person)
        left = [message["text"] for message in await person.look()]
    assert lines[-1] == f"{len(smoke.PROBES) + 2} calls compared, 0 differences."
    assert len(lines) == 2
    assert left == ["/start", "a few words"]


async def test_what_differs_is_said() -> None:
    async with Simulator() as telegram, SimulatedPerson(telegram.url, "Smoke", id=CHAT) as person:
        await person._ask("POST", "/faults", {"action": "status", "status": 502, "method": "getChat"})
        lines = await compared(telegram, person)
    assert any(line.startswith("the chat: Telegram says 502 'Bad Gateway', the simulator 200 ''") for line in lines)
    assert "the chat: id is nothing at Telegram, int in the simulator" in lines


def test_each_probe_has_a_name_of_its_own() -> None:
    names = [probe.name for probe in smoke.PROBES]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("environment", [{}, {"SMOKE_TOKEN": "1:a"}, {"SMOKE_TOKEN": "1:a", "SMOKE_CHAT": "@me"}])
def test_without_a_bot_and_a_chat_nothing_is_tried(environment: dict[str, str]) -> None:
    assert smoke.main(environment) == 2
