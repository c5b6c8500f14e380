"""Faults on demand: which calls go wrong, and how. Pure; the HTTP shell performs what is decided here."""

import random
from dataclasses import dataclass
from typing import Any, Final

from simulator.errors import ControlError

Json = dict[str, Any]

ACTIONS: Final = frozenset({"retry_after", "status", "drop_before", "drop_after", "cut", "slow"})
"""retry_after: 429. status: an error page of a proxy. drop_before: the connection breaks and nothing is done.
drop_after: the call IS done, its answer never comes. cut: done, half of the answer comes. slow: done, answered late."""

_FIELDS: Final = frozenset({"action", "method", "chat_id", "nth", "probability", "count", "seconds", "status"})


@dataclass(slots=True)
class Rule:
    """Matches calls of `method` (None: any) to `chat_id` (None: any).

    The first match is number 1; `nth` hits only that one, `probability` (0-1) hits at random, `count` stops after so
    many hits. `seconds` is the wait of `slow` and the value of `retry_after`; `status` an HTTP status.
    """

    action: str
    method: str | None = None
    chat_id: int | None = None
    nth: int | None = None
    probability: float = 1.0
    count: int | None = None
    seconds: float = 1.0
    status: int = 502
    seen: int = 0
    hits: int = 0

    def concerns(self, method: str, chat_id: str) -> bool:
        """Whether the call is one of this rule's, and the rule is not used up."""
        return (
            (self.method is None or self.method.lower() == method)
            and (self.chat_id is None or str(self.chat_id) == chat_id)
            and (self.count is None or self.hits < self.count)
        )

    def strikes(self, chance: random.Random) -> bool:
        """Count one call; true when it is to fail."""
        self.seen += 1
        hit = self.seen == self.nth if self.nth is not None else chance.random() < self.probability
        self.hits += hit
        return hit


class Faults:
    """The rules in force; the first that strikes wins. `outage` fails every call by `drop_before` or `status`."""

    def __init__(self, chance: random.Random) -> None:
        self._chance = chance
        self.rules: list[Rule] = []
        self.outage: Rule | None = None

    def add(self, body: Json) -> Rule:
        """A rule from the control API's JSON."""
        unknown = set(body) - _FIELDS
        if unknown or body.get("action") not in ACTIONS:
            raise ControlError(400, f"a fault has an action among {sorted(ACTIONS)} and fields {sorted(_FIELDS)}")
        rule = Rule(**body)
        self.rules.append(rule)
        return rule

    def clear(self) -> None:
        """No rule, no outage."""
        self.rules.clear()
        self.outage = None

    def pick(self, method: str, chat_id: str) -> Rule | None:
        """The fault of this call, if any."""
        if self.outage:
            return self.outage
        for rule in self.rules:
            if rule.concerns(method, chat_id) and rule.strikes(self._chance):
                return rule
        return None
