"""The page on which a guardian signs: looking changes nothing, signing counts once, and nobody else's link does."""

from __future__ import annotations

import asyncio
import io
import logging
import random
import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

import pytest

from bot.domain.contracts import Contract, Stage, Via
from bot.logs import HIDDEN
from bot.services.contracts import ContractService, GuardianResult, OwnContracts, PageResult
from bot.storage.database import Database
from bot.web.agree import CODES_A_DAY, AgreePage
from bot.web.limits import PER_MINUTE
from bot.web.links import CONTRACT_DAYS, ContractLinks, FormSeal, Replaced, RunOut, Seal, StopLinks
from bot.words.contracts import WELCOME_GUARDIAN, ContractWording
from tests.builders import ANA, NOW, Ids, a_class, student
from tests.services.conftest import database, empty_database_file
from tests.test_logs import logging_to
from tests.web.conftest import KEYS, PUBLIC, Got, Site

__all__ = ["database", "empty_database_file"]


@dataclass(slots=True)
class Desk:
    """Ana has signed for 86 %, and the page of her guardian is served from the real database."""

    site: Site
    database: Database
    contracts: ContractService
    links: ContractLinks
    handle: str
    now: datetime = NOW

    async def own(self) -> OwnContracts:
        result = await self.contracts.own(student(), None, self.now)
        assert isinstance(result, OwnContracts)
        return result

    async def newest(self) -> Contract:
        return (await self.own()).contracts[-1]

    async def path(self, via: Via = Via.TEXT) -> str:
        return self.links.make((await self.newest()).id, via, self.now).removeprefix(PUBLIC)

    async def sign(self, link: str, name: str = "Wei Li", **more: str) -> Got:
        form = form_of(await self.site.ask("GET", link))
        return await self.site.ask("POST", link, data={"form": form, "name": name, **more})


def form_of(got: Got) -> str:
    found = re.search(r'name="form" value="([^"]+)"', got.text)
    assert found, got.text
    return found[1]


@pytest.fixture
async def desk(site: Site, database: Database) -> Desk:
    section = await a_class(database, students=(ANA,))
    links = ContractLinks(KEYS, PUBLIC)
    contracts = ContractService(database, ContractWording(), links, Ids(), lambda: None)
    desk = Desk(site, database, contracts, links, section.handle)
    page = AgreePage(contracts, links, FormSeal(KEYS, "contract form"), PUBLIC, lambda: desk.now)
    site.more_doors.append(page)
    await site.restart()
    await contracts.sign(student(), section.handle, 86, "Ana Li", NOW)
    return desk


async def test_a_guardian_reads_how_the_class_works_signs_and_the_bar_holds_from_then_on(desk: Desk):
    link = await desk.path()
    page = await desk.site.ask("GET", link)
    for line in WELCOME_GUARDIAN:
        assert line.replace("'", "&#39;") in page.text
    assert "Ana signed this for Chem 1:" in page.text
    assert "86 %" in page.text
    assert "Li" not in re.sub(r"<[^>]+>", "", page.text)
    assert (await desk.own()).bar.percent == 80
    desk.now += timedelta(hours=2)
    done = await desk.sign(link)
    assert (done.status, "it is signed" in done.text) == (200, True)
    signed = await desk.newest()
    assert (signed.guardian_name, signed.guardian_via, signed.guardian_signed_at) == (
        "Wei Li",
        "link",
        desk.now,
    )
    assert signed.wording in signed.guardian_wording
    assert (await desk.own()).bar.percent == 86


async def test_looking_previewing_and_asking_otherwise_signs_nothing(desk: Desk):
    link = await desk.path()
    for method in ("GET", "HEAD", "OPTIONS", "DELETE", "PUT"):
        got = await desk.site.ask(method, link, headers={"User-Agent": "WhatsApp/2.23.20.0"})
        assert got.status in (200, 405)
    assert "og:" not in (await desk.site.ask("GET", link)).text
    assert (await desk.newest()).stage is Stage.WAITING


