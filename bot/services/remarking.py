"""What attempts come to under the regrades that stand, and what follows from it for their students."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from fractions import Fraction

from bot.domain.opening import Units
from bot.domain.outbox import Effect, Kind, Way
from bot.domain.questions import Question
from bot.domain.records import ProgressRecord, Section
from bot.domain.regrading import ALL, Asked, Change, Result, Right, Step, credit_under, result_under
from bot.services.ports import Ids, Tx
from bot.services.retakes import kept_items
from bot.services.unlocking import Change as UnitChange
from bot.services.unlocking import follow, units_now


def marks_of(
    tx: Tx, attempt: int, credits: Sequence[Fraction]
) -> tuple[Sequence[Fraction], Sequence[Fraction]]:
    """The credits of an attempt that is being handed in, by position, and those that count for its score.

    Both under the regrades that stand: a dropped question has a credit, and does not count.
    """
    form = tx.regrades.form(attempt)
    changes = {each.question: each.change.right for each in tx.regrades.live(form)}
    if not changes:
        return credits, credits
    rights = [changes.get(question) for question in form]
    marks = [ALL if right is Right.EVERYTHING else each for each, right in zip(credits, rights, strict=True)]
    return marks, [each for each, right in zip(marks, rights, strict=True) if right is not Right.DROPPED]


def step_of(asked: Asked, question: Question, change: Change, *, takes_back: bool) -> Step:
    after = credit_under(question, asked.answer, asked.credit, change)
    return Step(asked.position, asked.credit, after, takes_back)


def result_of_attempt(tx: Tx, attempt: int, coming: Step | None = None) -> Result:
    """What an attempt comes to under the regrades that stand, and one that is coming."""
    marks = tx.regrades.credits(attempt)
    credits = {place: credit for place, (_, credit) in marks.items()}
    steps: list[Step] = []
    for each in tx.regrades.live([question for question, _ in marks.values()]):
        is_dropped = each.change.right is Right.DROPPED
        if attempt in each.earned:
            place, before = each.earned[attempt]
            after = None if is_dropped else credits[place]
            steps.append(Step(place, before, after, each.takes_back))
        elif is_dropped:  # handed in later: it never counted there
            for place, (question, _) in marks.items():
                if question == each.question:
                    credits.pop(place, None)
    credits |= {each.position: each.before for each in steps}
    tried = tx.attempts.get(attempt)
    # a retake over missed objectives alone stands on what was kept of the tries before
    kept = kept_items(tx, tried, tx.attempts.items(attempt))
    credits |= {-number: each.credit or Fraction(0) for number, each in enumerate(kept, start=1)}
    return result_under(credits, tried.bar, [*steps, *([coming] if coming else [])])


def units_before(tx: Tx, asked: Iterable[Asked]) -> dict[int, tuple[Section, Units]]:
    found: dict[int, tuple[Section, Units]] = {}
    for each in asked:
        section = tx.sections.get(each.section)
        found.setdefault(each.person, (section, units_now(tx, section, each.person)))
    return found


def remark(
    tx: Tx, credits: Iterable[tuple[Asked, Fraction]], asked: Iterable[Asked]
) -> dict[int, bool | None]:
    """Writes credits, scores and passes; gives those whose result changed, with whether they pass now.

    None stands for a score that changed while the pass did not.
    """
    earned = {each.attempt: {each.position: credit} for each, credit in credits}
    changed: dict[int, bool | None] = {}
    for each in asked:
        was = tx.attempts.get(each.attempt)
        if each.attempt in earned:
            tx.regrades.remark(
                each.attempt, earned[each.attempt], was.score or Fraction(0), passed=bool(was.passed)
            )
        now = result_of_attempt(tx, each.attempt)
        tx.regrades.remark(each.attempt, {}, now.score, passed=now.passed)
        if now.passed != bool(was.passed):
            changed[each.person] = now.passed
        elif now.score != was.score:
            changed.setdefault(each.person, None)
    return changed


def follow_all(
    tx: Tx,
    before: dict[int, tuple[Section, Units]],
    now: datetime,
    ids: Ids,
    cause: str,
    remembered: dict[int, dict[str, ProgressRecord]],
) -> dict[int, UnitChange]:
    return {
        person: follow(
            tx, section, person, units, now, ids, cause=cause, remembered=remembered.get(person, {})
        )
        for person, (section, units) in before.items()
    }


def tell(
    tx: Tx,
    section: Section,
    regrade: int,
    unit: int,
    changed: dict[int, bool | None],
    changes: dict[int, UnitChange],
    now: datetime,
    ids: Ids,
    act: str,
) -> None:
    """Those whose result changed are told what it means for them, and never which answer was right."""
    effects: list[Effect] = []
    for person, passes in changed.items():
        units = changes.get(person, UnitChange())
        effects.append(
            Effect(
                key=f"regrade:{regrade}:{act}:{person}",
                kind=Kind.RESULT_CHANGED,
                way=Way.DM,
                due_at=now,
                person=person,
                section=section.id,
                about=regrade,
                args={
                    "unit": unit,
                    "passes": passes,
                    "opened": list(units.opened),
                    "closed": list(units.closed),
                },
            )
        )
    tx.outbox.add(effects, now, ids)
