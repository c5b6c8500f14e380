"""The grammar that all of a pack shares: names, localised texts, conditions, routes, flags, commitments."""

from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from flows.problems import Phrase

Name = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*$", max_length=40)]
PackId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)*$", max_length=60)]
Language = Annotated[str, StringConstraints(pattern=r"^[a-z]{2}$")]
Bound = Annotated[str, StringConstraints(pattern=r"^(today|[+-]\d{1,3}[dwmy]|\d{4}-\d{2}-\d{2})$")]
Trigger = Annotated[str, StringConstraints(pattern=r"^[a-z_]+(\.[a-z_]+)?$")]
Localised = dict[Language, str]
Scalar = str | int | float


class Model(BaseModel):
    """Frozen, and strict about keys: a misspelt key must not pass for an absent one."""

    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


# ------------------------------------------------------------------------------------------------------------- conditions
class About(Model):
    """A condition over one earlier answer; exactly one test."""

    step: Name
    is_: Scalar | bool | None = Field(default=None, alias="is")
    in_: list[Scalar] | None = Field(default=None, alias="in", min_length=1)
    contains: Scalar | None = None
    at_least: float | None = None
    at_most: float | None = None
    answered: bool | None = None
    deferred: bool | None = None

    @model_validator(mode="after")
    def _one_test(self) -> Self:
        if len(self.tests()) != 1:
            raise ValueError(Phrase("condition_tests"))
        return self

    def tests(self) -> dict[str, Any]:
        """The tests given, by their name in YAML."""
        return self.model_dump(by_alias=True, exclude_none=True, exclude={"step"})


class All(Model):
    all: list["Condition"] = Field(min_length=1)


class AnyOf(Model):
    any: list["Condition"] = Field(min_length=1)


class Not(Model):
    not_: "Condition" = Field(alias="not")


Condition = About | All | AnyOf | Not


# ------------------------------------------------------------------------------------------------------- routes and flags
class Route(Model):
    """Where to go after a step: to a later step, or to an outcome. The first route whose condition holds is taken."""

    when: Condition | None = None
    go: Name | None = None
    finish: Name | None = None

    @model_validator(mode="after")
    def _one_destination(self) -> Self:
        if (self.go is None) == (self.finish is None):
            raise ValueError(Phrase("route_destination"))
        return self


class FlagRule(Model):
    """A flag for the counsellor. `reason` may pipe `{answer}` and earlier answers."""

    when: Condition
    level: Literal["notice", "attention", "urgent"]
    reason: Localised


class Commitment(Model):
    """An act of the person whose exact text and time are kept: `purpose` names it, `grants` the choices that grant it."""

    purpose: Name
    grants: list[Name] = Field(min_length=1)
