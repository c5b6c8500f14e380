"""The preliminary phase as a new user meets it: `jalon run`, then the chat page in a real browser, to the very end.

`make screenshots` keeps pictures of the way.
"""

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Locator, Page, async_playwright, expect

from bot.words import PHRASES
from flows.journey import load_journey
from simulator.client import settle
from tests.conftest import CHROMIUM
from tests.jalon.program import running

pytestmark = [pytest.mark.browser, pytest.mark.timeout(300)]

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
PHONE: dict[str, Any] = {"viewport": {"width": 390, "height": 844}, "has_touch": True}
DESK: dict[str, Any] = {"viewport": {"width": 1100, "height": 760}}
LOCALES = {"fr": "fr-FR", "en": "en-GB"}
ENOUGH = 250  # gestures: the phase takes about a hundred

WRITTEN = {
    "fr": ("Je cherche un métier plus utile.", "Avec des horaires réguliers, près de chez moi."),
    "en": ("I am looking for more useful work.", "With regular hours, close to home."),
}
QUIET = 0.1  # seconds without a call of the bot
DATED = {"fr": "dans trois mois", "en": "in three months"}
NUMBERED = "12"


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield launched
        await launched.close()


# The bot has reacted: the message that was pressed is another, or there is one below it.
REACTED = """([pressed, shown, last]) => {
  const all = [...document.querySelectorAll('[data-from=bot]')];
  const message = document.querySelector(`[data-message-id="${pressed}"]`);
  return all.at(-1).dataset.messageId !== last || (message && message.innerText !== shown);
}"""
# The bot has finished: its last message has buttons, or says one of the things after which nothing is asked.
FINISHED = """(endings) => {
  const last = [...document.querySelectorAll('[data-from=bot]')].at(-1);
  return last.querySelector('[data-testid=keyboard]') !== null || endings.some(end => last.innerText.includes(end));
}"""


WAYS_OUT = ("button_skip", "button_defer", "button_back", "button_why", "button_pause_here")


class Camera:
    """Keeps one picture of each kind of moment, where pictures are asked for."""

    def __init__(self, folder: Path | None, prefix: str) -> None:
        self.folder, self.prefix = folder, prefix
        self.taken: set[str] = set()

    async def take(self, page: Page, moment: str) -> None:
        if moment in self.taken:
            return
        self.taken.add(moment)
        if self.folder:
            self.folder.mkdir(parents=True, exist_ok=True)
            await page.screenshot(path=self.folder / f"{self.prefix}-{moment}.png", animations="disabled")


