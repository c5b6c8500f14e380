"""The benches of growth, of a long run and of a start, in small: they tell what they say they do."""

from pathlib import Path

import pytest

from bench import growth, soak, start
from bench.report import markdown

NOISE = 1.5  # of medians of CPU time on a busy machine; in quiet 1.2 is expected


def test_a_turn_costs_as_much_with_ten_times_the_people() -> None:
    small, large = growth.measure([1_000, 10_000], rounds=4, people=2)
    assert (small.people, large.people) == (1_000, 10_000)
    assert (small.answers, large.answers) == (20_000, 200_000)
    assert large.rows == 10 * small.rows
    assert 0 < small.median_ms <= small.p95_ms
    assert large.ratio < NOISE
    assert growth.table([small, large]).count("\n") == 4


def test_a_soak_tells_what_the_process_holds() -> None:
    made = soak.soak(minutes=0, updates=200, people=10, every=0.05)
    assert made.updates >= 200
    assert 0 < made.first_mib <= made.peak_mib < soak.MOST_MIB
    assert str(made.updates) in soak.table(made)


@pytest.mark.timeout(120)
def test_a_start_is_measured_beside_its_imports() -> None:
    made = start.measure(rounds=1)
    assert made.modules > 100
    assert 0 < made.imports < made.again
    assert made.imports < made.first
    assert f"{made.again:.2f}" in start.table(made)


def test_a_table_has_a_line_for_each_figure() -> None:
    assert markdown(("", "seconds"), [("a start", 1)]) == "|  | seconds |\n| --- | ---: |\n| a start | 1 |\n"


def test_figures_are_kept_as_json(tmp_path: Path) -> None:
    growth.write_json(tmp_path / "growth.json", {"sizes": [1]})
    assert (tmp_path / "growth.json").read_text() == '{\n "sizes": [\n  1\n ]\n}\n'
