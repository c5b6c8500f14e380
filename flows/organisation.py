"""The organisation that carries out the bilans: what packs and phrases say of it, read from `organisation.yaml`."""

import re
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator, ValidationError
from pydantic_core import ErrorDetails

from flows.phrases import LANGUAGES
from flows.problems import PackError, Problem
from flows.refusals import near
from flows.source import Place, lines_of, parse, read_text

MAX_CHARACTERS = 120  # a fact is piped into messages of 400 characters at most
EACH_LANGUAGE = "{" + ", ".join(f"{language}: …" for language in LANGUAGES) + "}"


class OrganisationError(Exception):
    """The organisation's file is refused. `lines` holds everything to put right, in the order of the file."""

    def __init__(self, lines: Iterable[Problem]) -> None:
        self.lines = list(lines)
        super().__init__("\n".join(map(str, self.lines)))


# ------------------------------------------------------------------------------------------------ what a field may hold
def _text(value: Any) -> str:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise ValueError("the text is empty")
    if not isinstance(value, str):
        raise ValueError(f'put the text between quotes: "{value}"')
    if len(value) > MAX_CHARACTERS:
        raise ValueError(f"too long: {len(value)} characters, at most {MAX_CHARACTERS}")
    return value.strip()


def _said(value: Any) -> str | dict[str, str]:
    if not isinstance(value, Mapping):
        return _text(value)
    if set(value) != set(LANGUAGES):
        raise ValueError(f"a text for each language is needed: {EACH_LANGUAGE}")
    return {language: _text(value[language]) for language in LANGUAGES}


Said = Annotated[str | dict[str, str], PlainValidator(_said)]


def _texts(said: str | dict[str, str]) -> list[str]:
    return [said] if isinstance(said, str) else list(said.values())


def _each(holds: Callable[[str], object], expected: str) -> AfterValidator:
    """A check of every text of a field."""

    def check(said: str | dict[str, str]) -> str | dict[str, str]:
        if not all(map(holds, _texts(said))):
            raise ValueError(f"this should be {expected}")
        return said

    return AfterValidator(check)


Email = Annotated[Said, _each(re.compile(r"\S+@\S+").fullmatch, "an e-mail address such as bonjour@valgarance.example")]
Url = Annotated[Said, _each(re.compile(r"https?://\S+").fullmatch, "an address such as https://valgarance.example")]
Siret = Annotated[Said, _each(re.compile(r"(\d\s*){14}").fullmatch, "a number of 14 digits")]


# ----------------------------------------------------------------------------------------------------- the organisation
class Organisation(BaseModel):
    """Every field is one text, or one a language. Its description is what a refusal says is expected."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: Said = Field(description="the name people know")
    address: Said = Field(description="the postal address")
    phone: Said = Field(description="the telephone number")
    email: Email = Field(description="the e-mail address for everyday questions")
    website: Url = Field(description="the address of the website")
    contact: Said = Field(description="the person or role to write to, with an address")
    dpo: Said = Field(description="who answers for data protection, with an address")
    complaints: Said = Field(description="where complaints go")
    reading_delay: Said = Field(description='within how long an answer is read, such as "deux jours ouvrés"')
    hours_total: Said = Field(description='the length of a bilan, such as "24 heures au plus"')
    calendar: Said = Field(description='the usual calendar, such as "12 séances sur 10 semaines"')
    place: Said = Field(description="where the interviews take place")
    price: Said = Field(description="the price, with or without tax")
    funding: Said = Field(description="the ways to pay for it")
    retention: Said = Field(description='until when answers are kept, such as "jusqu\'à la fin de votre bilan"')
    privacy_url: Url | None = Field(default=None, description="the page about data protection")
    siret: Siret | None = Field(default=None, description="the SIRET number, 14 digits")
    nda: Said | None = Field(default=None, description="the number of the training declaration")

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
        Problem(f'{name}: "{text}" is still the invented example: write your own', file=str(path), line=lines[name,])
        for name, value in said.items()
        if (text := next((text for text in _texts(value) if _invented(text)), None))
    ]


def _invented(text: str) -> bool:
    return bool(INVENTED.search(text) or INVENTED.search(re.sub(r"[\s.]", "", text)))


# ----------------------------------------------------------------------------------------------------------- reading it
def _reason(error: ErrorDetails) -> str:
    field = str(error["loc"][0])
    if error["type"] == "missing":
        return f"missing field '{field}': {Organisation.model_fields[field].description}"
    if error["type"] == "extra_forbidden":
        return f"unknown field '{field}'{near(field, Organisation.model_fields)}"
    return f"{field}: {error['ctx']['error']}"


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
        raise OrganisationError([Problem('a list of fields is expected, one a line, such as name: "…"', file=file)])
    try:
        return Organisation.model_validate(data)
    except ValidationError as error:
        raise OrganisationError(_problems(error, file, lines_of(text))) from None