class Visitor:
    """Somebody at the page: presses what is displayed, writes where the message asks to write."""

    def __init__(self, page: Page, url: str, language: str, camera: Camera) -> None:
        self.page, self.url, self.language, self.camera = page, url, language, camera
        self.endings = [
            resting("submitted", language),
            self.phrase("changed_submitted", counsellor=self.phrase("your_counsellor")),
        ]
        self.ways_out = {self.phrase(key) for key in WAYS_OUT}

    def phrase(self, key: str, **holes: object) -> str:
        return PHRASES(key, self.language, **holes)

    def counted(self, key: str) -> re.Pattern[str]:
        """The pattern of a phrase; the holes that are numbers are its groups."""
        pattern = re.escape(PHRASES.table[key][self.language]).replace(r"\{title\}", ".+")
        return re.compile(re.sub(r"\\\{\w+\\\}", r"(\\d+)", pattern))

    # ---------------------------------------------------------------------------------------------------------- seeing
    async def reaction(self, act: Callable[[], Awaitable[object]], pressed: Locator | None = None) -> None:
        """Does something and waits until the bot has reacted and finished, however slow the machine."""
        id = await pressed.get_attribute("data-message-id") if pressed else None
        shown = await pressed.inner_text() if pressed else None
        last = await self.page.locator("[data-from=bot]").last.get_attribute("data-message-id")
        await act()
        await self.page.wait_for_function(REACTED, arg=[id, shown, last])
        await self.page.wait_for_function(FINISHED, arg=self.endings)
        await asyncio.to_thread(settle, self.url, QUIET)

    async def last_words(self) -> str:
        return await self.page.get_by_test_id("message-text").last.inner_text()

    def asking(self) -> Locator:
        """The last message with buttons."""
        return self.page.get_by_test_id("message").filter(has=self.page.get_by_test_id("keyboard")).last

    async def labels(self) -> list[str]:
        return await self.asking().get_by_test_id("inline-button").all_inner_texts()

    # ---------------------------------------------------------------------------------------------------------- acting
    async def arrive(self, name: str) -> None:
        await self.page.goto(self.url)
        await self.page.locator("body[data-ready]").wait_for()
        if not await self.page.get_by_test_id("person-dialog").is_visible():
            await self.page.get_by_test_id("add-person").click()
        await self.page.get_by_test_id("person-name").fill(name)
        await self.page.get_by_test_id("person-language").select_option(self.language)
        await self.page.get_by_test_id("person-save").click()
        await self.page.get_by_test_id("start-button").click()
        await expect(self.page.get_by_test_id("keyboard")).to_be_visible()

    async def press(self, label: str) -> None:
        asking = self.asking()
        await self.reaction(asking.get_by_role("button", name=label, exact=True).click, asking)

    async def write(self, *texts: str) -> None:
        for text in texts:
            await self.page.get_by_test_id("composer").fill(text)
            await self.reaction(self.page.get_by_test_id("send").click)

    # ------------------------------------------------------------------------------------------- one question, answered
    async def answer(self) -> None:
        """Answers what is asked, as its words say how."""
        words = await self.asking().get_by_test_id("message-text").inner_text()
        for hint, act in self.ways():
            if found := hint.search(words):
                await act(words, *map(int, found.groups()))
                return
        await self.first_button(words)

    def ways(self) -> list[tuple[re.Pattern[str], Callable[..., Awaitable[None]]]]:
        return [
            (self.counted("hint_text"), self.in_words),
            (self.counted("hint_number"), self.a_number),
            (self.counted("hint_date"), self.a_date),
            (self.counted("hint_ranking"), self.a_ranking),
            (self.counted("hint_choices_between"), self.several),
            (self.counted("hint_choices_max"), self.several),
            (self.counted("hint_choices"), self.several),
        ]

    async def in_words(self, words: str) -> None:
        await self.write(*WRITTEN[self.language])
        await self.camera.take(self.page, "open-answer")
        await self.press(self.phrase("button_done"))

    async def a_number(self, words: str) -> None:
        await self.write(NUMBERED)

    async def a_date(self, words: str) -> None:
        await self.write(DATED[self.language])

    async def a_ranking(self, words: str, least: int, most: int) -> None:
        await self._pick(least, "ranking")

    async def several(self, words: str, *bounds: int) -> None:
        await self._pick(bounds[0] if len(bounds) > 1 else 1, "several")

    async def _pick(self, count: int, moment: str) -> None:
        for place in range(count):
            asking = self.asking()
            await self.reaction(asking.get_by_test_id("inline-button").nth(2 * place).click, asking)
        await self.camera.take(self.page, moment)
        await self.press(self.phrase("button_validate", count=count))

    async def first_button(self, words: str) -> None:
        offered = [label for label in await self.labels() if label not in self.ways_out]
        figures = [label for label in offered if label.isdigit()]
        if moment := self._moment(words, figures):
            await self.camera.take(self.page, moment)
        await self.press("7" if "7" in figures else offered[0])

    def _moment(self, words: str, figures: list[str]) -> str | None:
        """The kind of question that one button answers; None for an information."""
        if figures:
            return "scale"
        if self.counted("progress_items").search(words):
            return "battery"
        return "choice" if self.counted("progress").search(words) else None

    # ------------------------------------------------------------------------------------------------------- the phase
    async def walk(self, end: str) -> int:
        """Answers until the words `end` are said; gives how many answers it took."""
        for answered in range(ENOUGH):
            if end in await self.last_words():
                return answered
            recap = await self.page.get_by_role("button", name=self.phrase("button_change"), exact=True).count()
            if recap:
                await self.camera.take(self.page, "recap")
            await self.answer()
        raise AssertionError(f"not at the end after {ENOUGH} answers: {await self.last_words()}")

    async def change_an_answer(self) -> None:
        """From the list of answers: the first one about the engagement, another choice."""
        await self.write("/reponses")
        title = load_journey().pack.states["engagement"].title[self.language]
        await self.press(next(label for label in await self.labels() if label.startswith(title)))
        await self.press("1")
        await self.camera.take(self.page, "change")
        offered = [label for label in await self.labels() if label not in self.ways_out]
        assert offered[0] == self.phrase("button_keep")
        await self.press(offered[2])


def resting(state: str, language: str) -> str:
    """The first line of what is said at a resting place of the journey."""
    text = load_journey().pack.states[state].text
    assert text is not None
    return text[language].splitlines()[0]


async def opened(browser: Browser, language: str, device: dict[str, Any]) -> tuple[BrowserContext, Page, list[str]]:
    context = await browser.new_context(locale=LOCALES[language], **device)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    return context, page, complaints


@pytest.mark.parametrize(("language", "device"), [("fr", PHONE), ("en", DESK)], ids=["fr-phone", "en-desk"])
async def test_a_new_user_walks_the_whole_phase(
    browser: Browser, tmp_path: Path, request: pytest.FixtureRequest, language: str, device: dict[str, Any]
) -> None:
    camera = Camera(request.config.getoption("--screenshots"), language)
    with running(tmp_path, SIMULATOR_PORT="0", CHAT_GAP_SECONDS="0") as program:
        url = program.address()
        context, page, complaints = await opened(browser, language, device)
        visitor = Visitor(page, url, language, camera)
        await visitor.arrive("Nadia")
        await camera.take(page, "welcome")
        submitted = resting("submitted", language)
        assert await visitor.walk(submitted) > 50
        await camera.take(page, "submitted")

        await visitor.change_an_answer()
        assert (
            visitor.phrase("changed_submitted", counsellor=visitor.phrase("your_counsellor"))
            in await page.get_by_test_id("messages").inner_text()
        )
        await visitor.write("/menu")
        await camera.take(page, "menu")
        await page.emulate_media(color_scheme="dark")
        await camera.take(page, "dark")
        assert complaints == []
        await context.close()
        assert program.stop() == 0
    assert program.errors.read_text() == ""
