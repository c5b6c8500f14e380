"""What a turn costs once there are many people: `python -m bench.growth`. Writes docs/growth.json.

Databases of several sizes, made in bulk; then new people answer in each of them in turn, and the CPU time of each turn is
taken. SQLite, on whatever disk the temporary folder is.
"""

import argparse
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from pathlib import Path
from statistics import median, quantiles

from bench.many import FIRST_CHAT, Walker, multiply, open_house
from bench.report import machine, markdown, write_json
from bench.twenty import QUESTIONS
from bot.house import House
from bot.incoming import RawUpdate
from bot.turn import take_turn

SIZES = (1_000, 100_000, 1_000_000)
SHORT_FROM, SHORT = 1_000_000, 5  # so many people have five answers each: the disk has an end
ROUNDS, PEOPLE = 10, 3  # who walk in each database in each round
NEWCOMERS = 10_000_000_000  # their chats, beyond those of the copies
HEADS = ("beneficiaries", "answers", "rows", "GB", "median ms", "p95 ms", "× the smallest")


@dataclass
class Grown:
    """A database of so many people, and the CPU milliseconds of each turn taken in it."""

    people: int
    house: House
    rows: Mapping[str, int]
    turns: list[float] = field(default_factory=list)

    def timed(self, house: House, raw: RawUpdate) -> None:
        began = time.process_time()
        take_turn(house, [raw])
        self.turns.append(1_000 * (time.process_time() - began))


@dataclass(frozen=True, slots=True)
class Figure:
    people: int
    answers: int
    rows: int
    gigabytes: float
    median_ms: float
    p95_ms: float
    ratio: float


def grown(folder: Path, people: int) -> Grown:
    """One person walks; the others are copies of them."""
    folder.mkdir()
    length = SHORT if people >= SHORT_FROM else len(QUESTIONS)
    house = open_house(folder, length)
    Walker(house, FIRST_CHAT).walk(length + 1)
    rows = multiply(house.database, people)
    print(f"{people} beneficiaries: {', '.join(f'{count} {name}' for name, count in rows.items())}", flush=True)
    return Grown(people, house, rows)


def measure(sizes: Sequence[int], rounds: int = ROUNDS, people: int = PEOPLE) -> list[Figure]:
    """Each round visits every database, so that whatever else this machine does falls on all of them alike."""
    with tempfile.TemporaryDirectory(prefix="growth") as folder, ExitStack() as stack:
        databases = [grown(Path(folder) / str(size), size) for size in sorted(sizes)]
        for one in databases:
            stack.callback(one.house.database.close)
        for turn in range(rounds + 1):
            for one in databases:
                for number in range(people):
                    Walker(one.house, NEWCOMERS + people * turn + number, one.timed).walk(SHORT)
            if not turn:  # the first round warms up
                for one in databases:
                    one.turns.clear()
        return _figures(databases)


def _figures(databases: Sequence[Grown]) -> list[Figure]:
    smallest = median(databases[0].turns)
    return [
        Figure(
            people=one.people,
            answers=one.rows["answer"],
            rows=sum(one.rows.values()),
            gigabytes=Path(str(one.house.database.file)).stat().st_size / 1e9,
            median_ms=median(one.turns),
            p95_ms=quantiles(one.turns, n=20)[-1],
            ratio=median(one.turns) / smallest,
        )
        for one in databases
    ]


def table(found: Sequence[Figure]) -> str:
    return markdown(HEADS, map(_line, found))


def _line(one: Figure) -> Sequence[object]:
    figures = (one.gigabytes, one.median_ms, one.p95_ms, one.ratio)
    return (one.people, one.answers, one.rows, *map("{:.2f}".format, figures))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.growth", description="A turn's cost as the data grows.")
    parser.add_argument("sizes", nargs="*", type=int, default=SIZES, help="how many beneficiaries")
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--to", type=Path, default=Path("docs"), help="where the figures go")
    asked = parser.parse_args()
    found = measure(asked.sizes, asked.rounds)
    write_json(asked.to / "growth.json", {**machine(), "sizes": [asdict(one) for one in found]})
    print(table(found))


if __name__ == "__main__":
    main()
