"""Jalon beside its peers, in one go: `make bench`. Needs Linux; writes docs/bench.json and docs/bench.svg.

The rounds are interleaved, so that whatever else this machine does falls on all of them alike.
"""

import argparse
import contextlib
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from bench.contenders import CONTENDERS
from bench.measure import Result, run, staged
from bench.report import medians, table, write
from tests.postgres import running


@contextlib.contextmanager
def databases(wanted: bool) -> Iterator[Callable[[], str]]:
    """Makes databases of a PostgreSQL as an organisation would run it: what is committed is on the disk."""
    if not wanted:
        yield lambda: ""
        return
    with running(durable=True) as server:
        yield lambda: server.url(server.create())


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Jalon beside its peers, on the simulator.")
    parser.add_argument("--people", type=int, default=100, help="who walk the questionnaire in one run")
    parser.add_argument("--size", type=int, default=100, help="of them at once")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--peers", default=".venv-peers/bin/python", help="a Python that has the peers")
    parser.add_argument("--to", type=Path, default=Path("docs"), help="where the figures and the chart go")
    parser.add_argument("only", nargs="*", help=", ".join(CONTENDERS))
    asked = parser.parse_args()
    if unknown := set(asked.only) - CONTENDERS.keys():
        parser.error(f"no such contender: {', '.join(sorted(unknown))}")
    return asked


def main() -> None:
    asked = arguments()
    names = asked.only or list(CONTENDERS)
    results: list[Result] = []
    with databases(any(name.startswith("postgresql") for name in names)) as new_database:
        for turn in range(asked.rounds):
            for name in names:
                with staged(new_database, asked.peers) as stage:
                    results.append(run(name, CONTENDERS[name], asked.people, asked.size, stage))
                said = results[-1]
                print(f"{turn + 1}  {name:16} {said.rate:6.0f} updates/s  {said.cpu_per_thousand:6.2f} CPU s per 1 000")
    if asked.only:
        sys.stdout.write(table(medians(results)))
    else:
        sys.stdout.write(write(asked.to, results, {"people": asked.people, "at_once": asked.size}))


if __name__ == "__main__":
    main()
