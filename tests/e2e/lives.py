"""People who do anything at all while calls fail, time passes and Jalon restarts: a machine of rules, checked after each."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from typing import Any

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from sqlalchemy import func, select

from storage.export import export
from storage.messages import InboxRow
from storage.tables import table
from tests.bot.conversing import BEGIN, DONE, WHY
from tests.e2e.exported import expected, told
from tests.e2e.gestures import NODES, known, meant
from tests.e2e.ledger import ASKED, LABELS, PATHS, WRITTEN
from tests.e2e.world import Button, Talker, World

PEOPLE = ("Nadia", "Karim")
WORDS = ["juin dernier", "depuis mai", "turlututu", "12", "47", "99", "En poste", "Durable"]
REFUSABLE = ("editMessageText", "answerCallbackQuery")
FAULTS = [
    *({"action": action, "method": "sendMessage"} for action in ("retry_after", "status", "drop_before", "drop_after")),
    *({"action": action} for action in ("status", "cut")),
    *({"action": "status", "status": 400, "method": method} for method in REFUSABLE),
    *({"action": action, "method": "getUpdates"} for action in ("status", "drop_after")),
]
MOST_FAULTS = 3  # in one life: each is waited for
MOST_HOURS = 40  # in one life: after three days, updates are not remembered any more
who = st.integers(0, len(PEOPLE) - 1)
which = st.integers(0, 1000)


class Lives(RuleBasedStateMachine):
    """Two people and everything that may go wrong around them."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.people: list[Talker] = []
        self.faults = self.hours = 0

    @initialize(taps=st.lists(which, max_size=6))
    def come(self, taps: list[int]) -> None:
        """Both come in, and one goes some way on."""
        for name in PEOPLE:
            person = Talker(self.world.house, name)
            self.people.append(person)
            self.world.does(person.__aenter__())
            self._does(person, person.start())
            for label in (BEGIN, "Je participe", BEGIN):
                self._tap(person, next(b for b in reversed(person.on_screen()) if b[2] == label))
        for tap in taps:
            self.go_on(0, tap)

    def teardown(self) -> None:
        for person in self.people:
            self.world.does(person._ask("DELETE", "/faults"))
            self.world.does(person.__aexit__(None, None, None))
        self.world.clock.forward(days=2)  # nobody of this life is asked again in the next one

    def _does(
        self, person: Talker, *gestures: Coroutine[Any, Any, Any], means: Callable[[int], None] = lambda message: None
    ) -> None:
        """Gestures one right after the other; what they mean is noted (`means`, with the message sent), then all settles."""

        async def act() -> None:
            done = [await gesture for gesture in gestures]
            means(done[0]["message_id"] if isinstance(done[0], dict) else 0)
            await person.settle()

        person.ledger.gestures += len(gestures)
        self.world.does(act())

    def _tap(self, person: Talker, *buttons: Button) -> None:
        for button in buttons:
            meant(person.ledger, button[1], button[2], person.age(button))
        self._does(person, *(person.press_data(message, data) for message, data, _ in buttons))

    # ------------------------------------------------------------------------------------------------------ gestures
    @rule(who=who, which=which)
    def tap(self, who: int, which: int) -> None:
        """Any button on the screen, more often one of the last message."""
        person = self.people[who]
        shown = [b for b in person.on_screen() if known(b[2])]
        if shown:
            last = [b for b in shown if b[0] == shown[-1][0]]
            self._tap(person, [*last, *last, *shown][which % (2 * len(last) + len(shown))])

    @rule(who=who, which=which)
    def go_on(self, who: int, which: int) -> None:
        """An answer to the open question, or the way to the next."""
        person = self.people[who]
        walk = person.ledger.open
        labels = {*LABELS.get(walk.at, {}), DONE} if walk else {BEGIN}
        fitting = [b for b in person.on_screen() if b[2] in labels and (not walk or person.age(b) == 0)]
        if walk and walk.at in ("hours", *WRITTEN) and not walk.parts:
            self.type(who, "12")
        elif fitting:
            self._tap(person, fitting[which % len(fitting)])

    @rule(who=who, which=which)
    def answer(self, who: int, which: int) -> None:
        """The same: people mostly answer."""
        self.go_on(who, which)

    @rule(who=who, which=which)
    def tap_twice(self, who: int, which: int) -> None:
        """A double tap, on one button or on two of the same keyboard."""
        person = self.people[who]
        shown = [b for b in person.on_screen() if b[1].startswith("b") and b[2] != WHY]
        if shown:
            first = shown[which % len(shown)]
            same = [b for b in shown if b[0] == first[0]]
            self._tap(person, first, same[which // 7 % len(same)])

    @rule(who=who, which=which)
    def tap_an_old_keyboard(self, who: int, which: int) -> None:
        person = self.people[who]
        there = {data for _, data, _ in person.on_screen()}
        gone = [b for b in person.remembered if b[1].startswith("b") and b[1] not in there]
        if gone:
            self._tap(person, gone[which % len(gone)])

    @rule(who=who, text=st.sampled_from(WORDS))
    def type(self, who: int, text: str) -> None:
        person = self.people[who]
        ledger = person.ledger
        if ledger.aside or (ledger.open and ledger.open.paused):
            return
        under = ledger.open.at if ledger.open else ""

        def means(message: int) -> None:
            person.typed.append((message, under))
            if ledger.open:
                ledger.say(message, text)

        self._does(person, person.say(text), means=means)

    @rule(who=who, text=st.sampled_from(WORDS))
    def edit(self, who: int, text: str) -> None:
        """Other words in the place of the last ones that answered something."""
        person = self.people[who]
        ledger = person.ledger
        if ledger.aside or not person.typed or (ledger.open and ledger.open.paused):
            return
        message, under = person.typed[-1]
        if under in (*WRITTEN, "hours") and ledger.holds(message):
            ledger.correct(message, text)
            self._does(person, person._act("edit", text=text, message_id=message))

    @rule(who=who)
    def go_back_by_command(self, who: int) -> None:
        person = self.people[who]
        if person.ledger.open:
            person.ledger.aside = ""
            person.ledger.back()
        else:
            person.ledger.aside = ""
        self._does(person, person.say("/retour"))

    @rule(who=who, which=which)
    def change_an_answer(self, who: int, which: int) -> None:
        """By the list of one's answers."""
        person = self.people[who]
        walk = person.ledger.walk_of(PATHS)
        self._does(person, person.say("/reponses"))
        person.ledger.aside = ""
        self._press_labelled(person, f"Votre chemin ({len(walk.path) if walk else 0})")
        edits = [b for b in person.on_screen() if b[1].endswith(".e")]
        if edits:
            self._tap(person, edits[which % len(edits)])

    def _press_labelled(self, person: Talker, label: str) -> None:
        for message, data, _ in [b for b in person.on_screen() if b[2] == label][-1:]:
            self._does(person, person.press_data(message, data))

    @rule(who=who, text=st.sampled_from(WORDS), which=which)
    def leave_in_the_middle_of_words(self, who: int, text: str, which: int) -> None:
        """Something is written and not ended when the person turns to another question."""
        person = self.people[who]
        for _ in range(len(NODES)):
            if person.ledger.open and person.ledger.open.at in WRITTEN:
                break
            self.go_on(who, which)
        self.type(who, text)
        if which % 2:
            self.go_back_by_command(who)
        else:
            self.change_an_answer(who, which)

    @rule(who=who)
    def greet(self, who: int) -> None:
        """`/start` once more."""
        person = self.people[who]
        if person.ledger.place not in ("stopped", "declined"):
            person.ledger.resume()
        self._does(person, person.start())

    @rule(who=who)
    def think_of_stopping(self, who: int) -> None:
        person = self.people[who]
        if person.ledger.place != "stopped":
            person.ledger.aside = "stop"
        self._does(person, person.say("/arreter"))

    @rule(which=which)
    def both_at_once(self, which: int) -> None:
        """Their updates arrive in any order."""
        taps = []
        for person in self.people:
            shown = [b for b in person.on_screen() if b[1].startswith("b") and b[2] != WHY]
            if shown:
                taps.append((person, shown[which % len(shown)]))
        for person, button in taps:
            meant(person.ledger, button[1], button[2], person.age(button))
            person.ledger.gestures += 1

        async def act() -> None:
            await self.people[0]._ask("POST", "/updates", {"shuffle": 1})
            await asyncio.gather(*(person.press_data(button[0], button[1]) for person, button in taps))
            for person in self.people:
                await person.settle()

        self.world.does(act())

    # --------------------------------------------------------------------------------------------- what goes wrong
    @precondition(lambda self: self.faults < MOST_FAULTS)
    @rule(who=who, which=which, fault=st.sampled_from(FAULTS))
    def telegram_fails(self, who: int, which: int, fault: dict[str, Any]) -> None:
        """One of the next calls, while somebody goes on."""
        self.faults += 1
        person = self.people[who]
        whose = {} if fault.get("method") == "getUpdates" else {"chat_id": person.id}
        self.world.does(person._ask("POST", "/faults", {"seconds": 1, "count": 1, **fault, **whose}))
        self.go_on(who, which)

    @rule(count=st.integers(1, 4))
    def the_same_updates_again(self, count: int) -> None:
        person = self.people[0]
        self.world.does(person._ask("POST", "/updates", {"resend": count}))
        for each in self.people:
            self.world.does(each.settle())

    @precondition(lambda self: self.hours < MOST_HOURS)
    @rule(hours=st.sampled_from([1, 5, 30]))
    def time_passes(self, hours: int) -> None:
        self.hours += hours
        self.world.clock.forward(hours=hours)

    @rule()
    def jalon_restarts(self) -> None:
        self.restart(0)

    @precondition(lambda self: self.hours < MOST_HOURS)
    @rule(hours=st.sampled_from([2, 30]))
    def jalon_was_away(self, hours: int) -> None:
        self.hours += 2 * hours
        self.restart(hours)

    def restart(self, hours: int) -> None:
        async def act() -> None:
            await self.world.restart(list(self.people), hours)
            for person in self.people:
                await person.settle()

        self.world.does(act())

    # --------------------------------------------------------------------------------------------- what must be true
    @invariant()
    def the_record_is_what_was_done(self) -> None:
        for person in self.people:
            record = self._export(person)
            ledger = person.ledger
            held, due = [told(run) for run in record["runs"]], [expected(walk) for walk in ledger.walks]
            assert held == due, [(a, b) for a, b in zip(held, due, strict=False) if a != b]
            assert [(c["purpose"], c["granted"]) for c in record["consents"]] == ledger.consents
            assert Counter(fact["name"] for fact in record["facts"]) == Counter(ledger.facts)
            assert record["dossier"]["phase"] == ledger.place
            assert record["parked"]["count"] == 0

    @invariant()
    def every_gesture_is_one_update(self) -> None:
        rows = table(InboxRow)
        for person in self.people:
            with self.world.house.stores.database.read() as session:
                noted = session.execute(select(func.count()).where(rows.c.chat_id == person.id)).scalar_one()
            assert noted == person.ledger.gestures

    @invariant()
    def the_open_question_is_on_the_screen(self) -> None:
        for person in self.people:
            ledger = person.ledger
            if ledger.open is None or ledger.aside or ledger.open.paused:
                continue
            assert any(person.first_seen[data] == ledger.epoch for _, data, _ in person.on_screen()), "nothing to press"
            texts = [
                text for text in person.texts() if "→" not in text and any(words in text for words in ASKED.values())
            ]
            assert ASKED[ledger.open.at] in texts[-1], f"{ledger.open.at} is open; {texts[-2:]}"

    def _export(self, person: Talker) -> dict[str, Any]:
        house = self.world.house
        with house.stores.database.read() as session:
            return export(session, house.stores.vault, person.dossier, house.library.flows, self.world.clock.now())