async def test_signing_again_or_replaying_the_very_form_changes_nothing(desk: Desk):
    link = await desk.path()
    form = form_of(await desk.site.ask("GET", link))
    await desk.site.ask("POST", link, data={"form": form, "name": "Wei Li"})
    first = await desk.newest()
    desk.now += timedelta(hours=1)
    for name in ("Wei Li", "Somebody Else"):
        again = await desk.site.ask("POST", link, data={"form": form, "name": name})
        assert "signed already" in again.text
    assert "signed already" in (await desk.site.ask("GET", link)).text
    assert await desk.newest() == first


@pytest.mark.parametrize("name", ["", " ", "x", "123", "a" * 81])
async def test_without_a_name_nothing_is_signed_and_what_was_typed_stays(desk: Desk, name: str):
    got = await desk.sign(await desk.path(), name)
    assert (got.status, "write your name" in got.text) == (422, True)
    assert (await desk.newest()).stage is Stage.WAITING


async def test_the_page_that_a_student_hands_over_asks_for_the_code_on_their_screen(desk: Desk):
    page = (await desk.own()).page
    assert page is not None
    link = page.url.removeprefix(PUBLIC)
    wrong = f"{(int(page.code) + 1) % 1_000_000:06}"
    for code in ("", wrong, page.code[:5], "１２３４５６"):
        got = await desk.sign(link, code=code)
        assert (got.status, "not the code" in got.text, 'value="Wei Li"' in got.text) == (403, True, True)
    assert (await desk.newest()).stage is Stage.WAITING
    assert "it is signed" in (await desk.sign(link, code=f" {page.code[:3]} {page.code[3:]}")).text
    assert (await desk.newest()).guardian_via == "code"


async def test_codes_cannot_be_tried_through(desk: Desk):
    page = (await desk.own()).page
    assert page is not None
    link = page.url.removeprefix(PUBLIC)
    form = form_of(await desk.site.ask("GET", link))

    async def tried(code: str, number: int) -> Got:
        desk.site.proxy_headers["X-Forwarded-For"] = f"203.0.113.{number}"
        return await desk.site.ask("POST", link, data={"form": form, "name": "Wei Li", "code": code})

    wrong = [f"{(int(page.code) + 1 + number) % 1_000_000:06}" for number in range(CODES_A_DAY + 10)]
    answers = [(await tried(code, number)).status for number, code in enumerate(wrong)]
    assert answers == [403] * CODES_A_DAY + [429] * 10
    right = await tried(page.code, 250)
    assert (right.status, "no code is taken here for a day" in right.text) == (429, True)
    assert (await desk.newest()).stage is Stage.WAITING
    desk.now += timedelta(hours=23)
    assert (await tried(page.code, 251)).status == 429
    desk.now += timedelta(hours=1)
    form = form_of(await desk.site.ask("GET", link))
    assert "it is signed" in (await tried(page.code, 252)).text


async def test_a_link_runs_out_and_says_where_to_get_another(desk: Desk):
    link = await desk.path()
    form = form_of(await desk.site.ask("GET", link))
    desk.now += timedelta(days=CONTRACT_DAYS + 1)
    for got in (
        await desk.site.ask("GET", link),
        await desk.site.ask("POST", link, data={"form": form, "name": "Wei Li"}),
    ):
        assert (got.status, "/contract" in got.text) == (410, True)
    assert (await desk.newest()).stage is Stage.WAITING


