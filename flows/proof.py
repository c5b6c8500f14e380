"""The proof of a pack."""

from collections.abc import Iterable, Mapping

from flows.pack import Pack
from flows.problems import Problem


def prove(
    pack: Pack, others: Iterable[Pack] = (), facts: Mapping[str, Mapping[str, str]] | None = None
) -> list[Problem]:
    """Everything that is wrong with a pack that its grammar accepts; nothing where it holds."""
    return [Problem(f"another pack has the id {pack.id}")] if any(other.id == pack.id for other in others) else []
