"""From files to flows: read, validated, proved, bound to the organisation's facts."""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path

from flows.flow import Flow
from flows.pack import Pack
from flows.problems import PackError, Phrase, Problem, placed
from flows.proof import prove
from flows.source import lines_of, parse, read_text
from flows.validated import from_text, validated

PACKS = Path(str(files("flows"))) / "packs"
Facts = Mapping[str, Mapping[str, str]]  # language → name ("organisation.name") → text


def pack_from_text(text: str, file: str) -> Pack:
    """The pack a YAML text says. Raises `PackError` with one line for each refusal; the whole is not proved yet."""
    return from_text(Pack, text, file, Phrase("not_a_pack"))


def read_pack(path: Path | str) -> Pack:
    """The pack of a file, valid by itself. Raises `PackError`."""
    return pack_from_text(read_text(Path(path)), str(path))


def step_lines(path: Path | str) -> dict[str, int]:
    """The line where each step of a readable file begins, by step id."""
    text = read_text(Path(path))
    data, lines = parse(text, str(path)), lines_of(text)
    return {step["id"]: lines["steps", index] for index, step in enumerate(data["steps"])}


def pack_from_json(source: str) -> Pack:
    """A stored version (`flows.flow.canonical`). Raises `PackError` where this grammar no longer reads it."""
    try:
        return validated(Pack, json.loads(source), {})
    except (json.JSONDecodeError, RecursionError):
        raise PackError([Problem(Phrase("not_stored"))]) from None


def pack_files(paths: Iterable[Path | str] = ()) -> list[Path]:
    """The files of the given paths (a folder stands for its packs), or those shipped."""
    given = [Path(path) for path in paths] or [PACKS]
    return [file for path in given for file in (sorted(path.glob("*.yaml")) if path.is_dir() else [path])]


def load_packs(paths: Iterable[Path | str] = (), facts: Facts | None = None) -> tuple[list[Pack], list[Problem]]:
    """The packs of the paths (or the shipped ones) that hold, and what is wrong with the others."""
    held: list[Pack] = []
    problems: list[Problem] = []
    for path in pack_files(paths):
        try:
            pack = read_pack(path)
        except PackError as error:
            problems += error.lines
            continue
        wrong = prove(pack, held, facts or {})
        problems += placed(wrong, str(path), step_lines(path)) if wrong else []
        held += [] if wrong else [pack]
    return held, problems


def load_flows(paths: Iterable[Path | str] = (), facts: Facts | None = None) -> dict[str, Flow]:
    """The packs of the paths (or the shipped ones), proved and bound to `facts`, by id. Raises `PackError`."""
    packs, problems = load_packs(paths, facts)
    if problems:
        raise PackError(problems)
    return {pack.id: Flow(pack, facts) for pack in packs}
