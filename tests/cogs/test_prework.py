"""Pre-work, from the teacher's post to the student's credit."""

from __future__ import annotations

from datetime import timedelta

from tests.classroom import Classroom


async def test_a_student_starts_watches_and_is_credited(classroom: Classroom) -> None:
    ana, *_ = classroom.students
    await classroom.open_class()
    await classroom.join(ana)
    card = await classroom.post_prework()

    await ana.press("Start", card)
    assert "Started" in ana.screen.text
    await classroom.move(timedelta(minutes=8))
    await ana.press("Hand in")
    print(ana.screen.modal)
    print(classroom.env.backend.channels.values())
    print(ana.roles, ana.inbox)
    print(classroom.shown_in("period-3-pre-work"))
    print(await ana.slash("today"))
    print(await classroom.teacher.slash("prework status"))
    print(await classroom.teacher.slash("progress student", student=ana.actor))
    print(await classroom.teacher.slash("class check"))
    await classroom.move(timedelta(hours=20))
    print(ana.inbox)
    assert not ana.screen.modal
