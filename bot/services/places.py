"""The roles and channels that a class has on its server, and their purposes as stored."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Sequence

from bot.domain.messages import WantedPlace
from bot.domain.records import Section, UnitRecord
from bot.services.ports import Tx


def student_role(section: Section) -> str:
    return f"section:{section.id}:student"


def prework_channel(section: Section) -> str:
    return f"section:{section.id}:prework"


def front_door(section: Section) -> str:
    """The channel in which the class was created: newcomers see it, so the card with [Join] stands there."""
    return f"section:{section.id}:door"


def staff_channel(section: Section) -> str:
    return f"section:{section.id}:staff"


def unit_role(section: Section, slug: str) -> str:
    """One role for a unit on a server, shared by the classes that are taught the course there."""
    return f"course:{section.course_id}:unit:{slug}"


def unit_channel(tx: Tx, section: Section, slug: str | None) -> int | None:
    """Discord's id; None where the class does without, or it is not made yet."""
    if slug is None or not section.unit_places:
        return None
    return tx.sections.place(section.guild, unit_role(section, slug), "channel")


def role_purposes(section: Section, opened: Iterable[str]) -> tuple[str, ...]:
    """Roles that a student of the class is to have, to whom these units are open."""
    units = [unit_role(section, slug) for slug in opened] if section.unit_places else []
    return (student_role(section), *units)


def wanted_places(section: Section, units: Sequence[UnitRecord]) -> tuple[WantedPlace, ...]:
    """Everything a class needs, roles before the channels that they open."""
    name = slug_of(section.name)
    roles = [WantedPlace(student_role(section), "role", f"{section.name} student")]
    channels = [
        WantedPlace(prework_channel(section), "channel", f"{name}-pre-work",
                    f"Pre-work of {section.name}", student_role(section)),
        WantedPlace(staff_channel(section), "channel", f"{name}-teachers", f"Teachers of {section.name} only"),
    ]  # fmt: skip
    for each in units if section.unit_places else ():
        number, purpose = each.position + 1, unit_role(section, each.unit.slug)
        roles.append(WantedPlace(purpose, "role", f"Unit {number}: {each.unit.title}"))
        channels.append(
            WantedPlace(purpose, "channel", f"unit-{number}-{each.unit.slug}",
                        f"Unit {number}: {each.unit.title}", purpose, writable=True)
        )  # fmt: skip
    return (*roles, *channels)


def slug_of(name: str) -> str:
    """A channel name of Discord's kind: lower case, dashes for all but letters with their marks and digits."""
    kept = " "
    for each in unicodedata.normalize("NFC", name.casefold()):
        is_mark = unicodedata.category(each) in ("Mn", "Mc") and kept[-1] != " "
        kept += each if each.isalnum() or is_mark else " "
    return "-".join(kept.split()) or "class"
