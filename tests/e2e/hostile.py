"""What a webhook may be sent: updates of every kind, and all that is none. Made by hypothesis, the same for the same seed.

Nearly every text holds `MARK`, so that none of what was sent can be in a log unseen.
"""

import json
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st

from bot.webhook import MOST_BYTES
from tests.e2e.updates import MARK, Known, integers, junk, table

Strategy = st.SearchStrategy[Any]
# numbers of updates; the simulator's own are far below
AGAIN = range(1 << 40, (1 << 40) + 50)  # they come again and again
ONCE = range(1 << 41, 1 << 61)
INTACT = "intact"  # a member of updates that are as Telegram's are
DEEP, DIGITS = "<levels>", "<digits>"  # in the place of what json.dumps refuses to write


@dataclass(frozen=True, slots=True)
class Post:
    """One request. `answers`: the statuses that may be given. `cut`: the line breaks before all of the body has come."""

    body: bytes
    answers: frozenset[int]
    method: str = "POST"
    path: str = "/telegram"
    headers: tuple[tuple[bytes, bytes], ...] = ()
    secret: bool = True
    cut: bool = False
    chunked: bool = False

    @property
    def sent(self) -> int:
        """How much of the body is sent."""
        return len(self.body) // 2 if self.cut else len(self.body)


TAKEN, EITHER = frozenset({200}), frozenset({200, 400})


