"""What the runs come to: medians over the rounds, as a table, as JSON and as a chart."""

import json
import os
import platform
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from pathlib import Path
from statistics import median
from typing import Any

from bench.contenders import CONTENDERS
from bench.measure import Result

COLUMNS = ("updates/s", "p50 ms", "p95 ms", "p99 ms", "CPU s per 1 000", "peak MiB", "lock waits %")
BASE, PEER = "ptb", "aiogram"  # what the expectations are told against
WIDTH, BAR, LEFT = 860, 26, 400  # of the chart, in pixels


def medians(results: Sequence[Result]) -> dict[str, dict[str, float]]:
    """By contender, the median of each figure over its runs."""
    found: dict[str, dict[str, float]] = {}
    for name in dict.fromkeys(result.contender for result in results):
        mine = [result.public() for result in results if result.contender == name]
        figures = [figure for figure in mine[0] if figure != "contender"]
        found[name] = {figure: median(one[figure] for one in mine) for figure in figures} | {"runs": len(mine)}
    return found


def table(found: Mapping[str, Mapping[str, float]]) -> str:
    """In Markdown, with how many times the base each one does."""
    lines = [
        f"| | on disk before it is confirmed | {' | '.join(COLUMNS)} | × {CONTENDERS[BASE].title.partition(',')[0]} |",
        "|---|---|" + "---:|" * (len(COLUMNS) + 1),
    ]
    base = found.get(BASE, {}).get("rate")
    for name, one in found.items():
        cells = [f"{one['rate']:.0f}", *(f"{one[p]:.0f}" for p in ("p50", "p95", "p99"))]
        cells += [f"{one['cpu_per_thousand']:.2f}", f"{one['peak_mib']:.0f}", f"{100 * one['lock_waits']:.1f}"]
        times = f"{one['rate'] / base:.1f}" if base else "–"
        lines.append(f"| {CONTENDERS[name].title} | {CONTENDERS[name].kept} | {' | '.join(cells)} | {times} |")
    return "\n".join(lines) + "\n"


def chart(found: Mapping[str, Mapping[str, float]]) -> str:
    """Bars of updates a second, as SVG that needs no font of its own."""
    most = max(one["rate"] for one in found.values())
    height = BAR * len(found) + 30
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" role="img" font-family="sans-serif"'
        f' font-size="13"><title>Updates per second, side by side</title>'
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>'
    ]
    for place, (name, one) in enumerate(found.items()):
        top, width = 10 + place * BAR, (WIDTH - LEFT - 70) * one["rate"] / most
        colour = "#2b6cb0" if CONTENDERS[name].kept == "everything" else "#a0aec0"
        parts += [
            f'<text x="{LEFT - 8}" y="{top + 15}" text-anchor="end">{escape(CONTENDERS[name].title)}</text>',
            f'<rect x="{LEFT}" y="{top + 2}" width="{width:.0f}" height="{BAR - 8}" fill="{colour}"/>',
            f'<text x="{LEFT + width + 6:.0f}" y="{top + 15}">{one["rate"]:.0f}</text>',
        ]
    parts.append(
        f'<text x="{LEFT}" y="{height - 6}" fill="#555">updates per second; blue: on disk before confirmed</text>'
    )
    return "\n".join([*parts, "</svg>\n"])


def machine() -> dict[str, Any]:
    """What the figures were taken on."""
    return {"python": platform.python_version(), "cores": os.cpu_count(), "machine": platform.machine()}


def write_json(file: Path, whole: Any) -> None:
    """Figures as they are kept in docs/."""
    file.write_text(json.dumps(whole, indent=1, ensure_ascii=False) + "\n")


def markdown(heads: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    """A table whose first column is words and whose others are figures."""
    lines = [heads, ["---", *["---:"] * (len(heads) - 1)], *rows]
    return "".join(f"| {' | '.join(map(str, line))} |\n" for line in lines)


def write(folder: Path, results: Sequence[Result], about: Mapping[str, Any]) -> str:
    """Writes `bench.json` and `bench.svg` into the folder; gives the table."""
    found = medians(results)
    runs = [result.public() for result in results]
    write_json(folder / "bench.json", {**about, **machine(), "medians": found, "runs": runs})
    (folder / "bench.svg").write_text(chart(found))
    return table(found)
