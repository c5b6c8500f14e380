"""pydantic's refusals in the words of a practitioner, each at its place in the file."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flows.grammar import About, All, AnyOf, Bound, Condition, Language, Name, Not, PackId
from flows.pack import Pack
from flows.problems import Phrase, Problem
from flows.source import Place

KINDS_OF_CONDITION: dict[str, type[BaseModel]] = {"all": All, "any": AnyOf, "not": Not}
# how pydantic names the branch of a union: "Not", "function-after[_one_test(), About]"
BRANCH = re.compile(r"(?:function-.*, )?(About|All|AnyOf|Not)\]*")
PATTERNS = {
    Name: "a name: small letters, digits and _, a letter first",
    PackId: "a pack's id: small letters, digits, _ and dots, such as preliminary.needs",
    Language: "a language: two small letters, such as fr",
    Bound: "a date bound: today, an offset such as -60y or +18m, or a day such as 2027-03-15",
}
BY_PATTERN = {get_args(kind)[1].pattern: words for kind, words in PATTERNS.items()}


# ------------------------------------------------------------------------------------------------- where in the grammar
def _members(annotation: Any) -> list[Any]:
    """What an annotation may be, unions and Annotated unfolded."""
    if annotation == "Condition":  # named before it is defined: conditions nest
        return _members(Condition)
    origin = get_origin(annotation)
    if origin is Annotated:
        return _members(get_args(annotation)[0])
    if origin in (Union, UnionType):
        return [member for part in get_args(annotation) for member in _members(part)]
    return [annotation]


def kind_of(model: type[BaseModel]) -> str | None:
    """The `kind` a step's model stands for."""
    field = model.model_fields.get("kind")
    return str(get_args(field.annotation)[0]) if field else None


def _model_for(value: Any, annotation: Any) -> type[BaseModel] | None:
    """The model that a mapping of the file is meant to be."""
    models = [m for m in _members(annotation) if isinstance(m, type) and issubclass(m, BaseModel)]
    if not isinstance(value, Mapping) or len(models) < 2:
        return models[0] if models else None
    if About in models:
        return next((model for key, model in KINDS_OF_CONDITION.items() if key in value), About)
    return next((model for model in models if kind_of(model) == value.get("kind")), None)


def keys_of(model: type[BaseModel]) -> dict[str, Any]:
    """The keys of a model as they are written, with their annotations."""
    return {field.alias or name: field.annotation for name, field in model.model_fields.items()}


def _inner(annotation: Any, key: str | int, value: Any) -> Any:
    """The annotation of `value[key]`."""
    model = _model_for(value, annotation)
    if model:
        return keys_of(model).get(str(key))
    for member in _members(annotation):
        if get_origin(member) in (list, dict):
            return get_args(member)[-1]
    return None


def _without_kind(place: Place) -> Place:
    """A place without the step's kind, which pydantic puts after its number: `steps, 2, text, length` and the like."""
    return (*place[:2], *place[3:]) if place[:1] == ("steps",) else place


def _follow(place: Place, data: Any) -> tuple[Place, Any, Any]:
    """(place in the file, annotation, value) of an error's place: pydantic also names the branches it tried."""
    reached: list[str | int] = []
    annotation: Any = Pack
    for key in place:
        inside = isinstance(data, list) and isinstance(key, int) and key < len(data)
        if inside or (isinstance(data, Mapping) and key in data):
            annotation, data = _inner(annotation, key, data), data[key]
            reached.append(key)
    return tuple(reached), annotation, data


def _other_branch(place: Place, data: Any) -> bool:
    """Whether the error comes from a kind of condition that this one is not."""
    for index, key in enumerate(place):
        branch = BRANCH.fullmatch(str(key))
        if branch:
            model = _model_for(_follow(place[:index], data)[2], Condition)
            if model and model.__name__ != branch[1]:
                return True
    return False


# ------------------------------------------------------------------------------------------------------------ the words
def _shown(value: Any) -> str:
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    short = text if len(text) <= 40 else f"{text[:39]}…"
    return f"'{short}'" if isinstance(value, str) else short


