"""pydantic's refusals in the words of a practitioner, each at its place in the file."""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from difflib import get_close_matches
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from flows.grammar import About, All, AnyOf, Bound, Condition, Language, Name, Not, PackId, Trigger
from flows.problems import Phrase, Problem, Row, name, names, quoted
from flows.source import Place

KINDS_OF_CONDITION: dict[str, type[BaseModel]] = {"all": All, "any": AnyOf, "not": Not}
# how pydantic names the branch of a union: "Not", "function-after[_one_test(), About]"
BRANCH = re.compile(r"(?:function-.*, )?(About|All|AnyOf|Not)\]*")
PATTERNS = {
    Name: Phrase("a_name"),
    PackId: Phrase("a_pack_id"),
    Language: Phrase("a_language"),
    Bound: Phrase("a_bound"),
    Trigger: Phrase("a_trigger"),
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


def _follow(place: Place, data: Any, root: Any = None) -> tuple[Place, Any, Any]:
    """(place in the file, annotation from `root` on, value) of an error's place: pydantic also names branches it tried."""
    reached: list[str | int] = []
    annotation = root
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
def shown(value: Any) -> Phrase | str:
    """A value as a file says it, no longer than needed to know it again."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    short = text if len(text) <= 40 else f"{text[:39]}…"
    return quoted(short) if isinstance(value, str) else short


def near(word: str, known: Iterable[str]) -> Phrase | str:
    """`, did you mean 'label'?` where a known word is near; nothing otherwise."""
    close = get_close_matches(word, list(known), n=1, cutoff=0.6)
    return Phrase("near", word=close[0]) if close else ""


def _unknown_key(error: ErrorDetails, annotation: Any, value: Any) -> Phrase:
    key = str(error["loc"][-1])
    model = _model_for(value, annotation)
    known = list(keys_of(model)) if model else []
    listed = Phrase("known_keys", keys=names(known)) if known else ""
    return Phrase("unknown_key", key=key, near=near(key, known) or listed)


def _unknown_kind(error: ErrorDetails, annotation: Any, value: Any) -> Phrase:
    kinds = [kind for model in _members(annotation) if (kind := kind_of(model))]
    tag = str(error.get("ctx", {}).get("tag", ""))
    meant = near(tag, kinds)
    return Phrase("unknown_kind_near" if meant else "unknown_kind", kind=tag, near=meant, kinds=names(kinds))


def _pattern(error: ErrorDetails, annotation: Any, value: Any) -> Phrase:
    return Phrase("not_written_so", found=shown(error["input"]), what=BY_PATTERN[error["ctx"]["pattern"]])


def _literal(error: ErrorDetails, annotation: Any, value: Any) -> Phrase:
    words = [str(word) for member in _members(annotation) if get_origin(member) is Literal for word in get_args(member)]
    found = error["input"]
    return Phrase("not_one_of", found=shown(found), words=names(words), near=near(str(found), words))


UNKNOWN = ("extra_forbidden", "invalid_key")  # a key that is none, and one that is not even a word
PLAIN = {
    str: Phrase("a_text"),
    int: Phrase("a_whole_number"),
    float: Phrase("a_number"),
    bool: Phrase("true_or_false"),
}


def _meant(annotation: Any) -> Phrase | Row:
    """What should stand there, in words."""
    members = [m for m in _members(annotation) if m is not type(None)]
    if members and all(m in PLAIN for m in members):
        return Row([PLAIN[m] for m in members if not (m is int and float in members)], "or")
    if members and get_origin(members[0]) in (list, tuple):
        return Phrase("a_list")
    return Phrase("a_text_by_language" if members and _is_text(members[0]) else "a_table")


def _is_text(annotation: Any) -> bool:
    """Whether an annotation is a text by language."""
    return get_args(annotation) == (Language, str)


def _wrong_type(error: ErrorDetails, annotation: Any, value: Any) -> Phrase:
    if error["input"] is None:
        return Phrase("nothing_there", what=_meant(annotation))
    return Phrase("wrong_type", what=_meant(annotation), found=shown(error["input"]))


def _missing(error: ErrorDetails, annotation: Any, value: Any) -> Phrase:
    key = error["loc"][-1]
    return Phrase("missing_key", key=key) if isinstance(key, str) else Phrase("missing_end")


WORDS: dict[str, Callable[[ErrorDetails, Any, Any], Phrase]] = {
    **dict.fromkeys(UNKNOWN, _unknown_key),
    "missing": _missing,
    "union_tag_invalid": _unknown_kind,
    "union_tag_not_found": lambda error, annotation, value: Phrase("missing_key", key="kind"),
    "string_pattern_mismatch": _pattern,
    "literal_error": _literal,
    "value_error": lambda error, annotation, value: error["ctx"]["error"].args[0],
    "string_too_short": lambda error, annotation, value: Phrase("short"),
    "string_too_long": lambda error, annotation, value: Phrase("long", most=error["ctx"]["max_length"]),
    "too_short": lambda error, annotation, value: Phrase("too_few", least=error["ctx"]["min_length"]),
    "too_long": lambda error, annotation, value: Phrase("too_many", most=error["ctx"]["max_length"]),
    "greater_than_equal": lambda error, annotation, value: Phrase(
        "too_low", value=error["input"], least=error["ctx"]["ge"]
    ),
    "less_than_equal": lambda error, annotation, value: Phrase(
        "too_high", value=error["input"], most=error["ctx"]["le"]
    ),
}
# The errors of pydantic that mean "another type was expected".
SHAPES = ("_type", "_parsing", "_size", "_unicode", "_number", "_from_float")


def _say(error: ErrorDetails, annotation: Any, value: Any) -> Phrase:
    words = WORDS.get(error["type"])
    if words:
        return words(error, annotation, value)
    shape = error["type"].endswith(SHAPES)
    return _wrong_type(error, annotation, value) if shape else Phrase("other_refusal", found=error["msg"])


# ------------------------------------------------------------------------------------------------------------- the list
HELD = ("steps", "states")  # what a pack and a journey are made of


def _step_id(place: Place, data: Any) -> str | Phrase | None:
    if len(place) < 2 or place[0] not in HELD:
        return None
    if place[0] == "states":
        return str(place[1])
    entry = data["steps"][place[1]]
    named = entry.get("id") if isinstance(entry, Mapping) else None
    return str(named) if named else Phrase("step_number", number=int(place[1]) + 1)


def _line(place: Place, lines: Mapping[Place, int]) -> int | None:
    return next((lines[place[:n]] for n in range(len(place), -1, -1) if place[:n] in lines), None)


def _key(place: Place, error: ErrorDetails) -> str:
    """Which key is meant, where the words do not say it themselves: `range.latest`."""
    named = error["type"] in (*UNKNOWN, "missing", "union_tag_not_found", "union_tag_invalid", "value_error")
    inner = [str(part) for part in place[2 if place[:1] and place[0] in HELD else 0 :] if not isinstance(part, int)]
    return "" if named else ".".join(inner)


def refusals(error: ValidationError, model: type[BaseModel], data: Any, lines: Mapping[Place, int]) -> list[Problem]:
    """Every refusal of pydantic as one line, in the order of the file, each place once."""
    found: dict[Place, Problem] = {}
    for detail in error.errors(include_url=False):
        loc = _without_kind(detail["loc"])
        if _other_branch(loc, data):
            continue
        place, annotation, value = _follow(loc, data, model)
        within = (*place, str(loc[-1])) if detail["type"] == "missing" else place
        if detail["type"] in UNKNOWN:  # the key is in the file: its table is what knows the other keys
            _, annotation, value = _follow(loc[:-1], data, model)
        reason, key = _say(detail, annotation, value), _key(place, detail)
        reason = Phrase("line", place=name(key), rest=reason) if key else reason
        found.setdefault(within, Problem(reason, _step_id(place, data), line=_line(place, lines)))
    return sorted(found.values(), key=lambda problem: problem.line or 0)
