"""How soon somebody is answered: from `jalon run` to the first message, beside the time of importing its libraries alone.

`python -m bench.start`. Writes docs/start.json. The person has pressed Start before; Telegram is the simulator, running.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from bench.contenders import Program, Stage
from bench.measure import PATIENCE, control, simulated, staged, started
from bench.report import machine, markdown, write_json
from tests.jalon.live import organisation

ROUNDS = 9
HEADS = ("", "seconds", "× the imports")
# every module of the libraries that the program has imported once it can run, in the order of their import
WHAT = (
    "import sys, json, jalon.__main__, jalon.running;"
    "there = [n for n, m in sys.modules.items() if 'site-packages' in (getattr(m, '__file__', None) or '')];"
    "print(json.dumps(there))"
)


@dataclass(frozen=True, slots=True)
class Starts:
    """Medians, in seconds. `first`: on an empty folder, with its database and its key to make; `again`: as it stands."""

    imports: float
    first: float
    again: float
    modules: int
    rounds: int

    def ratio(self, seconds: float) -> float:
        return seconds / self.imports


def measure(rounds: int = ROUNDS) -> Starts:
    """The three of them in turn, so that whatever else this machine does falls on all alike."""
    took: dict[str, list[float]] = {"imports": [], "first": [], "again": []}
    libraries = json.loads(subprocess.run([sys.executable, "-c", WHAT], check=True, capture_output=True).stdout)
    with staged(lambda: "", "") as stage, simulated(stage):
        for _ in range(rounds):
            took["imports"].append(_imports(libraries))
            with tempfile.TemporaryDirectory(prefix="start") as folder:
                for which in ("first", "again"):
                    took[which].append(_answered(stage, Path(folder)))
    return Starts(**{name: median(each) for name, each in took.items()}, modules=len(libraries), rounds=rounds)


def _imports(libraries: list[str]) -> float:
    script = "import importlib, sys, json\nfor name in json.loads(sys.argv[1]): importlib.import_module(name)"
    began = time.perf_counter()
    subprocess.run([sys.executable, "-c", script, json.dumps(libraries)], check=True)
    return time.perf_counter() - began


def _answered(stage: Stage, folder: Path) -> float:
    """From the start of the program to the first message on the screen of somebody new."""
    person = control(stage, "POST", "/people", {"first_name": "Nadia", "language_code": "fr"})["id"]
    control(stage, "POST", f"/people/{person}/start", {})
    jalon = Program([stage.python, "-m", "jalon", "run"], _environment(stage, folder))
    began = time.perf_counter()
    with started([jalon], stage.folder / "jalon.log"):
        seen = 0
        while True:  # the simulator answers as soon as there is news
            news = control(stage, "GET", f"/chats/{person}/events?after={seen}&wait={PATIENCE / 2}")
            if any(event["kind"] == "message" and event["message"]["from"]["is_bot"] for event in news["events"]):
                return time.perf_counter() - began
            if news["seq"] == seen:
                raise RuntimeError("nobody was answered")
            seen = news["seq"]


def _environment(stage: Stage, folder: Path) -> Mapping[str, str]:
    return {
        "JALON_HOME": str(folder),
        "TELEGRAM_BOT_TOKEN": stage.token,
        "TELEGRAM_API_URL": stage.url,
        "ENROLMENT": "open",
        "LOG_LEVEL": "WARNING",
        "ORGANISATION_FILE": str(organisation(folder)),
    }


def table(made: Starts) -> str:
    def line(what: str, seconds: float) -> tuple[Any, ...]:
        return what, f"{seconds:.2f}", f"{made.ratio(seconds):.2f}"

    return markdown(
        HEADS,
        [
            line(f"importing its libraries ({made.modules} modules)", made.imports),
            line("`jalon run` on an empty folder, to the first answer", made.first),
            line("`jalon run` again, to the first answer (expected ≤ 2)", made.again),
        ],
    )


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.start", description="From `jalon run` to its first answer.")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--to", type=Path, default=Path("docs"), help="where the figures go")
    asked = parser.parse_args()
    made = measure(asked.rounds)
    write_json(asked.to / "start.json", {**machine(), **asdict(made)})
    sys.stdout.write(table(made))


if __name__ == "__main__":
    main()
