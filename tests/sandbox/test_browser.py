"""A newcomer's first minutes, in a real browser."""

from __future__ import annotations

import os
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from playwright.async_api import Page, async_playwright, expect

from bot.loopback.changes import PATIENCE_S
from tests.sandbox.visitor import Visitor

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: quiet ones only: nothing may leave the machine
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
#: where pictures of each step are put, if anywhere
SHOTS = os.environ.get("FLIPCORD_TEST_SHOTS")

pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here"),
]


@pytest.fixture
async def page(visitor: Visitor) -> AsyncIterator[Page]:
    """The sandbox's page; whatever went wrong in it, or left the machine, fails the test."""
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGS, timeout=PATIENCE_S * 1000
        )
        page = await browser.new_page(viewport={"width": 1440, "height": 900})
        page.set_default_timeout(PATIENCE_S * 1000)
        expect.set_options(timeout=PATIENCE_S * 1000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text) if message.type == "error" else None)
        page.on("request", lambda asked: None if at_home(asked.url, visitor) else faults.append(asked.url))
        await page.goto(f"{visitor.base}/#{visitor.token}")
        yield page
        await browser.close()
    assert faults == []


def at_home(url: str, visitor: Visitor) -> bool:
    return url.startswith((visitor.base, "blob:", "data:"))


async def shot(page: Page, name: str) -> None:
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png")


async def be(page: Page, person: str, room: str | None = None) -> None:
    await page.locator("#people button", has_text=person).click()
    if room is not None:
        await page.locator("#rooms button", has_text=room).click()


def room(page: Page):
    """The conversation that is shown."""
    return page.frame_locator("iframe.shown").locator("#channel-message-list")


async def test_a_newcomer_presses_hands_in_and_sees_a_reminder_come_by_itself(page: Page):
    await expect(page.get_by_role("heading", name="Try this")).to_be_visible()
    await expect(room(page).get_by_text("After this unit you can")).to_be_visible()
    await shot(page, "start")

    await be(page, "Chloé")
    await room(page).get_by_role("button", name="Start", exact=True).last.click()
    await expect(room(page).get_by_text("Started: ")).to_be_visible()
    await room(page).get_by_role("button", name="Hand in", exact=True).last.click()
    form = page.frame_locator("iframe.shown").locator("#modal-root")
    await expect(form.get_by_text("Question 1")).to_be_visible()
    await shot(page, "hand-in")

    await be(page, "Ben", "Flipcord")
    await expect(room(page).get_by_text("Your inbox is open")).to_be_visible()
    for _ in range(2):
        today = await page.locator("#clock-day").inner_text()
        await page.get_by_role("button", name="Tomorrow 8:00").click()
        await expect(page.locator("#clock-day")).not_to_have_text(today)
        await expect(page.locator("body.moving")).to_have_count(0)
    await expect(room(page).get_by_text("Still open: ").last).to_be_visible()
    await expect(page.locator("#people button", has_text="Dev").locator(".badge")).to_be_visible()
    await expect(page.locator("#happenings")).to_contain_text("Private thread with Dev")
    await shot(page, "nudge")


async def test_everything_can_be_reached_and_named_from_the_keyboard(page: Page):
    await expect(room(page).get_by_text("After this unit you can")).to_be_visible()
    await page.keyboard.press("Tab")
    await expect(page.get_by_role("link", name="Skip to the conversation")).to_be_focused()
    await page.locator("#people button", has_text="Ben").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("#acting")).to_contain_text("You are Ben")
    await expect(page.locator("#people button", has_text="Ben")).to_be_focused()
    nameless = await page.locator("button, a, iframe, summary").evaluate_all(
        "all => all.filter(e => !(e.innerText || e.title || e.ariaLabel || '').trim()).map(e => e.outerHTML)"
    )
    assert nameless == []


async def test_the_guide_takes_a_newcomer_to_each_of_its_people(page: Page):
    await expect(room(page).get_by_text("After this unit you can")).to_be_visible()
    count = int((await page.locator("#guide-count").inner_text()).split()[-1])
    assert 6 <= count <= 13
    for step in range(count):
        name = await page.locator("#guide .main").inner_text()
        await page.locator("#guide .main").click()
        await expect(page.locator("#acting")).to_contain_text(name.removeprefix("Be "))
        if step < count - 1:
            await page.get_by_role("button", name="Next ›").click()
    await expect(page.get_by_role("button", name="Close guide")).to_be_visible()
