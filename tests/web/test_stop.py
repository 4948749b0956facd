"""The page that stops texts: looking at it changes nothing, pressing it stops at once, and nobody else can."""

from __future__ import annotations

import random
import re
import time
from datetime import timedelta
from html.parser import HTMLParser
from statistics import median

import pytest

import bot.web.keeping
from bot.web.limits import PER_MINUTE
from bot.web.links import FormSeal, Seal, StopLinks
from tests.builders import NOW
from tests.web.conftest import KEYS, PUBLIC, Got, Site

LOOKERS = [
    "Mozilla/5.0 (compatible; Discordbot/2.0; +https://discordapp.com)",
    "TelegramBot (like TwitterBot)",
    "facebookexternalhit/1.1 Facebot Twitterbot/1.0",
    "Slackbot-LinkExpanding 1.0 (+https://api.slack.com/robots)",
    "WhatsApp/2.23.20.0",
    "Mozilla/5.0 (Windows NT 10.0) SafeLinks",
    "Mozilla/5.0 (Linux; Android 14) Chrome/130 Mobile Safari/537.36",
]


def path(site: Site, person: int = 12, party: str = "student") -> str:
    return site.links.make(person, party).removeprefix(PUBLIC)


def form_of(got: Got) -> str:
    found = re.search(r'name="form" value="([^"]+)"', got.text)
    assert found, got.text
    return found[1]


@pytest.mark.parametrize(("party", "words"), [("student", "on Discord"), ("guardian", "tell the teacher")])
async def test_whoever_presses_the_button_gets_no_more_texts(site: Site, party: str, words: str):
    link = path(site, 12, party)
    page = await site.ask("GET", link)
    assert page.status == 200
    assert "Stop all texts" in page.text
    done = await site.ask("POST", link, data={"form": form_of(page)})
    assert done.status == 200
    assert "Texts have stopped" in done.text
    assert words in done.text
    assert site.phones.stopped == [(12, party)]


@pytest.mark.parametrize("agent", LOOKERS)
async def test_a_preview_changes_nothing_and_shows_no_name(site: Site, agent: str):
    for method in ("GET", "HEAD", "OPTIONS"):
        for more in ({}, {"Sec-Purpose": "prefetch", "Purpose": "prefetch"}):
            got = await site.ask(method, path(site), headers={"User-Agent": agent, **more})
            assert got.status in (200, 405)
    page = await site.ask("GET", path(site))
    assert "<title>Stop all texts?</title>" in page.text
    assert "og:" not in page.text
    assert site.phones.stopped == []


async def test_nothing_on_the_page_comes_from_elsewhere_or_leads_there(site: Site):
    page = await site.ask("GET", path(site))

    class Sources(HTMLParser):
        found: list[str] = []  # noqa: RUF012  # one page

        def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
            self.found += [
                f"{tag} {name}"
                for name, _ in attrs
                if name in ("src", "href", "style", "action") or name.startswith("on")
            ]
            assert tag != "script"

    reader = Sources()
    reader.feed(page.text)
    assert reader.found == []
    nonce = re.search(r'<style nonce="([^"]+)"', page.text)
    assert nonce
    policy = page.headers["Content-Security-Policy"]
    assert f"style-src 'nonce-{nonce[1]}'" in policy
    for rule in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
        assert rule in policy
    assert "unsafe" not in policy


async def test_every_answer_has_the_headers_that_keep_it_to_itself(site: Site):
    answers = [
        await site.ask(method, where, proxied=False)
        for method, where in (
            ("GET", path(site)),
            ("POST", path(site)),
            ("GET", "/stop/wrong"),
            ("GET", "/nothing-here"),
            ("GET", "/healthz"),
            ("POST", "/twilio/text"),
            ("DELETE", "/healthz"),
        )
    ]
    for got in answers:
        assert got.headers["Referrer-Policy"] == "no-referrer"
        assert got.headers["X-Content-Type-Options"] == "nosniff"
        assert got.headers["Cache-Control"] == "no-store"
        assert "frame-ancestors 'none'" in got.headers["Content-Security-Policy"]
        assert "Location" not in got.headers
        assert "aiohttp" not in got.headers.get("Server", "")


CROSS_SITE = [
    {"Origin": "https://evil.example"},
    {"Origin": "https://bot.school.example.evil.example"},
    {"Origin": "http://bot.school.example"},
    {"Origin": "https://bot.school.example:8443"},
    {"Origin": "null", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "", "Sec-Fetch-Site": "cross-site"},
]
BAD_FORMS = ["", "x", "another page's", "an old one"]


@pytest.mark.parametrize("headers", CROSS_SITE)
async def test_another_site_presses_nothing(site: Site, headers: dict[str, str]):
    link = path(site)
    form = form_of(await site.ask("GET", link))
    got = await site.ask("POST", link, data={"form": form}, headers=headers)
    assert got.status == 403
    assert "Not stopped yet" in got.text
    assert site.phones.stopped == []


