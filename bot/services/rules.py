"""How a class is reminded: what it has said itself, over what the installation says."""

from __future__ import annotations

from collections.abc import Collection
from datetime import time

from bot.domain.ladder import ladder_from_json
from bot.domain.nudging import Hours, Rules
from bot.domain.quiet import Days, OpenHours
from bot.domain.records import Messaging
from bot.services.ports import Tx


def rules_of(kept: Messaging, holidays: Collection[Days], usual: Hours) -> Rules:
    """``usual`` are the installation's hours; those for texts are nobody else's to change."""
    off, spans = frozenset(kept.days_off), tuple(holidays)
    discord = OpenHours(
        time.fromisoformat(kept.dm_opens) if kept.dm_opens else usual.discord.opens,
        time.fromisoformat(kept.dm_closes) if kept.dm_closes else usual.discord.closes,
        off,
        spans,
    )
    sms = OpenHours(usual.sms.opens, usual.sms.closes, off, spans)
    guardians = kept.guardian_rule != "off"
    return Rules(ladder_from_json(kept.ladder), Hours(discord, sms), guardians, kept.ladder_since)


def class_rules(tx: Tx, section: int, usual: Hours) -> Rules:
    holidays = [each.days for each in tx.reminders.holidays(section)]
    return rules_of(tx.messaging.of(section), holidays, usual)
