"""A class is shown first, then made, and looked after when somebody breaks it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bot.delivery.permissions import NEEDED as DELIVERY_NEEDS
from bot.views.classes import NEEDED
from tests.classroom import ZONE, Classroom, Person
from tests.cogs.test_prework import DONE

PLACES = {
    "@Period 3 student",
    "@Unit 1: Measurement, units and significant figures",
    "@Unit 4: Chemical equations and stoichiometry",
    "#period-3-pre-work",
    "#period-3-teachers",
    "#unit-1-measurement",
    "#unit-4-equations",
}


async def planned(teacher: Person, **changes: object) -> str:
    options = {"name": "Period 3", "course": "intro-chemistry", "zone": ZONE, **changes}
    return (await teacher.slash("class create", **options)).text


def made(room: Classroom) -> list[str]:
    """Roles and channels that the bot asked Discord to make."""
    return [
        each.json["name"]
        for kind in ("roles", "channels")
        for each in room.requests("POST", f"/guilds/*/{kind}")
    ]


async def test_a_teacher_sees_everything_first_makes_it_once_and_later_only_what_is_missing(
    classroom: Classroom,
) -> None:
    teacher = classroom.teacher
    await teacher.slash("course sample")
    text = await planned(teacher, bar=85)
    assert {line for line in text.splitlines() if line[0] in "@#"} >= PLACES
    assert "**America/Chicago**" in text.replace("\\", "")
    assert "**85 %**" in text
    assert "13 or over" in text
    assert made(classroom) == []
    preview = teacher.screen

    await teacher.press("Create the class")
    assert "is being made" in teacher.screen.text
    assert len(made(classroom)) == 5 + 6
    assert "confirmed already" in (await teacher.press_as_it_was("Create the class", preview)).text
    assert len(made(classroom)) == 11
    (door,) = classroom.shown_in("lobby")
    assert "Join Period 3" in door
    assert "is in order" in (await teacher.slash("class check")).text

    assert "confirming changes nothing" in await planned(teacher)
    await classroom.delete_channel("unit-2-atoms")
    assert "the channel **unit-2-atoms**" in (await teacher.slash("class check")).text.replace("\\", "")
    text = await planned(teacher, bar=60)
    assert [line for line in text.splitlines()[1:] if line[0] in "@#"] == ["#unit-2-atoms"]
    assert "keeps its time zone and bar" in text
    await teacher.press("Create the class")
    assert made(classroom)[-1] == "unit-2-atoms"
    assert len(made(classroom)) == 12
    assert "is in order" in (await teacher.slash("class check")).text
    assert len(classroom.shown_in("lobby")) == 1


async def test_what_cannot_be_is_said_and_nothing_is_made(classroom: Classroom) -> None:
    teacher, colleague = classroom.teacher, classroom.colleague("lopez")
    text = await planned(teacher)
    assert "First the course" in text
    assert "Bring in the sample course" in teacher.screen.buttons
    await teacher.press("Bring in the sample course")
    assert "Introductory chemistry is in" in teacher.screen.text
    assert "do not know that time zone" in await planned(teacher, zone="Gotham/City")
    assert "does not work" in await planned(teacher, name="   ")
    assert "no course “biology”" in await planned(teacher, course="biology")
    assert "**Introductory chemistry**" in teacher.screen.text
    await planned(teacher)
    assert "Nothing was changed" in (await teacher.press("Not now")).text
    assert made(classroom) == []

    await planned(teacher)
    await teacher.press("Create the class")
    await colleague.slash("course sample")
    assert "Another teacher here" in await planned(colleague, name="PERIOD 3")
    count = len(made(classroom))
    assert "Period 4" in await planned(colleague, name="Period 4")
    await colleague.press("Create the class")
    # her own course: the colleague's units are others
    assert len(made(classroom)) == count + 11


async def test_while_typing_zones_courses_and_classes_are_offered_to_whom_they_concern(
    classroom: Classroom,
) -> None:
    teacher, colleague = classroom.teacher, classroom.colleague("lopez")
    await classroom.open_class()
    assert await teacher.choices("class create", "zone", "new york") == ["America/New_York"]
    assert len(await teacher.choices("class create", "zone", "a")) == 25
    assert await teacher.choices("class create", "course", "chem") == ["Introductory chemistry"]
    assert await teacher.choices("class check", "class", "per") == ["Period 3"]
    units = await teacher.choices("prework post", "unit", "mole")
    assert units == ["3. The mole and molar mass"]
    for name, option in (("class check", "class"), ("class create", "course"), ("prework post", "unit")):
        assert await colleague.choices(name, option, "") == []


async def test_a_student_makes_no_class_even_if_the_server_lets_them_see_the_command(
    classroom: Classroom,
) -> None:
    ana = classroom.students[0]
    with pytest.raises(Exception, match="not visible to this user"):
        await planned(ana)
    command = classroom.env.backend.find_command("class", classroom.guild.id)
    classroom.guild.set_command_permissions(int(command["id"]), {ana.actor: True})
    assert "for the class's teacher" in await planned(ana)
    assert "for the class's teacher" in (await ana.slash("class check")).text or "No class" in ana.screen.text
    assert made(classroom) == []


async def test_a_missing_permission_is_named_before_anything_is_made(classroom: Classroom) -> None:
    await classroom.teacher.slash("course sample")
    for permission in ("manage_roles", "manage_channels", "manage_threads"):  # the others everybody has here
        await classroom.change_my_role(**{permission: False})
        text = await planned(classroom.teacher)
        assert "I need a permission first" in text
        assert [line for line in text.splitlines() if line.startswith("- ")] == [f"- {NEEDED[permission]}"]
        assert classroom.teacher.screen.buttons == {}
        await classroom.change_my_role(**{permission: True})
    assert "what I will create" in await planned(classroom.teacher)
    assert made(classroom) == []


def test_what_is_asked_for_before_is_all_that_is_needed_later() -> None:
    assert NEEDED == DELIVERY_NEEDS


async def test_a_grant_waits_while_a_permission_is_missing_is_told_once_and_lands_when_it_is_mended(
    classroom: Classroom,
) -> None:
    await classroom.open_class()
    ana, ben, _ = classroom.students
    await classroom.change_my_role(manage_roles=False)
    await classroom.join(ana, ben, inbox=False)
    assert ana.roles == ben.roles == {"@everyone"} or not ana.roles
    told = [each for each in classroom.shown_in("period-3-teachers") if "needs your hand" in each]
    assert len(told) == 1
    assert "Manage Roles" in told[0]
    check = (await classroom.teacher.slash("class check")).text
    assert "lacks the permission **Manage Roles**" in check
    assert "Waiting: my role lacks Manage Roles" in check
    await classroom.move(timedelta(minutes=30))
    assert len(classroom.shown_in("period-3-teachers")) == 1

    before = classroom.clock()
    await classroom.change_my_role(manage_roles=True)
    assert classroom.clock() == before
    assert {"Period 3 student", "Unit 1: Measurement, units and significant figures"} <= ana.roles & ben.roles
    assert "is in order" in (await classroom.teacher.slash("class check")).text


async def test_a_role_that_stands_above_the_bots_is_named_and_its_grant_lands_when_it_is_dragged(
    classroom: Classroom,
) -> None:
    await classroom.open_class()
    await classroom.move_my_role(1)
    ana = classroom.students[0]
    await classroom.join(ana, inbox=False)
    assert "Period 3 student" not in ana.roles
    check = (await classroom.teacher.slash("class check")).text
    assert "The role **Period 3 student** does not stand below mine" in check
    await classroom.move_my_role(50)
    assert "Period 3 student" in ana.roles
    assert "is in order" in (await classroom.teacher.slash("class check")).text


async def test_a_role_that_somebody_deleted_is_made_again_and_whoever_had_it_has_it_again(
    classroom: Classroom,
) -> None:
    await classroom.open_class()
    ana, ben, _ = classroom.students
    await classroom.join(ana, inbox=False)
    unit = "Unit 1: Measurement, units and significant figures"
    await classroom.delete_role(unit)
    assert not ana.sees("unit-1-measurement")
    await classroom.join(ben, inbox=False)
    assert "Run /class create again" in classroom.shown_in("period-3-teachers")[-1]
    text = await planned(classroom.teacher)
    assert [line for line in text.splitlines()[1:] if line[0] in "@#"] == [f"@{unit}"]
    await classroom.teacher.press("Create the class")
    await classroom.move(timedelta(seconds=1))
    assert unit in ana.roles & ben.roles
    assert ana.sees("unit-1-measurement")
    assert "is in order" in (await classroom.teacher.slash("class check")).text


async def test_with_every_event_delivered_twice_everything_happens_once(classroom: Classroom) -> None:
    """Discord promises each event at least once, not at most once (RA5)."""
    backend = classroom.env.backend
    emit = backend.emit

    def twice(event: str, payload: object, **options: object) -> None:
        emit(event, payload, **options)
        if event == "INTERACTION_CREATE":
            emit(event, payload, **options)

    backend.emit = twice
    await classroom.open_class()
    ana = classroom.students[0]
    await classroom.join(ana)
    assert len(made(classroom)) == 11
    assert len(classroom.shown_in("lobby")) == 1
    assert len(ana.inbox) == 1
    await classroom.post_prework()
    assert len(classroom.prework_cards()) == 1
    await classroom.teacher.slash("nudge")
    await classroom.teacher.press("Send 1")
    assert len(ana.inbox) == 2
    await ana.press("Start", classroom.prework_cards()[0])
    await classroom.move(timedelta(minutes=8))
    await ana.press("Hand in", classroom.prework_cards()[0])
    await ana.fill(**DONE)
    assert "✅ 1 on time · 🕓 0 late · 🔁 0 not yet" in (await classroom.teacher.slash("prework status")).text
    assert "1 student joined" in (await classroom.teacher.slash("class check")).text
    refused = classroom.env.errors
    assert refused
    assert all("40060" in str(each) for each in refused)


async def test_names_of_every_script_make_a_class_that_is_found_again(classroom: Classroom) -> None:
    teacher = classroom.teacher
    await teacher.slash("course sample")
    for name, channel in (
        ("ÉLÈVES de 3ᵉ", "élèves-de-3ᵉ-pre-work"),
        ("कक्षा ९ 🧪", "कक्षा-९-pre-work"),
        ("🧪🧪", "class-pre-work"),
    ):
        await planned(teacher, name=name)
        await teacher.press("Create the class")
        assert channel in classroom.channels
        assert "confirming changes nothing" in await planned(teacher, name=name.lower())
