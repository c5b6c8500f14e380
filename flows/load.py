"""From files to flows: read, validated, proved, bound to the organisation's facts."""

import json
from collections.abc import Iterable, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from flows.flow import Flow
from flows.pack import Pack
from flows.problems import PackError, Phrase, Problem, placed
from flows.proof import prove
from flows.refusals import refusals
from flows.source import Place, lines_of, parse, read_text

PACKS = Path(str(files("flows"))) / "packs"
Facts = Mapping[str, Mapping[str, str]]  # language → name ("organisation.name") → text


def _validated(data: Any, lines: Mapping[Place, int]) -> Pack:
    try:
        return Pack.model_validate(data)
    except ValidationError as error:
        raise PackError(refusals(error, data, lines)) from None
    except RecursionError:
        raise PackError([Problem(Phrase("too_deep"))]) from None


def pack_from_text(text: str, file: str) -> Pack:
    """The pack a YAML text says. Raises `PackError` with one line for each refusal; the whole is not proved yet."""
    data = parse(text, file)
    if not isinstance(data, dict):
        raise PackError([Problem(Phrase("not_a_pack"), file=file)])
    try:
        return _validated(data, {})
    except PackError:
        return _refuse(data, text, file)


def _refuse(data: Any, text: str, file: str) -> Pack:
    """The same refusal with its lines, which are only looked up now: finding them costs a second reading."""
    try:
        return _validated(data, lines_of(text))
    except PackError as error:
        raise PackError(placed(error.lines, file, {})) from None


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
        return _validated(json.loads(source), {})
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
