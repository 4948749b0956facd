"""The composition root: settings → storage → services → client, delivery, schedule; closed in reverse."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import FlipcordClient
from bot.clock import Clock, Steadiness, offset_clock, system_clock
from bot.config import Settings, WebPart
from bot.delivery.asking import knows_token, paced, post_past_the_outbox
from bot.delivery.line import Line
from bot.delivery.members import Reconciler
from bot.delivery.sms import TwilioAccount
from bot.delivery.worker import Courier
from bot.domain.nudging import Hours, Limits
from bot.domain.quiet import OpenHours
from bot.formats.bank_files import BankFiles
from bot.formats.numbers import PhoneNumbers
from bot.formats.pack import zip_folder
from bot.formats.table_csv import CsvTables
from bot.formats.units import PintUnits
from bot.formats.worker import WorkerPackParser
from bot.jobs import Jobs, every_job
from bot.pictures.drawn import DrawnForServices
from bot.pulse import Pulse
from bot.schedule import Schedule
from bot.services.accommodations import AccommodationService
from bot.services.announcement_results import Tariff
from bot.services.announcements import AnnouncementService
from bot.services.answer_marking import AnswerMarkingService
from bot.services.banks import BankService
from bot.services.booking import BookingService
from bot.services.check_rules import CheckRulesService
from bot.services.classes import ClassService
from bot.services.contract_desk import ContractDeskService
from bot.services.contracts import ContractService
from bot.services.courses import CourseService
from bot.services.deliveries import DeliveryService, Terms
from bot.services.delivery_report import DeliveryReportService
from bot.services.desk import DeskService
from bot.services.flaws import FlawService
from bot.services.going_back import GoingBackService
from bot.services.got_it import GotItService
from bot.services.guardians import GuardianService
from bot.services.hand_ins import HandInService
from bot.services.hand_marking import HandMarkService
from bot.services.history import HistoryService
from bot.services.incoming import IncomingService
from bot.services.item_analysis import ItemAnalysisService
from bot.services.journals import JournalService
from bot.services.locks import LockService
from bot.services.members import MemberService
from bot.services.nudges import NudgeService
from bot.services.people import Drip, PeopleService
from bot.services.phones import PhoneService
from bot.services.posting import PostingService
from bot.services.prework import PreWorkService
from bot.services.progress import ProgressService
from bot.services.quizzes import QuizService
from bot.services.reachability import ReachabilityService
from bot.services.receipts import ReceiptService
from bot.services.rechecks import RecheckService
from bot.services.regrades import RegradeService
from bot.services.remediation import RemediationService
from bot.services.reminders import ReminderService
from bot.services.retake_requests import RetakeRequestService
from bot.services.rulings import RulingService
from bot.services.services import Services
from bot.services.standing import StandingService
from bot.services.stop_pages import StopPageService
from bot.services.summatives import SummativeService
from bot.services.tasks import TaskService
from bot.services.time_limits import TimeLimitService
from bot.services.upkeep import UpkeepService
from bot.services.vitals import VitalsService
from bot.standing import Discord, Lookout, TokenRefused
from bot.storage.database import Database, open_database
from bot.storage.secrets import Vault
from bot.watch import Watch
from bot.web.errors import CannotListen
from bot.web.lag import LagProbe
from bot.words.contracts import ContractWording
from bot.words.letters import answer_length

if TYPE_CHECKING:
    from bot.web.links import ContractLinks, StopLinks
    from bot.web.server import WebServer
from bot.words.texts import segments, text

__all__ = ["App", "CannotListen", "TokenRefused", "open_app"]

log = structlog.get_logger()

SAMPLE_COURSE = Path(__file__).parent.parent / "data" / "courses" / "intro-chemistry"


class App:
    """A Flipcord that is put together. ``client`` is not connected yet."""

    def __init__(self, settings: Settings, clock: Clock, database: Database) -> None:
        self.settings, self.clock = settings, clock
        self.pulse, self.watch = Pulse(), Watch()
        # a clock that tests and the sandbox move is meant to jump
        self.steadiness = Steadiness(clock) if clock is system_clock else None
        self.schedule = Schedule(
            self.beat, self.next_alarm, clock, settings.wake.poll_s, pulse=self.pulse, watch=self.watch
        )
        links, contract_links = _links(settings)
        self.services = _services(settings, database, clock, self.schedule.wake, links, contract_links)
        self.line = line = Line()
        self.client = FlipcordClient(
            self.services,
            identifies_per_hour=settings.discord.identify.per_hour,
            http_trace=line.trace,
        )
        self.reconciler = Reconciler(self.services.members, self.services.flaws, self.client, line, clock)
        self.client.on_gap = self.reconciler.start
        self.client.paced = partial(paced, line)
        self.courier = Courier(
            self.services.deliveries,
            self.client,
            line,
            clock,
            nonce_window_s=settings.discord.nonce_window_s,
            twilio=_twilio(settings),
            pulse=self.pulse,
        )
        self.jobs = Jobs(every_job(self.services, self.courier.start, self.reconciler.start_if_due), clock)
        self.services.vitals.failing = self.jobs.failing
        self.catch_up = partial(GoingBackService(database, new_handle).catch_up, self.jobs.plan)
        self.lookout = self._lookout(database, line)
        self.lag, self.web = LagProbe(watch=self.watch), None
        if settings.web is not None:
            self.lag, self.web = _web(self, settings.web, line, links)

    def _lookout(self, database: Database, line: Line) -> Lookout:
        texts_a_day = self.settings.twilio.per_day if self.settings.twilio is not None else None
        return Lookout(
            StandingService(database, texts_a_day, new_handle),
            (line.standing, self.client.standing, self.courier.standing, self.jobs.standing),
            Discord(partial(knows_token, self.client), line.vouch, partial(post_past_the_outbox, self.client, line)),
            self.clock,
            self.settings.wake.poll_s,
            pulse=self.pulse,
            watch=self.watch,
            wake=self.schedule.wake,
        )  # fmt: skip

    async def beat(self) -> None:
        """Plans what has come, and sets the courier going; a slow delivery holds back neither."""
        if self.steadiness is not None:
            if (jump := self.steadiness.look()) is not None:
                log.warning("clock_was_set", by_s=round(jump))
            if not self.steadiness.is_trusted:
                return
        await self.jobs.plan()
        self.jobs.start()

    async def work(self) -> int:
        """Does everything that is due at the clock's present, to the end: for tests and the sandbox."""
        return await self.jobs.plan() + await self.courier.work()

    async def next_due(self) -> datetime | None:
        """The next instant at which ``work`` has something to do; it may lie in the past."""
        return min(await self.jobs.instants(), default=None)

    async def next_alarm(self) -> datetime | None:
        """The next one that has not come: what lies in the past was set going, and hides no other's alarm."""
        now = self.clock()
        return min((each for each in await self.jobs.instants() if each > now), default=None)

    async def run(self, started: Callable[[], None] = lambda: None) -> None:
        """Connects to Discord and works until it is cancelled.

        ``started`` is called once everything is loaded, before the connection. Raises what discord.py raises when
        refused, CannotListen when the web server's address is taken, Ended when a loop ended that never should, and
        TokenRefused.
        """
        async with self.client, self._beside():
            await self.client.login(self.settings.discord.token.get_secret_value())
            started()
            self.schedule.start()
            self.lookout.start()
            try:
                await self.watch.beside(self.client.connect())
            finally:
                await self.lookout.stop()
                await self.schedule.stop()

    @asynccontextmanager
    async def _beside(self) -> AsyncIterator[None]:
        """What runs beside the client: the web server, if there is one, and the watch over the event loop."""
        self.lag.start()
        try:
            async with self.serving():
                yield
        finally:
            await self.lag.stop()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[None]:
        """The web server, if the settings have one, listens until left. Raises CannotListen."""
        if self.web is not None:
            await self.web.start()
        try:
            yield
        finally:
            if self.web is not None:
                await self.web.stop()


