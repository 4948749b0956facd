"""What a teacher learns about the questions of a check, from answers as they are stored."""

from __future__ import annotations

from bot.domain.item_analysis import Flag, ItemAnalysis
from bot.domain.records import Asker
from bot.services.choosing import NoClass, NotStaff
from bot.services.item_analysis import Analysed, ItemAnalysisService, UnknownUnit
from bot.services.ports import Tx
from bot.storage.database import Database
from tests.builders import ANA, GUILD, NOW, TEACHER, a_class, a_course, a_unit, single
from tests.services.quiz_desk import Desk
from tests.services.sittings import FIRST_STUDENT, sit

TEACHES = Asker(TEACHER, GUILD)


class NoPictures:
    def item_analysis(self, title: str, analysis: ItemAnalysis) -> bytes:
        raise NotImplementedError


def service(database: Database) -> ItemAnalysisService:
    return ItemAnalysisService(database, NoPictures())


async def looked(database: Database, unit: str | None = None) -> Analysed:
    result = await service(database).of(TEACHES, None, unit)
    assert isinstance(result, Analysed), result
    return result


async def test_the_question_with_the_wrong_key_comes_first_and_its_option_is_named(
    database: Database,
) -> None:
    section = await a_class(database, students=())
    await database.write(sit, section, 24, "measurement-2")
    analysis = (await looked(database, "1")).analysis
    first = analysis.by_need[0]
    assert (first.asked.question.slug, first.n) == ("measurement-2", 24)
    assert (first.reasons[0].flag, first.reasons[0].option) == (Flag.STRONG_CHOOSE_ANOTHER, 1)
    assert not any(
        {each.flag for each in item.reasons} & {Flag.STRONG_CHOOSE_ANOTHER, Flag.NEGATIVE}
        for item in analysis.by_need[1:]
    )


async def test_only_what_was_handed_in_counts(database: Database) -> None:
    await a_class(database)
    desk = Desk(database)
    asked = await desk.begin(ANA)
    await desk.answer_all(asked, 2)
    assert (await looked(database)).analysis.items == ()


async def test_a_new_revision_that_leaves_a_question_alone_keeps_its_answers(database: Database) -> None:
    """Another question's key is mended: that one begins anew, the rest go on."""
    bank = [single(f"measurement-{n}") for n in range(6)]
    section = await a_class(database, a_course(a_unit(bank=bank)), students=())
    await database.write(sit, section, 24, "measurement-2")
    mended = [*bank[:2], single("measurement-2", right=1), *bank[3:]]
    course = a_course(a_unit(bank=mended))

    def move(tx: Tx) -> None:
        record, _ = tx.courses.save(tx.people.known(TEACHER, NOW).person, course, "new", NOW)
        tx.sections.pin(section.id, record.revision_id)

    await database.write(move)
    numbers = {each.asked.question.slug: each.n for each in (await looked(database)).analysis.items}
    assert numbers == {each.slug: 24 for each in bank}


async def test_who_does_not_teach_the_class_learns_nothing(database: Database) -> None:
    section = await a_class(database)
    await database.write(sit, section, 12, "measurement-2")
    for stranger in (ANA, FIRST_STUDENT, 1):
        asks = service(database).of(Asker(stranger, GUILD, manages=True), "Chem 1", None)
        assert await asks == NotStaff()
        by_hand = service(database).of_handle(Asker(stranger, GUILD), section.handle, None)
        assert await by_hand == NotStaff()
    assert await service(database).of(Asker(TEACHER, GUILD + 1), None, None) == NoClass()


async def test_a_unit_that_is_not_there_is_answered_with_those_that_are(database: Database) -> None:
    await a_class(database)
    result = await service(database).of(TEACHES, None, "17")
    assert result == UnknownUnit("17", ("Measurement and units", "Matter"))
