"""A file against the grammar it is written in: the model, or every refusal with its place."""

from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from flows.problems import PackError, Phrase, Problem, placed
from flows.refusals import refusals
from flows.source import Place, lines_of, parse

M = TypeVar("M", bound=BaseModel)


def validated(model: type[M], data: Any, lines: Mapping[Place, int]) -> M:
    """The data as a model. Raises `PackError` with one line for each refusal."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise PackError(refusals(error, model, data, lines)) from None
    except RecursionError:
        raise PackError([Problem(Phrase("too_deep"))]) from None


def from_text(model: type[M], text: str, file: str, otherwise: Phrase) -> M:
    """The model that a YAML text says; `otherwise` is said of a text that has no keys. Raises `PackError`."""
    data = parse(text, file)
    if not isinstance(data, dict):
        raise PackError([Problem(otherwise, file=file)])
    try:
        return validated(model, data, {})
    except PackError:
        return _refuse(model, data, text, file)


def _refuse(model: type[M], data: Any, text: str, file: str) -> M:
    """The same refusal with its lines, which are only looked up now: finding them costs a second reading."""
    try:
        return validated(model, data, lines_of(text))
    except PackError as error:
        raise PackError(placed(error.lines, file, {})) from None
