"""What became of messages, drawn with every kind of text at once: within Discord's limits, and nothing cut in half."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.outbox import Kind, State, Way
from bot.domain.records import Account, Section
from bot.domain.reporting import Shown, Story, counts, stories
from bot.services.choosing import WhichClass
from bot.services.delivery_report import PER_PAGE, OneSending, Recent, ResendPreview, Resent, Sending, What
from bot.services.reachability import InboxCalled, Reachability
from bot.views.delivery_report import draw_one, draw_recent, draw_resend_preview, draw_resent
from bot.views.delivery_words import line_of, name_of
from bot.views.reachability import draw_called, draw_reach
from tests.cogs.test_hostile_text import WORLDS, Hostile, check_view
from tests.domain.test_reporting import NOW, STEP

STATES = [
    {"state": State.SENT},
    {"state": State.SENT, "got_it_at": NOW},
    {"state": State.FAILED},
    {"state": State.DUE, "due_at": NOW + timedelta(hours=1)},
    {"kind": Kind.UNREACHED, "way": Way.ROOM, "state": State.DUE},
    {"way": Way.SMS, "state": State.SENT, "receipt": "failed", "error_code": 30005},
    {"way": Way.GUARDIAN, "began_by": Way.GUARDIAN, "state": State.EXPIRED},
    {"state": State.SUPPRESSED},
]


class Reports:
    """As the services give them, with hostile texts."""

    def __init__(self, seed: int) -> None:
        self.draw = Hostile(seed)
        name = self.draw.text()
        self.section = Section(1, "s" * 12, 2, name, 3, 4, "America/Chicago", 80)

    def told(self, many: int) -> list[Story]:
        steps = [
            replace(
                STEP,
                id=number,
                person=number,
                discord=10**19 - number,
                why=self.draw.text(),
                args={"tried": [f"dm: {self.draw.text()}", f"sms: {self.draw.text()}", self.draw.text()]},
                chain=str(number),
                **STATES[number % len(STATES)],
            )
            for number in range(1, many + 1)
        ]
        return stories(steps, NOW)

    def what(self) -> What:
        kind = [Kind.NUDGE, Kind.ANNOUNCEMENT, Kind.SLOT_REMINDER, Kind.ANSWER][self.draw.number(0, 3)]
        step = [None, "dm1440", "guardian-720", "0", self.draw.text()][self.draw.number(0, 4)]
        return What(kind, self.draw.text(), step)

    def sending(self, told: list[Story]) -> Sending:
        return Sending("n" * 12, self.what(), NOW, counts(told), NOW, self.draw.text())


@pytest.mark.parametrize("seed", range(WORLDS))
def test_cards_with_any_text_keep_to_the_limits(seed: int) -> None:
    world = Reports(seed)
    told = world.told(150)
    sendings = tuple(replace(world.sending(told), handle=f"n{number}") for number in range(40))
    missed = tuple((world.what(), each) for each in told if each.shown is Shown.NOT_ARRIVED)
    check_view(draw_recent(Recent(world.section, 150, sendings, missed)))
    check_view(draw_recent(Recent(world.section, 150, (), ())))
    for page in (0, 7, 14):
        shown = tuple(told[page * PER_PAGE : (page + 1) * PER_PAGE])
        check_view(draw_one(OneSending(world.section, sendings[0], shown, page, 15, seed % 2 == 0, 150)))
    ways = ((Way.DM, 1), (Way.THREAD, 0), (Way.SMS, 3), (Way.GUARDIAN, 1), (None, 2))
    check_view(draw_resend_preview(ResendPreview(world.what(), "h" * 12, ways)))
    check_view(draw_resent(Resent(world.what(), 3, 2)))
    everyone = tuple(Account(number, 10**19 - number, None, None, None, None) for number in range(150))
    reach = Reachability(
        world.section, ((Way.DM, everyone[:50]), (Way.THREAD, everyone[50:90]), (Way.GUARDIAN, everyone[90:])),
        tuple((each, world.draw.text()) for each in everyone), everyone, (1,) * 150, 5,
    )  # fmt: skip
    check_view(draw_reach(reach, "⚠️ No private thread can be made."))
    check_view(draw_called(InboxCalled(world.section, True)))
    check_view(draw_recent(WhichClass((world.section, world.section))))


def test_a_step_is_named_by_its_time_and_a_guardian_as_one() -> None:
    assert name_of(What(Kind.NUDGE, "Matter", "dm1440")) == "Nudge 1 day before: Matter"
    assert name_of(What(Kind.NUDGE, "Matter", "sms90")) == "Nudge 90 minutes before: Matter"
    assert name_of(What(Kind.NUDGE, "Matter", "guardian-720")) == "Nudge 12 hours after: Matter"
    assert name_of(What(Kind.NUDGE, "Matter")) == "Nudge by hand: Matter"
    (story,) = stories([replace(STEP, way=Way.GUARDIAN, began_by=Way.GUARDIAN, receipt="delivered")], NOW)
    assert line_of(story).startswith("✅ the guardian of <@11>: **arrived** · text to the guardian, ")