def near(word: str, known: Iterable[str]) -> Phrase | str:
    """`, did you mean 'label'?` where a known word is near; nothing otherwise."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return Phrase("near", word=close[0]) if close else ""


def _unknown_key(error: ErrorDetails, annotation: Any, value: Any) -> str:
    key = str(error["loc"][-1])
    model = _model_for(value, annotation)
    known = list(keys_of(model)) if model else []
    return f"unknown key '{key}'" + (str(near(key, known)) or (f" (known here: {', '.join(known)})" if known else ""))


def _unknown_kind(error: ErrorDetails, annotation: Any, value: Any) -> str:
    kinds = [kind for model in _members(annotation) if (kind := kind_of(model))]
    tag = str(error.get("ctx", {}).get("tag", ""))
    return f"unknown kind '{tag}'{near(tag, kinds) or ';'} the kinds are {', '.join(kinds)}"


def _pattern(error: ErrorDetails, annotation: Any, value: Any) -> str:
    return f"{_shown(error['input'])} is not {BY_PATTERN[error['ctx']['pattern']]}"


def _literal(error: ErrorDetails, annotation: Any, value: Any) -> str:
    words = [str(word) for member in _members(annotation) if get_origin(member) is Literal for word in get_args(member)]
    return f"{_shown(error['input'])} is not one of {', '.join(words)}{near(str(error['input']), words)}"


def _meant(annotation: Any) -> str:
    """What should stand there, in words."""
    members = [m for m in _members(annotation) if m is not type(None)]
    plain = {str: "a text", int: "a whole number", float: "a number", bool: "true or false"}
    if members and all(m in plain for m in members):
        return " or ".join(plain[m] for m in members if not (m is int and float in members))
    if members and get_origin(members[0]) is dict:
        return "a text for each language, such as {fr: …, en: …}" if _is_text(members[0]) else "a table of keys"
    return "a list" if members and get_origin(members[0]) in (list, tuple) else "a table of keys"


def _is_text(annotation: Any) -> bool:
    """Whether an annotation is a text by language."""
    return get_args(annotation) == (Language, str)


def _wrong_type(error: ErrorDetails, annotation: Any, value: Any) -> str:
    return f"this should be {_meant(annotation)}, not {_shown(error['input'])}"


def _missing(error: ErrorDetails, annotation: Any, value: Any) -> str:
    key = error["loc"][-1]
    return f"missing key '{key}'" if isinstance(key, str) else "two texts are needed: [lowest, highest]"


WORDS: dict[str, Callable[[ErrorDetails, Any, Any], str]] = {
    "extra_forbidden": _unknown_key,
    "missing": _missing,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": lambda error, annotation, value: "missing key 'kind'",
    "string_pattern_mismatch": _pattern,
    "literal_error": _literal,
    "value_error": lambda error, annotation, value: str(error["ctx"]["error"]),
    "string_too_short": lambda error, annotation, value: "this text is too short or empty",
    "string_too_long": lambda error, annotation, value: f"too long, at most {error['ctx']['max_length']} characters",
    "too_short": lambda error, annotation, value: f"too few entries, at least {error['ctx']['min_length']}",
    "too_long": lambda error, annotation, value: f"too many entries, at most {error['ctx']['max_length']}",
    "greater_than_equal": lambda error, annotation, value: (
        f"{error['input']} is too low, at least {error['ctx']['ge']}"
    ),
    "less_than_equal": lambda error, annotation, value: f"{error['input']} is too high, at most {error['ctx']['le']}",
}
SHAPES = ("_type", "_parsing", "_from_float")  # the errors of pydantic that mean "another type was expected"


def _say(error: ErrorDetails, annotation: Any, value: Any) -> str:
    words = WORDS.get(error["type"])
    if words:
        return words(error, annotation, value)
    return _wrong_type(error, annotation, value) if error["type"].endswith(SHAPES) else error["msg"]


# ------------------------------------------------------------------------------------------------------------- the list
def _step_id(place: Place, data: Any) -> str | None:
    if len(place) < 2 or place[0] != "steps":
        return None
    entry = data["steps"][place[1]]
    named = entry.get("id") if isinstance(entry, Mapping) else None
    return str(named) if named else f"step {int(place[1]) + 1}"


def _line(place: Place, lines: Mapping[Place, int]) -> int | None:
    return next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), None)


def _key(place: Place, error: ErrorDetails) -> str:
    """Which key is meant, where the words do not say it themselves."""
    named = error["type"] in ("extra_forbidden", "missing", "union_tag_not_found", "union_tag_invalid", "value_error")
    inner = [str(part) for part in place[2 if place[:1] == ("steps",) else 0 :] if not isinstance(part, int)]
    return f"{'.'.join(inner)}: " if inner and not named else ""


def refusals(error: ValidationError, data: Any, lines: Mapping[Place, int]) -> list[Problem]:
    """Every refusal of pydantic as one line, in the order of the file, each place once."""
    found: dict[Place, Problem] = {}
    for detail in error.errors(include_url=False):
        loc = _without_kind(detail["loc"])
        if _other_branch(loc, data):
            continue
        place, annotation, value = _follow(loc, data)
        within = (*place, str(loc[-1])) if detail["type"] == "missing" else place
        if detail["type"] == "extra_forbidden":  # the key is in the file: its table is what knows the other keys
            _, annotation, value = _follow(loc[:-1], data)
        reason = _key(place, detail) + _say(detail, annotation, value)
        found.setdefault(within, Problem(reason, _step_id(place, data), line=_line(place, lines)))
    return sorted(found.values(), key=lambda problem: problem.line or 0)