@pytest.mark.parametrize("key", range(len(KEYS)))
async def test_a_link_of_the_time_when_the_record_kept_them_signs_nothing_and_says_where_the_new_one_is(
    desk: Desk, key: int
):
    number, last = (await desk.newest()).id, int(NOW.timestamp()) // 86_400 + CONTRACT_DAYS
    token = Seal(KEYS[key:], "contract page").sign(f"{number}t{last}")
    form = FormSeal(KEYS, "contract form").make(token, NOW)
    for got in (
        await desk.site.ask("GET", f"/agree/{token}"),
        await desk.site.ask("POST", f"/agree/{token}", data={"form": form, "name": "Wei Li"}),
    ):
        assert (got.status, "There is a newer link" in got.text, "/contract" in got.text) == (410, True, True)
    assert (await desk.newest()).stage is Stage.WAITING
    assert desk.links.read(token, NOW) == Replaced()
    # a link that a student showed was never on record, and stays good
    shown = Seal(KEYS, "contract page").sign(f"{number}c{last}")
    assert (await desk.site.ask("GET", f"/agree/{shown}")).status == 200


class Broken:
    """A fault that quotes what it was about."""

    def __init__(self, link: str) -> None:
        self.link = link

    async def page(self, contract: int) -> PageResult:
        raise ValueError({"about": [self.link, quote(self.link, safe=""), contract]})

    async def guardian_signs(self, contract: int, via: Via, name: str, now: datetime) -> GuardianResult:
        raise RuntimeError(f"{contract} {via} {name} {now} {self.link}")


async def test_no_line_of_the_log_carries_a_link_a_form_or_a_signature_whatever_goes_wrong(desk: Desk):
    """At DEBUG, asyncio's own debugging included."""
    link, stream = await desk.path(), io.StringIO()
    token = link.rpartition("/")[2]
    form = form_of(await desk.site.ask("GET", link))
    desk.site.more_doors[:] = [
        AgreePage(Broken(link), desk.links, FormSeal(KEYS, "contract form"), PUBLIC, lambda: NOW)
    ]
    loop = asyncio.get_running_loop()
    with logging_to(stream):
        await desk.site.restart()
        loop.set_debug(enabled=True)
        loop.slow_callback_duration = 0
        assert (await desk.site.ask("GET", link)).status == 500
        assert (await desk.site.ask("POST", link, data={"form": form, "name": "Wei Li"})).status == 503
        for path in (f"/%61gree/{token}", f"/x?next={quote(link, safe='')}", f"/stop/{token}", f"/{token}"):
            await desk.site.ask("GET", path)
        for line in (f"GET {link} HTTP/9.1", f"GET {link}", f"GET / HTTP/1.1\r\nReferer {PUBLIC}{link}"):
            await raw(desk.site.port, line)
        await desk.site.twilio(
            "/twilio/text", {"To": "+12025550142", "From": "+13035550177", "Body": PUBLIC + link}
        )
        logging.getLogger("asyncio").debug("the form %r", {"form": form})
        loop.set_debug(enabled=False)
    said = stream.getvalue()
    assert "Traceback" in said
    assert HIDDEN in said
    signature = token.partition(".")[2]
    assert signature not in said
    assert form.rpartition(".")[2] not in said
    assert "2025550142" not in said


async def raw(port: int, line: str) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(line.encode() + b"\r\n\r\n")
    await reader.read(1000)
    writer.close()
    await writer.wait_closed()


async def test_the_link_of_a_goal_that_was_changed_signs_neither_it_nor_the_new_one(desk: Desk):
    link = await desk.path()
    form = form_of(await desk.site.ask("GET", link))
    await desk.contracts.sign(student(), desk.handle, 93, "Ana Li", NOW)
    got = await desk.site.ask("POST", link, data={"form": form, "name": "Wei Li"})
    assert (got.status, "not to be signed any more" in got.text) == (410, True)
    assert [each.stage for each in (await desk.own()).contracts] == [Stage.WITHDRAWN, Stage.WAITING]


