"""Telegram's servers: who exists, which bots, and one call of the Bot API."""

import random
import re
import secrets
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from simulator.actions import act
from simulator.errors import METHOD_NOT_FOUND, UNAUTHORIZED, ControlError
from simulator.faults import Faults, Rule
from simulator.journal import Journal
from simulator.limits import Limits
from simulator.methods import GET_UPDATES, METHODS
from simulator.methods.receiving import Polls
from simulator.model import Chat, Json, Person, Profile
from simulator.params import Params
from simulator.signals import Clock
from simulator.store import Store
from simulator.world import World

if TYPE_CHECKING:
    from simulator.crowd import Crowd

DEFAULT_TOKEN: Final = "1000000001:SIMULATED-no-such-bot-at-Telegram-0"  # noqa: S105 - opens nothing
DEFAULT_USERNAME: Final = "jalon_bot"
FIRST_PERSON: Final = 7_000_000_001  # beyond 32 bits, as the ids of recent accounts are
FIRST_GROUP: Final = -4_000_000_001

_TOKEN = re.compile(r"\d{1,15}:[A-Za-z0-9_-]+")

# Reached by a person's own fields only: a test may not turn an account into something else.
_PERSON_FIELDS: Final = frozenset({"id", "first_name", "last_name", "username", "language_code"})


class Server:
    """All state. `clock` and `seed` make it reproducible; `store` makes it last."""

    def __init__(
        self,
        store: Store,
        tokens: Sequence[str] = (),
        username: str = DEFAULT_USERNAME,
        clock: Clock | None = None,
        seed: int | None = None,
    ) -> None:
        self.store = store
        self.clock = clock or Clock()
        self.chance = random.Random(seed if seed is not None else secrets.randbits(64))  # noqa: S311 - reproducible on purpose
        self.faults = Faults(random.Random(self.chance.getrandbits(64)))  # noqa: S311
        self.limits = Limits()
        self.journal = Journal()
        self.crowd: Crowd | None = None
        self.people = {body["id"]: Person(**body) for _, body in store.load("person")}
        profiles = {key[0]: Profile.restore(body) for key, body in store.load("profile")}
        first_seq = max((body["seq"] for _, body in store.load("feed")), default=0)
        self.worlds: dict[str, World] = {}
        self.polls: dict[str, Polls] = {}
        for number, token in enumerate(tokens or [DEFAULT_TOKEN]):
            if not _TOKEN.fullmatch(token):
                raise ValueError("a bot's token looks like 123456:letters-and-digits")
            name = username if number == 0 else f"{username.removesuffix('_bot')}{number + 1}_bot"
            profile = profiles.get(token) or Profile(name)
            profile.username = name
            self.worlds[token] = World(token, profile, self.people, self.clock, self.chance, store, first_seq)
            self.worlds[token].restore()
            self.polls[token] = Polls()

    @property
    def main(self) -> World:
        """The first bot: the one the page and the control API mean unless told otherwise."""
        return next(iter(self.worlds.values()))

    def world(self, token: str) -> World:
        """The bot of this token, or Telegram's refusal."""
        if token not in self.worlds:
            raise UNAUTHORIZED
        return self.worlds[token]

    def call(self, world: World, method: str, params: Params) -> Any:
        """One call of the Bot API, except getUpdates, which waits."""
        if method not in METHODS:
            raise METHOD_NOT_FOUND
        self.limits.check(method, params.text("chat_id"), self.clock.now())
        result = METHODS[method](world, params)
        if method == "setwebhook" and world.profile.webhook:
            self.polls[world.token].end(world.updates.changed)
        return result

    async def call_waiting(self, world: World, method: str, params: Params) -> Any:
        """One call of the Bot API, any method."""
        if method == GET_UPDATES:
            return await self.polls[world.token].get_updates(world, params)
        return self.call(world, method, params)

    def set_outage(self, outage: Rule | None) -> None:
        """Every call fails as `outage` says, those under way too, until None."""
        self.faults.outage = outage
        for token, world in self.worlds.items():
            self.polls[token].end(world.updates.changed)

    def add_person(self, body: Json) -> Person:
        """A new account; `first_name` is enough."""
        if set(body) - _PERSON_FIELDS or not str(body.get("first_name", "")).strip():
            raise ControlError(400, f"a person has a first_name, and maybe {sorted(_PERSON_FIELDS)}")
        person_id = int(body.get("id") or max(self.people, default=FIRST_PERSON - 1) + 1)
        if person_id in self.people or person_id <= 0:
            raise ControlError(409, f"the id {person_id} is taken, or not an id")
        person = Person(**{**body, "id": person_id, "first_name": str(body["first_name"]).strip()})
        self.people[person_id] = person
        self.store.put("person", (person_id,), person)
        self.main.feed.add(person_id, "person", person=person.kept())
        return person

    def person(self, person_id: int) -> Person:
        """The account with this id."""
        if person_id not in self.people:
            raise ControlError(404, f"nobody has the id {person_id}")
        return self.people[person_id]

    def add_group(self, title: str, members: list[int]) -> Chat:
        """A group of people, without the bot yet (action `add_bot`)."""
        chats = self.main.chats
        group_id = min([FIRST_GROUP + 1, *chats]) - 1
        chats[group_id] = Chat(group_id, "group", title, [self.person(member).id for member in members])
        self.main.keep_chat(chats[group_id])
        return chats[group_id]

    def act(self, person_id: int, action: str, body: Json) -> Json:
        """A person's gesture towards the main bot."""
        return act(self.main, self.person(person_id), action, body)

    async def close(self) -> None:
        """Write everything down."""
        self.store.put("feed", ("seq",), {"seq": max(world.feed.last for world in self.worlds.values())})
        await self.store.close()
