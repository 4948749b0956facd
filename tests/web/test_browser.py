"""The page that stops texts, on a phone, in a real browser."""

from __future__ import annotations

import shutil
from typing import Literal

import pytest
from playwright.async_api import async_playwright, expect

from bot.loopback.changes import PATIENCE_S
from tests.web.conftest import PUBLIC, Site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
#: quiet ones only: nothing may leave the machine
ARGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-sync",
]
#: what a thumb hits, in CSS pixels
THUMB = 44

pytestmark = [pytest.mark.browser, pytest.mark.skipif(CHROMIUM is None, reason="there is no Chromium here")]


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_a_thumb_stops_the_texts_in_both_themes(site: Site, theme: Literal["light", "dark"]):
    faults: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=ARGS, timeout=PATIENCE_S * 1000
        )
        page = await browser.new_page(viewport={"width": 320, "height": 560}, color_scheme=theme)
        page.set_default_timeout(PATIENCE_S * 1000)
        expect.set_options(timeout=PATIENCE_S * 1000)
        page.on("pageerror", lambda error: faults.append(str(error)))
        page.on("console", lambda message: faults.append(message.text))
        home = f"http://127.0.0.1:{site.proxy_port}"
        page.on("request", lambda asked: None if asked.url.startswith(home) else faults.append(asked.url))
        await page.goto(home + site.links.make(12, "guardian").removeprefix(PUBLIC))
        button = page.get_by_role("button", name="Stop all texts")
        await expect(button).to_be_in_viewport()
        box = await button.bounding_box()
        assert box is not None
        assert box["height"] >= THUMB
        assert await page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
        assert await page.evaluate(CONTRAST) >= 4.5
        await button.click()
        await expect(page.get_by_role("heading", name="Texts have stopped")).to_be_visible()
        await browser.close()
    assert faults == []
    assert site.phones.stopped == [(12, "guardian")]


#: the least contrast between words and what is behind them (WCAG)
CONTRAST = """() => {
  const rgb = text => text.match(/[\\d.]+/g).map(Number);
  const light = text => rgb(text).slice(0, 3).map(v => v / 255)
    .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const behind = element => {
    const colour = getComputedStyle(element).backgroundColor;
    return rgb(colour).length === 4 && rgb(colour)[3] === 0 ? behind(element.parentElement) : colour;
  };
  return Math.min(...[...document.querySelectorAll("h1, p, button")].map(element => {
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }));
}"""