def posts(known: Known, number: int, count: int) -> list[Post]:
    """About so many requests, by the seed `number`.

    Hypothesis likes to repeat what it has made; so the shares of the kinds are ours.
    """
    shares = _shares(known)
    whole = sum(share for share, _ in shares)
    made = [
        post
        for place, (share, way) in enumerate(shares)
        for post in _made(way, 100 * number + place, 1 + count * share // whole)
    ]
    Random(number).shuffle(made)
    return made


def _made(way: Strategy, number: int, count: int) -> list[Post]:
    made: list[Post] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(way)
    def make(post: Post) -> None:
        made.append(post)

    make()
    return made


@cache
def _shares(known: Known) -> list[tuple[int, Strategy]]:
    """What may be posted, and how often beside the others."""
    kinds = table(known)
    parts = [
        (9, {"message": kinds.pop("message")}),
        (7, {"callback_query": kinds.pop("callback_query")}),
        (3, {"edited_message": kinds.pop("edited_message")}),
        (2, {"my_chat_member": kinds.pop("my_chat_member")}),
        (4, kinds),
    ]
    rest = st.one_of([_update(part) for _, part in parts])
    rare = [(way(rest), 2) for way in (_twice, _broken, _not_telegrams, _pieces, _too_long, _cut)]
    return [
        *((2 * share, _whole(_update(part))) for share, part in parts),
        *((share, _half(_update(part))) for share, part in parts),
        *((share, way) for way, share in rare),
    ]


# --------------------------------------------------------------------------------------------------------- the updates
def _update(kinds: dict[str, Strategy]) -> Strategy:
    """One of these kinds, with a number of its own or one that comes again."""
    named = st.one_of([st.tuples(st.just(name), body) for name, body in kinds.items()])
    number = st.one_of([st.integers(among[0], among[-1]) for among in (ONCE, ONCE, AGAIN)])
    return st.builds(lambda number, named: {"update_id": number, named[0]: named[1]}, number, named)


@st.composite
def _spoiled(draw: st.DrawFn, update: Strategy) -> dict[str, Any]:
    """An update in which something is missing, or is something else: the wrong type at any level, out of any range."""
    whole = deepcopy(draw(update))
    for _ in range(draw(st.integers(1, 3))):
        held, key = draw(st.sampled_from(list(_places(whole)) or [(whole, "update_id")]))
        if isinstance(held, dict) and draw(st.booleans()):
            held.pop(key, None)
        else:
            held[key] = draw(_wrong())
    return whole


@cache
def _wrong() -> Strategy:
    return junk() | integers() | st.sampled_from([DEEP, DIGITS])


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every member of every object and list in it."""
    pairs = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in pairs:
        yield value, key
        yield from _places(inner)


def _json(value: Any, levels: int = 900) -> bytes:
    text = json.dumps(value).replace(f'"{DIGITS}"', "9" * 5_000)
    return text.replace(f'"{DEEP}"', '{"a":' * levels + "1" + "}" * levels).encode()


# -------------------------------------------------------------------------------------------------------- the requests
def _whole(update: Strategy) -> Strategy:
    return update.map(lambda update: Post(_json({**update, INTACT: True}), TAKEN))


def _half(update: Strategy) -> Strategy:
    return st.builds(
        lambda u, levels: Post(_json(u, levels), EITHER), _spoiled(update), st.sampled_from([90, 900, 9_000])
    )


@st.composite
def _twice(draw: st.DrawFn, update: Strategy) -> Post:
    """A key that is there twice, at the top or deeper."""
    text = _json(draw(update))
    braces = [place for place, byte in enumerate(text) if byte == ord("{")]
    at = draw(st.sampled_from(braces)) + 1
    again = json.dumps({draw(st.sampled_from(AGAIN_KEYS)): draw(junk() | integers())})[1:-1].encode()
    return Post(text[:at] + again + b"," + text[at:], EITHER)


AGAIN_KEYS = ["update_id", "message", "callback_query", "chat", "from", "id", "text", "type"]


@st.composite
def _broken(draw: st.DrawFn, update: Strategy) -> Post:
    """No JSON any more: cut short, bytes put in, another encoding."""
    text = _json(draw(update))
    at = draw(st.integers(0, len(text) - 1))
    mangle: Callable[[], bytes] = draw(
        st.sampled_from(
            [
                lambda: text[:at],
                lambda: text[:at] + draw(st.binary(min_size=1, max_size=6)) + text[at:],
                lambda: text.decode().encode("utf-16"),
                lambda: b"[" * 100_000,
                lambda: draw(st.binary(max_size=300)),
            ]
        )
    )
    return Post(mangle(), EITHER)


def _not_telegrams(update: Strategy) -> Strategy:
    """The secret is missing or wrong; the place, the method or the type is another."""
    secret, kind = b"X-Telegram-Bot-Api-Secret-Token", b"Content-Type"
    wrong = st.sampled_from(
        [
            (401, {"secret": False}),
            (401, {"secret": False, "headers": ((secret, MARK.encode()),)}),
            (401, {"secret": False, "headers": ((secret, b"\xff\xfe" + MARK.encode()),)}),
            (401, {"headers": ((secret, MARK.encode()),)}),  # the right one, then a wrong one
            (404, {"path": f"/{MARK}"}),
            (404, {"path": f"/telegram/{MARK}?{MARK}=1"}),
            (405, {"method": "PUT"}),
            (405, {"method": "GET"}),
            (415, {"headers": ((kind, b"text/plain"),)}),
            (415, {"headers": ((kind, f"multipart/form-data; boundary={MARK}".encode()),)}),
            (415, {"headers": ((kind, b""),)}),
        ]
    )
    return st.builds(lambda update, how: Post(_json(update), frozenset({how[0]}), **how[1]), update, wrong)


def _pieces(update: Strategy) -> Strategy:
    return update.map(lambda update: Post(_json(update), TAKEN, chunked=True))


def _cut(update: Strategy) -> Strategy:
    """Less than was said."""
    return update.map(lambda update: Post(_json(update), frozenset(), cut=True))


def _too_long(update: Strategy) -> Strategy:
    beyond = b'{"update_id": 1, "message": "' + MARK.encode() * (MOST_BYTES // len(MARK)) + b'"}'
    return st.sampled_from([Post(beyond, frozenset({413}), chunked=chunked) for chunked in (False, True)])