@asynccontextmanager
async def open_app(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[App]:
    """A Flipcord on its database, closed at the end. ``clock`` is the settings' own unless given."""
    _point_discord_at(settings)
    now = clock or (
        offset_clock(settings.dev.clock_offset_file) if settings.dev.clock_offset_file else system_clock
    )
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.storage.path, now))
        app = App(settings, now, database)
        stack.push_async_callback(app.courier.aclose)
        stack.push_async_callback(app.reconciler.aclose)
        await app.catch_up(now())
        yield app


def _point_discord_at(settings: Settings) -> None:
    """discord.py keeps its addresses on classes: a proxy or a loopback is set there, before the first call."""
    Route.BASE = settings.discord.api_base
    if settings.discord.gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord.gateway)


def _services(
    settings: Settings,
    database: Database,
    clock: Clock,
    wake: Callable[[], None],
    links: StopLinks | None,
    contract_links: ContractLinks | None,
) -> Services:
    dms, texts = settings.nudges.dm_hours, settings.nudges.sms_hours
    hours = Hours(discord=OpenHours(dms.opens, dms.closes), sms=OpenHours(texts.opens, texts.closes))
    limits = Limits(settings.nudges.per_day, settings.nudges.unanswered)
    inbox = settings.discord.inbox
    vault = Vault([key.get_secret_value() for key in settings.security.keys]) if settings.twilio else None
    numbers = PhoneNumbers() if settings.twilio else None
    units = PintUnits()
    drip = Drip(inbox.opens, timedelta(minutes=inbox.per_minutes))
    reader = WorkerPackParser()
    return Services(
        clock=clock,
        people=PeopleService(database, drip, new_handle, wake),
        courses=CourseService(database, reader, sample_pack, new_handle, wake, settings.discord.servers),
        banks=BankService(database, BankFiles(reader), new_handle),
        classes=ClassService(database, new_handle, wake, settings.discord.servers),
        members=MemberService(database, new_handle, wake),
        flaws=FlawService(database, new_handle, wake),
        posting=PostingService(database, new_handle, wake),
        prework=PreWorkService(database),
        announcements=AnnouncementService(database, hours, _tariff(settings), new_handle, wake),
        nudges=NudgeService(database, hours, new_handle, wake, limits),
        booking=BookingService(database, new_handle, wake),
        phones=PhoneService(database, numbers, vault, new_handle, new_code, wake),
        guardians=GuardianService(
            database,
            numbers,
            vault,
            new_handle,
            new_code,
            wake,
            hours.sms,
            answers=settings.web is not None and settings.web.public_url is not None,
        ),
        quizzes=QuizService(database, new_handle, wake, units),
        time_limits=TimeLimitService(database, new_handle, units),
        rechecks=RecheckService(database, new_handle),
        summatives=SummativeService(database, new_handle, wake),
        hand_ins=HandInService(database),
        locks=LockService(database),
        tasks=TaskService(database),
        contracts=ContractService(database, ContractWording(), contract_links, new_handle, wake),
        contract_desk=ContractDeskService(database, ContractWording(), new_handle, wake),
        journals=JournalService(database),
        check_rules=CheckRulesService(database),
        remediation=RemediationService(database, new_handle, wake),
        retake_requests=RetakeRequestService(database, new_handle, wake),
        accommodations=AccommodationService(database),
        progress=ProgressService(database),
        deliveries=DeliveryService(
            database,
            Terms(
                hours,
                vault,
                drip,
                limits=limits,
                texts_a_day=settings.twilio.per_day if settings.twilio is not None else None,
                contract_links=contract_links,
            ),
            new_handle,
        ),
        receipts=ReceiptService(database, new_handle, wake),
        reports=DeliveryReportService(database, hours, new_handle, wake),
        reach=ReachabilityService(database, hours, new_handle, wake),
        history=HistoryService(database),
        tables=CsvTables(),
        incoming=IncomingService(database, vault, new_handle, wake),
        desk=DeskService(database, hours, answer_length, new_handle, wake),
        upkeep=UpkeepService(database),
        vitals=VitalsService(database),
        stop_pages=StopPageService(database, links),
        got_it=GotItService(database),
        reminders=ReminderService(database, hours, wake),
        rulings=RulingService(database, new_handle, wake),
        regrades=RegradeService(database, new_handle, wake),
        hand_marks=HandMarkService(database, new_handle, wake),
        answer_marks=AnswerMarkingService(database, new_handle, wake),
        item_analysis=ItemAnalysisService(database, DrawnForServices()),
    )


