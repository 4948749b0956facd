"""All services of a running Flipcord, as one value that views and cogs are handed."""

from __future__ import annotations

from dataclasses import dataclass

from bot.clock import Clock
from bot.services.accommodations import AccommodationService
from bot.services.announcements import AnnouncementService
from bot.services.answer_marking import AnswerMarkingService
from bot.services.banks import BankService
from bot.services.booking import BookingService
from bot.services.check_rules import CheckRulesService
from bot.services.classes import ClassService
from bot.services.contract_desk import ContractDeskService
from bot.services.contracts import ContractService
from bot.services.courses import CourseService
from bot.services.deliveries import DeliveryService
from bot.services.delivery_report import DeliveryReportService
from bot.services.desk import DeskService
from bot.services.flaws import FlawService
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
from bot.services.people import PeopleService
from bot.services.phones import PhoneService
from bot.services.ports import Tables
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
from bot.services.stop_pages import StopPageService
from bot.services.summatives import SummativeService
from bot.services.tasks import TaskService
from bot.services.time_limits import TimeLimitService
from bot.services.upkeep import UpkeepService
from bot.services.vitals import VitalsService


@dataclass(frozen=True, slots=True)
class Services:
    clock: Clock
    people: PeopleService
    courses: CourseService
    banks: BankService
    classes: ClassService
    members: MemberService
    posting: PostingService
    prework: PreWorkService
    nudges: NudgeService
    announcements: AnnouncementService
    booking: BookingService
    phones: PhoneService
    guardians: GuardianService
    quizzes: QuizService
    time_limits: TimeLimitService
    rechecks: RecheckService
    flaws: FlawService
    summatives: SummativeService
    contracts: ContractService
    contract_desk: ContractDeskService
    hand_ins: HandInService
    item_analysis: ItemAnalysisService
    accommodations: AccommodationService
    progress: ProgressService
    deliveries: DeliveryService
    receipts: ReceiptService
    reports: DeliveryReportService
    reach: ReachabilityService
    history: HistoryService
    tables: Tables
    incoming: IncomingService
    desk: DeskService
    upkeep: UpkeepService
    vitals: VitalsService
    stop_pages: StopPageService
    got_it: GotItService
    reminders: ReminderService
    locks: LockService
    tasks: TaskService
    check_rules: CheckRulesService
    remediation: RemediationService
    journals: JournalService
    retake_requests: RetakeRequestService
    rulings: RulingService
    regrades: RegradeService
    hand_marks: HandMarkService
    answer_marks: AnswerMarkingService