@pytest.mark.parametrize(
    "headers",
    [{"Origin": "https://evil.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "http://bot.school.example"}],
)  # fmt: skip
async def test_another_site_signs_nothing(desk: Desk, headers: dict[str, str]):
    link = await desk.path()
    form = form_of(await desk.site.ask("GET", link))
    data = {"form": form, "name": "Wei Li"}
    assert (await desk.site.ask("POST", link, data=data, headers=headers)).status == 403
    assert (await desk.newest()).stage is Stage.WAITING


async def test_a_form_of_another_page_signs_nothing_and_a_new_one_is_offered(desk: Desk):
    link = await desk.path()
    token = link.rpartition("/")[2]
    old = FormSeal(KEYS, "contract form").make(token, NOW - timedelta(days=2))
    for form in ("", "x", FormSeal(KEYS).make(token, NOW), old):
        got = await desk.site.ask("POST", link, data={"form": form, "name": "Wei Li"})
        assert (got.status, 'value="Wei Li"' in got.text) == (403, True)
    assert (await desk.newest()).stage is Stage.WAITING
    await desk.site.ask("POST", link, data={"form": form_of(got), "name": "Wei Li"})
    assert (await desk.newest()).stage is Stage.IN_FORCE


async def test_a_name_full_of_markup_is_shown_as_it_was_typed(desk: Desk):
    page = (await desk.own()).page
    assert page is not None
    got = await desk.sign(page.url.removeprefix(PUBLIC), '"><script>alert(1)</script>', code="0")
    assert "<script" not in got.text


async def test_wrong_links_are_answered_alike_and_not_often(desk: Desk):
    true = await desk.path()
    stop = StopLinks(KEYS, PUBLIC).make(1, "guardian").rpartition("/")[2]
    wrong = ["/agree/x", true[:-1], true + "A", f"/agree/{stop}", "/agree/%00%ff", "/agree/" + "y" * 3000]
    answers = [await desk.site.ask("GET", each) for each in wrong]
    assert {(each.status, each.text) for each in answers} == {(404, "404: Not Found")}
    more = [(await desk.site.ask("GET", f"/agree/{n}")).status for n in range(60)]
    assert more.count(404) == PER_MINUTE - len(wrong)
    assert (await desk.site.ask("GET", true)).status == 200


@pytest.mark.slow
def test_fifty_thousand_forgeries_open_nothing():
    dice = random.Random(12)
    links = ContractLinks(KEYS, PUBLIC)
    true = [
        links.make(number, via, NOW).rpartition("/")[2]
        for number in range(1, 6)
        for via in (Via.TEXT, Via.CODE)
    ]
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.=~é"

    def forged() -> str:
        token = dice.choice(true)
        at = dice.randrange(len(token))
        match dice.randrange(5):
            case 0:
                return token[:at] + dice.choice(alphabet) + token[at + 1 :]
            case 1:
                return token[:at]
            case 2:  # the words of one with the signature of another
                return token.partition(".")[0] + "." + dice.choice(true).partition(".")[2]
            case 3:  # a later last day
                return re.sub(r"[0-9]+\.", "99999.", token, count=1)
            case _:
                return f"{dice.randrange(99)}g99999." + "".join(dice.choices(alphabet, k=27))

    taken = [each for each in (forged() for _ in range(50_000)) if each not in true and links.read(each, NOW)]
    assert taken == []
    assert all(links.read(each, NOW) for each in true)


def test_a_link_is_for_one_contract_one_way_and_two_weeks():
    links = ContractLinks(KEYS, PUBLIC)
    token = links.make(12, Via.TEXT, NOW).rpartition("/")[2]
    assert links.read(token, NOW) == (12, Via.TEXT)
    assert links.read(token, NOW + timedelta(days=CONTRACT_DAYS)) == (12, Via.TEXT)
    assert links.read(token, NOW + timedelta(days=CONTRACT_DAYS + 1)) == RunOut()
    assert ContractLinks(KEYS[::-1], PUBLIC).read(token, NOW) == (
        12,
        Via.TEXT,
    )  # rotated: the old key still opens
    assert ContractLinks(KEYS[1:], PUBLIC).read(token, NOW) is None
    assert links.read(Seal(KEYS, "another page").sign("12g99999"), NOW) is None