@pytest.mark.parametrize("kind", BAD_FORMS)
async def test_a_form_that_is_not_of_this_page_presses_nothing_and_offers_a_new_one(site: Site, kind: str):
    link = path(site)
    form = {
        "another page's": form_of(await site.ask("GET", path(site, 13))),
        "an old one": FormSeal(KEYS).make(link.removeprefix("/stop/"), NOW - timedelta(days=1, seconds=1)),
    }.get(kind, kind)
    got = await site.ask("POST", link, data={"form": form})
    assert (got.status, site.phones.stopped) == (403, [])
    # a person who left the page open presses once more
    await site.ask(
        "POST", link, data={"form": form_of(got)}, headers={"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    )
    assert site.phones.stopped == [(12, "student")]


async def test_a_stop_outlasts_a_locked_database_or_says_that_it_is_not_done(
    site: Site, monkeypatch: pytest.MonkeyPatch
):
    link = path(site)
    form = form_of(await site.ask("GET", link))
    site.phones.locked = 1
    assert (await site.ask("POST", link, data={"form": form})).status == 200
    assert site.phones.stopped == [(12, "student")]
    monkeypatch.setattr(bot.web.keeping, "KEEP_S", 0.05)
    site.phones.locked = 1000
    got = await site.ask("POST", link, data={"form": form})
    assert got.status == 503
    assert "Not stopped yet" in got.text
    assert "Answering STOP" in got.text


# --- RG2: the links ---


def test_a_link_is_short_enough_for_a_text():
    link = StopLinks(KEYS, PUBLIC).make(123_456, "guardian")
    assert len(link.removeprefix(PUBLIC)) <= 45


@pytest.mark.slow
def test_a_hundred_thousand_forgeries_open_nothing():
    dice = random.Random(2)
    links = StopLinks(KEYS, PUBLIC)
    whose = [(person, party) for person in range(1, 6) for party in ("student", "guardian")]
    true = [links.make(*each).rpartition("/")[2] for each in whose]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~é"

    def forged() -> str:
        token = dice.choice(true)
        at = dice.randrange(len(token))
        match dice.randrange(6):
            case 0:
                return token[:at] + dice.choice(alphabet) + token[at + 1 :]
            case 1:
                return token[:at]
            case 2:
                return token + dice.choice(alphabet)
            case 3:  # the words of one with the signature of another
                return token.partition(".")[0] + "." + dice.choice(true).partition(".")[2]
            case 4:
                return token.swapcase()
            case _:
                return f"{dice.randrange(99)}s." + "".join(dice.choices(alphabet, k=27))

    taken = [each for each in (forged() for _ in range(100_000)) if each not in true and links.read(each)]
    assert taken == []
    assert all(links.read(each) for each in true)


def test_what_was_signed_for_another_purpose_or_with_a_lost_key_opens_nothing():
    token = StopLinks(KEYS, PUBLIC).make(7, "student").rpartition("/")[2]
    assert StopLinks(KEYS[::-1], PUBLIC).read(token) == (7, "student")  # rotated: the old key still opens
    assert StopLinks(KEYS[1:], PUBLIC).read(token) is None
    assert StopLinks(KEYS, PUBLIC).read(Seal(KEYS, "another page").sign("7s")) is None
    assert StopLinks(KEYS, PUBLIC).read(FormSeal(KEYS).make("7s", NOW)) is None


# --- RG5: guesses ---


async def test_wrong_links_are_answered_alike_and_not_often(site: Site):
    true = path(site)
    wrong = ["/stop/x", "/stop/12s." + "A" * 27, true[:-1], true + "A", "/stop/%00%ff", "/stop/" + "y" * 3000]
    answers = [await site.ask("GET", each) for each in wrong]
    assert {(each.status, each.text) for each in answers} == {(404, "404: Not Found")}
    more = [(await site.ask("GET", f"/stop/{n}")).status for n in range(100)]
    assert more.count(404) == PER_MINUTE - len(wrong)
    assert set(more) == {404, 429}
    # somebody else, and whoever has a right link, are not held up by it
    assert (await site.ask("GET", true)).status == 200
    site.proxy_headers["X-Forwarded-For"] = "198.51.100.4"
    assert (await site.ask("GET", "/stop/x")).status == 404


def test_a_wrong_link_takes_as_long_as_a_right_one():
    links = StopLinks(KEYS, PUBLIC)
    right = links.make(12, "student").rpartition("/")[2]

    def spent(token: str) -> float:
        begin = time.process_time()  # of this process alone, whatever else the machine does
        links.read(token)
        return time.process_time() - begin

    wrong = right[:-1] + ("A" if right[-1] != "A" else "B")
    times = [(spent(right), spent(wrong), spent("x")) for _ in range(2000)]
    middle = [median(each) for each in zip(*times, strict=True)]
    print([f"{each * 1e6:.0f} µs" for each in middle])
    assert max(middle) - min(middle) < 0.001
