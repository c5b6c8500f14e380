"""Jalon as it runs, with the questionnaire of the bench in the place of its own. Settings come from the environment."""

import asyncio
import sys

from bench.twenty import CHOICES, END, QUESTIONS
from bot.library import Library
from flows.flow import Flow
from flows.journey import Journey, JourneyPack
from flows.organisation import load_organisation
from flows.pack import Pack
from jalon import loop, service
from jalon.settings import EXAMPLE, Settings, read_settings
from jalon.wiring import make_bot, stores

HEAD = {"licence": "MIT", "source": "Écrit pour mesurer", "languages": ["fr"]}


def both(words: str) -> dict[str, str]:
    return {"fr": words}


def pack(length: int) -> Pack:
    labels = [{"id": f"c{place}", "label": both(label)} for place, label in enumerate(CHOICES)]
    steps = [
        {"id": f"q{number}", "kind": "choice", "text": both(text), "why": both("Pour mesurer."), "choices": labels}
        for number, text in enumerate(QUESTIONS[:length], 1)
    ]
    steps[-1]["next"] = [{"finish": "done"}]
    outcomes = {"done": {"title": both("Fini"), "fact": "done"}}
    head = {**HEAD, "id": "bench.twenty", "title": both("Vingt questions"), "phase": "preliminary", "minutes": 5}
    return Pack.model_validate({**head, "validated": False, "outcomes": outcomes, "steps": steps})


def journey() -> Journey:
    states = {
        "twenty": {"title": both("Vingt questions"), "flow": "bench.twenty"},
        "finished": {"title": both("Fini"), "end": True, "text": both(END)},
        "stopped": {"title": both("Arrêté"), "end": True, "text": both("Arrêté.")},
    }
    moves = [
        {"on": "twenty.done", "from": ["twenty"], "to": "finished"},
        {"on": "stop", "from": "*", "to": "stopped"},
    ]
    head = {**HEAD, "id": "bench", "title": both("Mesure"), "initial": "twenty"}
    return Journey(JourneyPack.model_validate({**head, "states": states, "transitions": moves}))


def library(length: int = len(QUESTIONS)) -> Library:
    """The questionnaire of the bench, or its first questions."""
    facts = load_organisation(EXAMPLE).facts_by_language()
    questionnaire = pack(length)
    return Library({questionnaire.id: Flow(questionnaire, facts)}, journey(), facts)


async def main(settings: Settings, url: str) -> None:
    stopping = asyncio.Event()
    service.stop_on_signals(stopping)
    with stores(settings, create=True) as opened:
        bot = make_bot(settings, url)
        await service.serve(settings, opened, library(), bot, stopping, lambda: print("ready", flush=True))
        await bot.shutdown()


if __name__ == "__main__":
    loop.run(main(read_settings(_env_file=None), sys.argv[1]))
