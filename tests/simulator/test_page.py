"""The chat page in a real browser: what a person sees, with a bot that answers by hand."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, async_playwright, expect
from telegram import Bot, InlineKeyboardButton, InlineKeyboardMarkup

from simulator import SimulatedPerson, Simulator

CHROMIUM = Path("/usr/bin/chromium")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(not CHROMIUM.exists(), reason="no Chromium on this machine"),
]


@pytest.fixture
async def browser() -> AsyncIterator[Browser]:
    arguments = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
    async with async_playwright() as playwright:
        launched = await playwright.chromium.launch(executable_path=CHROMIUM, args=arguments)
        yield launched
        await launched.close()


@pytest.fixture
async def page(browser: Browser, sim: Simulator) -> AsyncIterator[Page]:
    context = await browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 844})
    opened = await context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda line: complaints.append(line.text) if line.type == "error" else None)
    yield opened
    await context.close()
    assert complaints == []


async def test_from_an_invitation_to_an_answer(page: Page, sim: Simulator, bot: Bot) -> None:
    await page.goto(f"{sim.url}/jalon_bot?start=K7")
    await expect(page.get_by_test_id("notice")).to_have_text("Simulation locale : rien ne part chez Telegram")
    await page.get_by_test_id("person-name").fill("Nadia")
    await page.get_by_test_id("person-save").click()
    await page.get_by_role("button", name="Démarrer avec l’invitation K7").click()
    [update] = await bot.get_updates(timeout=5)
    person = update.message.from_user
    assert (update.message.text, person.first_name, person.language_code) == ("/start K7", "Nadia", "fr")

    await bot.send_chat_action(person.id, "typing")
    await expect(page.get_by_test_id("status")).to_have_text("écrit…")
    keyboard = InlineKeyboardMarkup([[InlineKeyboardButton("Oui", callback_data="o")]])
    sent = await bot.send_message(person.id, "<b>Prête</b> ? &lt;img src=x&gt;", "HTML", reply_markup=keyboard)
    last = page.get_by_test_id("message").last
    await expect(last.get_by_test_id("message-text")).to_have_text("Prête ? <img src=x>")
    await expect(last.locator("b")).to_have_text("Prête")
    assert await page.locator("img").count() == 0
    await expect(page.get_by_test_id("status")).to_have_text("bot")

    await page.get_by_role("button", name="Oui").click()
    query = (await bot.get_updates(update.update_id + 1, timeout=5))[0].callback_query
    await query.answer("C’est noté.")
    await expect(page.get_by_test_id("toast")).to_have_text("C’est noté.")
    await sent.edit_text("Très bien.")
    await expect(last.get_by_test_id("message-text")).to_have_text("Très bien.")
    await expect(page.get_by_test_id("inline-button")).to_have_count(0)


async def test_writing_correcting_attaching_blocking(page: Page, sim: Simulator, bot: Bot) -> None:
    async with SimulatedPerson(sim.url, "Nadia") as nadia:
        await nadia.start()
        await bot.set_my_commands([("pause", "Reprendre plus tard")])
        await page.goto(f"{sim.url}/#{nadia.id}")
        box = page.get_by_test_id("composer")
        await box.fill("un")
        await box.press("Shift+Enter")
        await box.press_sequentially("deux")
        await box.press("Enter")
        await expect(page.get_by_test_id("message-text").last).to_have_text("un\ndeux")
        await box.press("ArrowUp")
        await expect(page.get_by_test_id("edit-banner")).to_be_visible()
        await box.fill("trois")
        await page.get_by_test_id("send").click()
        await expect(page.get_by_test_id("edited")).to_have_text("modifié")
        await page.get_by_test_id("attach-button").click()
        await page.get_by_role("menuitem", name="Message vocal").click()
        await expect(page.get_by_test_id("message").last).to_have_attribute("data-kind", "voice")
        await page.get_by_test_id("commands-button").click()
        await page.get_by_role("menuitem", name="/pause").press("Enter")
        await expect(page.get_by_test_id("message-text").last).to_have_text("/pause")
        await page.get_by_test_id("menu-button").click()
        await page.get_by_test_id("block-button").click()
        await expect(page.get_by_test_id("start-button")).to_have_text("Débloquer le bot")
        await expect(box).to_be_hidden()
        said = [message.get("text") for message in await nadia.look()]
        assert said == ["/start", "trois", None, "/pause"]


async def test_an_alert_and_english(browser: Browser, sim: Simulator, bot: Bot) -> None:
    context = await browser.new_context(locale="en-GB", viewport={"width": 1280, "height": 800})
    page = await context.new_page()
    async with SimulatedPerson(sim.url, "Tom", language_code="en") as tom:
        await tom.start()
        button = InlineKeyboardButton("Go", callback_data="go")
        await bot.send_message(tom.id, "?", reply_markup=InlineKeyboardMarkup.from_button(button))
        await page.goto(f"{sim.url}/#{tom.id}")
        await expect(page.get_by_test_id("notice")).to_contain_text("nothing is sent to Telegram")
        await page.get_by_test_id("inline-button").click()
        query = (await bot.get_updates(timeout=5))[-1].callback_query
        await query.answer("Read this first.", show_alert=True)
        await expect(page.get_by_test_id("alert-text")).to_have_text("Read this first.")
        await page.get_by_test_id("alert-close").click()
        await expect(page.get_by_test_id("alert-dialog")).to_be_hidden()
    await context.close()
