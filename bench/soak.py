"""One process under load for long: does it keep growing? `python -m bench.soak --minutes 10`. Writes docs/soak.json.

Crowds walk the twenty questions, one after the other, until both the minutes and the updates asked for are over.
"""

import argparse
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from bench.contenders import CONTENDERS, Stage
from bench.measure import control, greeted, memory_mib, simulated, slope, staged, started, until
from bench.report import machine, markdown, write_json
from bench.twenty import END

MINUTES, UPDATES = 10.0, 100_000
PEOPLE, AT_ONCE = 200, 50  # of one crowd
EVERY = 1.0  # seconds between two looks
MOST_MIB = 200  # what is expected not to be exceeded
HEADS = ("", "value")


@dataclass(frozen=True, slots=True)
class Soak:
    """`growth`: MiB for ten thousand updates, over the second half. `points`: (updates, MiB), every ten looks."""

    minutes: float
    updates: int
    first_mib: float
    last_mib: float
    peak_mib: float
    growth: float
    points: list[tuple[float, float]]


def soak(minutes: float = MINUTES, updates: int = UPDATES, people: int = PEOPLE, every: float = EVERY) -> Soak:
    """Raises `RuntimeError` when the program does not come up."""
    contender = CONTENDERS["sqlite"]
    with staged(lambda: "", "") as stage, simulated(stage):
        with started(contender.programs(stage), stage.folder / "contender.log") as (process,):
            until(lambda: greeted(stage, 1), contender.title)
            began, points = time.monotonic(), []
            for done in _load(stage, began + 60 * minutes, updates, people, every):
                points.append((float(done), memory_mib(process.pid)))
            peak = memory_mib(process.pid, "VmHWM")
        lasted = (time.monotonic() - began) / 60
        return Soak(lasted, int(points[-1][0]), points[0][1], points[-1][1], peak, 10_000 * slope(points), points[::10])


def _load(stage: Stage, deadline: float, updates: int, people: int, every: float) -> Iterator[int]:
    """How many updates there were so far, at each look; crowd after crowd."""
    before = 0
    while time.monotonic() < deadline or before < updates:
        control(stage, "POST", "/crowd", {"people": people, "size": min(people, AT_ONCE), "until": END})
        while not (crowd := control(stage, "GET", "/crowd"))["over"]:
            yield before + crowd["gestures"]
            time.sleep(every)
        before += crowd["gestures"]
    yield before


def table(made: Soak) -> str:
    lines = [
        ("minutes", f"{made.minutes:.1f}"),
        ("updates", str(made.updates)),
        ("MiB at first", f"{made.first_mib:.1f}"),
        ("MiB at last", f"{made.last_mib:.1f}"),
        (f"MiB at the peak (expected ≤ {MOST_MIB})", f"{made.peak_mib:.1f}"),
        ("MiB more for 10 000 updates, second half", f"{made.growth:.2f}"),
    ]
    return markdown(HEADS, lines)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description="The memory of one process under load.")
    parser.add_argument("--minutes", type=float, default=MINUTES)
    parser.add_argument("--updates", type=int, default=UPDATES)
    parser.add_argument("--to", type=Path, default=Path("docs"), help="where the figures go")
    asked = parser.parse_args()
    made = soak(asked.minutes, asked.updates)
    write_json(asked.to / "soak.json", {**machine(), **asdict(made)})
    print(table(made))


if __name__ == "__main__":
    main()
