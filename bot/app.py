"""The composition root: settings → storage → services → client, delivery, schedule; closed in reverse."""

from __future__ import annotations

import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path

import structlog
import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from bot.client import FlipcordClient
from bot.clock import Clock, offset_clock, system_clock
from bot.config import HoursPart, Settings
from bot.delivery.line import Line
from bot.delivery.sms import TwilioAccount
from bot.delivery.worker import Courier
from bot.domain.nudging import Hours
from bot.domain.quiet import OpenHours
from bot.formats.numbers import PhoneNumbers
from bot.formats.pack import zip_folder
from bot.formats.table_csv import CsvTables
from bot.formats.worker import WorkerPackParser
from bot.schedule import Schedule
from bot.services.booking import BookingService
from bot.services.classes import ClassService
from bot.services.courses import CourseService
from bot.services.deliveries import DeliveryService, Terms
from bot.services.delivery_report import DeliveryReportService
from bot.services.history import HistoryService
from bot.services.incoming import IncomingService
from bot.services.nudges import NudgeService
from bot.services.people import Drip, PeopleService
from bot.services.phones import PhoneService
from bot.services.posting import PostingService
from bot.services.prework import PreWorkService
from bot.services.progress import ProgressService
from bot.services.quizzes import QuizService
from bot.services.reachability import ReachabilityService
from bot.services.receipts import ReceiptService
from bot.services.services import Services
from bot.services.upkeep import UpkeepService
from bot.storage.database import Database, open_database
from bot.storage.secrets import Vault

log = structlog.get_logger()

SAMPLE_COURSE = Path(__file__).parent.parent / "data" / "courses" / "intro-chemistry"


class App:
    """A Flipcord that is put together. ``client`` is not connected yet."""

    def __init__(self, settings: Settings, clock: Clock, database: Database) -> None:
        self.settings, self.clock = settings, clock
        self.schedule = Schedule(self.beat, self.next_due, clock, settings.wake.poll_s)
        self.services = _services(settings, database, clock, self.schedule.wake)
        line = Line()
        self.client = FlipcordClient(
            self.services, identifies_per_hour=settings.discord.identify.per_hour, http_trace=line.trace
        )
        self.courier = Courier(
            self.services.deliveries,
            self.client,
            line,
            clock,
            nonce_window_s=settings.discord.nonce_window_s,
            twilio=_twilio(settings),
        )

    async def beat(self) -> None:
        """Plans what has come, and sets the courier going; a slow delivery holds back neither."""
        await self.services.nudges.plan(self.clock())
        self.courier.start()

    async def work(self) -> int:
        """Does everything that is due at the clock's present, to the end: for tests and the sandbox."""
        planned = await self.services.nudges.plan(self.clock())
        return planned + await self.courier.work()

    async def next_due(self) -> datetime | None:
        """The next instant at which ``work`` has something to do; it may lie in the past."""
        now = self.clock()
        instants = await self.services.nudges.next_instant(now), await self.services.deliveries.next_due()
        return min((each for each in instants if each is not None), default=None)

    async def run(self) -> None:
        """Connects to Discord and works until it is cancelled. Raises what discord.py raises when refused."""
        async with self.client:
            await self.client.login(self.settings.discord.token.get_secret_value())
            self.schedule.start()
            try:
                await self.client.connect()
            finally:
                await self.schedule.stop()


@asynccontextmanager
async def open_app(settings: Settings, *, clock: Clock | None = None) -> AsyncIterator[App]:
    """A Flipcord on its database, closed at the end. ``clock`` is the settings' own unless given."""
    _point_discord_at(settings)
    now = clock or (
        offset_clock(settings.dev.clock_offset_file) if settings.dev.clock_offset_file else system_clock
    )
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings.storage.path))
        app = App(settings, now, database)
        stack.push_async_callback(app.courier.aclose)
        yield app


def _point_discord_at(settings: Settings) -> None:
    """discord.py keeps its addresses on classes: a proxy or a loopback is set there, before the first call."""
    Route.BASE = settings.discord.api_base
    if settings.discord.gateway is not None:
        DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings.discord.gateway)


def _services(settings: Settings, database: Database, clock: Clock, wake: Callable[[], None]) -> Services:
    hours = Hours(discord=_open_hours(settings.nudges.dm_hours), sms=_open_hours(settings.nudges.sms_hours))
    inbox = settings.discord.inbox
    vault = Vault([key.get_secret_value() for key in settings.security.keys]) if settings.twilio else None
    numbers = PhoneNumbers() if settings.twilio else None
    drip = Drip(inbox.opens, timedelta(minutes=inbox.per_minutes))
    return Services(
        clock=clock,
        people=PeopleService(database, drip, new_handle, wake),
        courses=CourseService(database, WorkerPackParser(), sample_pack, new_handle, wake),
        classes=ClassService(database, new_handle, wake),
        posting=PostingService(database, new_handle, wake),
        prework=PreWorkService(database),
        nudges=NudgeService(database, hours, new_handle, wake),
        booking=BookingService(database, new_handle, wake),
        phones=PhoneService(database, numbers, vault, new_handle, new_code, wake),
        quizzes=QuizService(database, new_handle, wake),
        progress=ProgressService(database),
        deliveries=DeliveryService(database, Terms(hours, vault, drip), new_handle),
        receipts=ReceiptService(database, new_handle, wake),
        reports=DeliveryReportService(database, new_handle, wake),
        reach=ReachabilityService(database, new_handle, wake),
        history=HistoryService(database),
        tables=CsvTables(),
        incoming=IncomingService(database, vault, new_handle, wake),
        upkeep=UpkeepService(database),
    )


def _twilio(settings: Settings) -> TwilioAccount | None:
    part = settings.twilio
    if part is None:
        return None
    return TwilioAccount(
        part.account_sid, part.auth_token.get_secret_value(), part.from_number, part.api_base, part.timeout_s
    )


def _open_hours(part: HoursPart) -> OpenHours:
    return OpenHours(part.opens, part.closes)


def new_handle() -> str:
    """72 random bits that are safe in a custom_id, and as a nonce."""
    return secrets.token_urlsafe(9)


def new_code() -> str:
    """Six digits for a text."""
    return f"{secrets.randbelow(1_000_000):06}"


def sample_pack() -> tuple[str, bytes]:
    return f"{SAMPLE_COURSE.name}.zip", zip_folder(SAMPLE_COURSE)
