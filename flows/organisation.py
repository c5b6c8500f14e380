"""The organisation that carries out the bilans: what packs and phrases say of it, read from `organisation.yaml`."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainValidator, ValidationError
from pydantic_core import ErrorDetails

from flows.phrases import LANGUAGES
from flows.problems import PackError, Phrase, Problem, Wrong
from flows.refusals import near
from flows.source import Place, lines_of, parse, read_text

MAX_CHARACTERS = 120  # a fact is piped into messages of 400 characters at most
EACH_LANGUAGE = "{" + ", ".join(f"{language}: …" for language in LANGUAGES) + "}"


class OrganisationError(Wrong):
    """The organisation's file is refused."""


# ------------------------------------------------------------------------------------------------ what a field may hold
def _text(value: Any) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ValueError(Phrase("text_empty"))
    if not isinstance(value, str):
        raise ValueError(Phrase("text_bare"))  # a number may have lost its first 0 by now: it is not shown
    if len(value) > MAX_CHARACTERS:
        raise ValueError(Phrase("text_long", size=len(value), most=MAX_CHARACTERS))
    return value.strip()


def _said(value: Any) -> str | dict[str, str]:
    if not isinstance(value, Mapping):
        return _text(value)
    if set(value) != set(LANGUAGES):
        raise ValueError(Phrase("text_languages", example=EACH_LANGUAGE))
    return {language: _text(value[language]) for language in LANGUAGES}


Said = Annotated[str | dict[str, str], PlainValidator(_said)]


def _texts(said: str | dict[str, str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said.values())


def _each(holds: Callable[[str], object], expected: Phrase) -> AfterValidator:
    """A check of every text of a field."""

    def check(said: str | dict[str, str]) -> str | dict[str, str]:
        if not all(map(holds, _texts(said))):
            raise ValueError(expected)
        return said

    return AfterValidator(check)


Email = Annotated[Said, _each(re.compile(r"\S+@\S+").fullmatch, Phrase("wants_email"))]
Url = Annotated[Said, _each(re.compile(r"https?://\S+").fullmatch, Phrase("wants_url"))]
Siret = Annotated[Said, _each(re.compile(r"(\d\s*){14}").fullmatch, Phrase("wants_siret"))]


# ----------------------------------------------------------------------------------------------------- the organisation
class Organisation(BaseModel):
    """Every field is one text, or one a language. What it holds is said in problems.yaml, found by its name."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Said
    address: Said
    phone: Said
    email: Email
    website: Url
    contact: Said
    dpo: Said
    complaints: Said
    reading_delay: Said
    hours_total: Said
    calendar: Said
    place: Said
    price: Said
    funding: Said
    retention: Said
    privacy_url: Url | None = None
    siret: Siret | None = None
    nda: Said | None = None

    def facts(self, language: str) -> dict[str, str]:
        """What `{organisation.…}` pipes in a language; a field left out has no fact."""
        said = {name: getattr(self, name) for name in type(self).model_fields}
        return {
            f"organisation.{name}": text if isinstance(text, str) else text[language]
            for name, text in said.items()
            if text is not None
        }

    def facts_by_language(self) -> dict[str, dict[str, str]]:
        """The facts in every language of the house, as flows are bound to them."""
        return {language: self.facts(language) for language in LANGUAGES}


# ------------------------------------------------------------------------------------------------------- still invented
# What only the example says: its town, the domain that nobody owns (RFC 2606), a number kept for fiction (Arcep).
INVENTED = re.compile(
    r"valgarance|camille exemple|\.example\b|0199004217|000 000 000 00000|00 00 00000 00", re.IGNORECASE
)


def leftovers(path: Path | str) -> list[Problem]:
    """The lines of a valid file that still hold something of the example: real people would read them."""
    lines, said = lines_of(read_text(Path(path))), load_organisation(path).model_dump(exclude_none=True)
    return [
        Problem(Phrase("invented", name=name, text=text), file=str(path), line=lines[name,])
        for name, value in said.items()
        if (text := next((text for text in _texts(value) if _invented(text)), None))
    ]


def _invented(text: str) -> bool:
    return bool(INVENTED.search(text) or INVENTED.search(re.sub(r"[\s.]", "", text)))


# ----------------------------------------------------------------------------------------------------------- reading it
def _reason(error: ErrorDetails) -> Phrase:
    field = str(error["loc"][0])
    if error["type"] == "missing":
        return Phrase("missing_field", name=field, what=Phrase(f"field_{field}"))
    if error["type"] == "extra_forbidden":
        return Phrase("unknown_field", name=field, near=near(field, Organisation.model_fields))
    return Phrase("wrong_field", name=field, what=error["ctx"]["error"].args[0])


def _problems(error: ValidationError, file: str, lines: Mapping[Place, int]) -> list[Problem]:
    found = [Problem(_reason(e), file=file, line=lines.get(e["loc"][:1])) for e in error.errors(include_url=False)]
    return sorted(found, key=lambda problem: problem.line or 0)


def load_organisation(path: Path | str) -> Organisation:
    """The organisation of a file. Raises `OrganisationError`: a line for each fault: its field, what is expected."""
    file = str(path)
    try:
        text = read_text(Path(path))
        data = parse(text, file)
    except PackError as error:
        raise OrganisationError(error.lines) from None
    if not isinstance(data, dict):
        raise OrganisationError([Problem(Phrase("not_fields"), file=file)])
    try:
        return Organisation.model_validate(data)
    except ValidationError as error:
        raise OrganisationError(_problems(error, file, lines_of(text))) from None