def _links(settings: Settings) -> tuple[StopLinks | None, ContractLinks | None]:
    keys = [key.get_secret_value() for key in settings.security.keys]
    if settings.web is None or settings.web.public_url is None or not keys:
        return None, None
    from bot.web.links import ContractLinks, StopLinks

    return StopLinks(keys, settings.web.public_url), ContractLinks(keys, settings.web.public_url)


def _web(app: App, part: WebPart, line: Line, links: StopLinks | None) -> tuple[LagProbe, WebServer]:
    """Met only where it is wanted: its libraries take a tenth of a second to import."""
    from bot.web.health import Signs
    from bot.web.metrics import Metrics
    from bot.web.server import Terms, web_server

    settings, services, twilio = app.settings, app.services, app.settings.twilio
    tokens = [twilio.auth_token, twilio.previous_auth_token] if twilio is not None else []
    terms = Terms(
        part.host,
        part.port,
        part.public_url,
        twilio_tokens=[each.get_secret_value() for each in tokens if each is not None],
        keys=[key.get_secret_value() for key in settings.security.keys],
        metrics_token=part.metrics_token.get_secret_value() if part.metrics_token else None,
    )
    metrics = Metrics(services.clock)
    line.trace.on_request_end.append(metrics.on_request_end)
    signs = Signs(lambda: app.client.connected, app.lookout, app.pulse)
    return LagProbe(metrics.lag, watch=app.watch), web_server(terms, services, metrics, links, signs)


def _tariff(settings: Settings) -> Tariff:
    part, replies = settings.twilio, settings.web is not None and settings.web.public_url is not None
    return Tariff(
        lambda content: segments(text(content, replies=replies)),
        part.price_per_segment if part else None,
        part.currency if part else "",
    )


def _twilio(settings: Settings) -> TwilioAccount | None:
    part = settings.twilio
    if part is None:
        return None
    return TwilioAccount(
        part.account_sid,
        part.auth_token.get_secret_value(),
        part.from_number,
        part.api_base,
        part.timeout_s,
        part.per_second,
        settings.web.public_url if settings.web else None,
    )


def new_handle() -> str:
    """72 random bits that are safe in a custom_id, and as a nonce."""
    return secrets.token_urlsafe(9)


def new_code() -> str:
    """Six digits for a text."""
    return f"{secrets.randbelow(1_000_000):06}"


def sample_pack() -> tuple[str, bytes]:
    return f"{SAMPLE_COURSE.name}.zip", zip_folder(SAMPLE_COURSE)
