"""The bench measures what it says: everybody comes to the end, and every figure is told."""

from pathlib import Path

import pytest

from bench.__main__ import databases
from bench.contenders import CONTENDERS
from bench.measure import Result, run, staged
from bench.report import COLUMNS, medians, table, write
from bench.twenty import QUESTIONS
from tests.postgres import CannotStart

PEOPLE = 3
AT_LEAST = PEOPLE * (len(QUESTIONS) + 1)  # updates: the start, then an answer to each question


def measured(name: str) -> Result:
    contender = CONTENDERS[name]
    with databases(name.startswith("postgresql")) as new_database, staged(new_database, "no peers here") as stage:
        return run(name, contender, PEOPLE, PEOPLE, stage)


@pytest.mark.parametrize("name", ["sqlite", pytest.param("postgresql_2", marks=pytest.mark.postgresql)])
def test_a_run_brings_everybody_to_the_end_and_tells_its_figures(name: str, tmp_path: Path) -> None:
    try:
        result = measured(name)
    except CannotStart as reason:
        pytest.skip(f"no PostgreSQL: {reason}")
    assert result.updates >= AT_LEAST
    assert 0 < result.p50 <= result.p95 <= result.p99
    assert result.cpu_seconds > 0
    assert result.peak_mib > 0
    assert 0 <= result.lock_waits <= 1
    told = write(tmp_path, [result], {})
    assert all(column in told for column in COLUMNS)
    assert CONTENDERS[name].title in (tmp_path / "bench.svg").read_text(encoding="utf-8")


def test_medians_are_of_each_figure_over_the_runs_of_a_contender() -> None:
    runs = [Result("sqlite", 100, seconds, 1, 2, 3, 1, 1, 90, 0) for seconds in (1.0, 4.0, 2.0)]
    found = medians([*runs, Result("ptb", 100, 10, 1, 2, 3, 1, 1, 90, 0)])
    assert found["sqlite"]["rate"] == 50
    assert "| 5.0 |" in table(found).splitlines()[2]
