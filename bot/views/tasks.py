"""Must, should, aspire: the tasks of a unit as a student sees and ticks them."""

from __future__ import annotations

from collections.abc import Sequence

from discord import ui

from bot.domain.course import Level, Task
from bot.services.choosing import NoClass, WhichClass
from bot.services.tasks import NoSuchTask, NoTasks, TaskList, TasksResult, TickResult
from bot.views.cards import Choice, Look, Menu, card, count, plain, primary
from bot.views.choosing import draw_choice
from bot.views.presses import Interaction, asker, on_pick, on_press, replace, services

TODAY = primary("What do I do now?", "today")

HEADS = {
    Level.MUST: "Must do",
    Level.SHOULD: "Should do",
    Level.ASPIRE: "Aspire to do",
}


@on_press("tasks")
async def show(interaction: Interaction, handle: str) -> None:
    result = await services(interaction).tasks.show(asker(interaction), None if handle == "-" else handle)
    await replace(interaction, draw_tasks(result))


@on_pick("tasks_which")
async def show_in(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    await show(interaction, values[0])


@on_pick("task_tick")
async def tick(interaction: Interaction, handle: str, values: Sequence[str]) -> None:
    """``handle`` is the class's; a value is the unit's slug and the task's."""
    unit, _, task = values[0].partition("/")
    result = await services(interaction).tasks.tick(
        asker(interaction), handle, unit, task, interaction.created_at
    )
    await replace(interaction, draw_tasks(result))


def draw_tasks(result: TasksResult | TickResult) -> ui.LayoutView:
    match result:
        case WhichClass():
            return draw_choice(result, "tasks_which")
        case NoClass():
            return draw_choice(result)
        case NoTasks(_, None):
            return card(Look.DONE, "No tasks left", "You have mastered every unit.", controls=[TODAY])
        case NoTasks(_, unit):
            title = f"**{plain(unit.unit.title)}**" if unit else ""
            text = f"{title} has no tasks of its own: pre-work and check are all."
            return card(Look.DONE, "No tasks", text, controls=[TODAY])
        case NoSuchTask():
            text = "The list has changed. `/tasks` shows it as it is now."
            return card(Look.WAIT, "That task is not there any more", text, controls=[TODAY])
        case TaskList(section, unit, ticked):
            tasks, slug = unit.unit.tasks, unit.unit.slug
            choices = [
                Choice(f"{glyph(each, ticked)} {each.title}", f"{slug}/{each.slug}", HEADS[each.level])
                for each in tasks
            ]
            musts_open = [each for each in tasks if each.level is Level.MUST and each.slug not in ticked]
            after = [primary("Start the check", "check", section.handle)] if not musts_open else [TODAY]
            return card(
                Look.DO if musts_open else Look.DONE,
                f"Tasks: {plain(unit.unit.title)}",
                *(group(level, tasks, ticked) for level in Level),
                _what_now(result, musts_open),
                controls=[
                    Menu("Tick a task, or take a tick back", "task_tick", section.handle, choices),
                    *after,
                ],
            )


def _what_now(result: TaskList, musts_open: Sequence[Task]) -> str:
    if not musts_open:
        return "All must-dos are done. Aspire tasks are for you if you like to go further."
    if result.musts_first:
        return f"The check opens when you have ticked {count(len(musts_open), 'more must-do')}."
    return "Begin with the must-dos."


def glyph(task: Task, ticked: frozenset[str]) -> str:
    return "☑" if task.slug in ticked else "☐"


def group(level: Level, tasks: Sequence[Task], ticked: frozenset[str]) -> str:
    """One group: its progress in words and glyphs, then its tasks. "" where it has none."""
    mine = [each for each in tasks if each.level is level]
    if not mine:
        return ""
    done = sum(1 for each in mine if each.slug in ticked)
    bar = "▰" * done + "▱" * (len(mine) - done)
    return f"**{HEADS[level]}** {bar} {done} of {len(mine)}\n" + "\n".join(
        line(each, ticked) for each in mine
    )


def line(task: Task, ticked: frozenset[str]) -> str:
    title = f"[{plain(task.title)}](<{task.url}>)" if task.url else plain(task.title)
    words = f"\n  {plain(task.text)}" if task.text else ""
    return f"{glyph(task, ticked)} {title} · {task.minutes} min{words}"


def in_short(tasks: Sequence[Task], ticked: frozenset[str]) -> str:
    """For a teacher's line: ``tasks must 1/2, should 0/1``; "" without any."""
    parts: list[str] = []
    for level in Level:
        mine = [each for each in tasks if each.level is level]
        if mine:
            parts.append(f"{level.value} {sum(1 for each in mine if each.slug in ticked)}/{len(mine)}")
    return f"tasks {', '.join(parts)}" if parts else ""
