"""A run as the export tells it, and as the ledger has it: the same, or something is wrong."""

from typing import Any

from tests.e2e.ledger import Walk


def told(run: dict[str, Any]) -> dict[str, Any]:
    """What the export says of a run, as far as the ledger knows it."""
    every = [*run["answers"], *run["not_counted"]]
    past = sorted((p["number"], a["node"], p["how"], p["value"]) for a in every for p in a["history"])
    return {
        "flow": run["flow"].removeprefix("try."),
        "at": run["at"] or "",
        "outcome": run["outcome"],
        "paused": run["paused"],
        "counts": [(a["node"], a["how"], a["value"]) for a in run["answers"]],
        "others": {a["node"]: (a["standing"], a["how"], a["value"]) for a in run["not_counted"]},
        "history": [given[1:] for given in past],
    }


def expected(walk: Walk) -> dict[str, Any]:
    """The same, of the ledger."""
    path = walk.path
    standing = {node: "set_aside" if node in walk.aside else "waiting" for node in walk.answers if node not in path}
    return {
        "flow": walk.flow,
        "at": walk.at,
        "outcome": walk.outcome,
        "paused": walk.paused,
        "counts": [(node, *walk.answers[node]) for node in path],
        "others": {node: (how, *walk.answers[node]) for node, how in standing.items()},
        "history": walk.history,
    }
