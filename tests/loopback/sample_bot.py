"""A small discord.py bot, run as a process of its own to prove the wire: sample_bot.py --config FILE."""

from __future__ import annotations

import re
import sys
import tomllib
from pathlib import Path
from typing import Any

import discord
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

REFUSED = 3


class Counter(ui.DynamicItem[ui.Button[ui.View]], template=r"count:(?P<n>\d+)"):
    """Counts its presses in its custom_id, so that it needs no memory."""

    def __init__(self, n: int) -> None:
        super().__init__(ui.Button(label=f"Pressed {n}", custom_id=f"count:{n}"))
        self.n = n

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Counter:
        return cls(int(match["n"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(
            content=f"pressed {self.n + 1} times", view=counter(self.n + 1)
        )


class FormButton(ui.DynamicItem[ui.Button[ui.View]], template="form"):
    def __init__(self) -> None:
        super().__init__(ui.Button(label="Fill in", custom_id="form"))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> FormButton:
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_modal(HandIn())


def counter(n: int) -> ui.View:
    view = ui.View(timeout=None)
    view.add_item(Counter(n))
    view.add_item(FormButton())
    view.add_item(ui.Button(label="Over", custom_id="over", disabled=True))
    view.add_item(ui.Button(label="Read", url="https://example.org/"))
    return view


class HandIn(ui.Modal, title="Hand in"):
    said = ui.TextDisplay("Three short questions.")
    radio = ui.Label(
        text="Which is a solid?",
        component=ui.RadioGroup(
            options=[
                discord.RadioGroupOption(label="Ice", value="a"),
                discord.RadioGroupOption(label="Steam", value="b"),
            ]
        ),
    )
    boxes = ui.Label(
        text="Which are metals?",
        component=ui.CheckboxGroup(
            max_values=3,
            options=[
                discord.CheckboxGroupOption(label=name, value=name.lower())
                for name in ("Iron", "Tin", "Sulfur")
            ],
        ),
    )
    menu = ui.Label(
        text="How sure are you?",
        component=ui.Select(
            options=[
                discord.SelectOption(label="Very", value="2"),
                discord.SelectOption(label="Not", value="0"),
            ]
        ),
    )
    summary = ui.Label(
        text="Summary",
        description="In your own words.",
        component=ui.TextInput(max_length=300, style=discord.TextStyle.long),
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        radio, boxes, menu, summary = (
            label.component for label in (self.radio, self.boxes, self.menu, self.summary)
        )
        words = f"{radio.value} {sorted(boxes.values)} {menu.values} {summary.value}"  # pyright: ignore[reportAttributeAccessIssue]
        await interaction.response.send_message(words, ephemeral=True)


class Slots(ui.DynamicItem[ui.Select[ui.LayoutView]], template="slot"):
    def __init__(self) -> None:
        options = [
            discord.SelectOption(label="Monday", value="mon"),
            discord.SelectOption(label="Friday", value="fri"),
        ]
        super().__init__(ui.Select(custom_id="slot", placeholder="When?", options=options))

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction, item: ui.Item[Any], match: re.Match[str]
    ) -> Slots:
        slots = cls()
        slots.item = item  # pyright: ignore[reportAttributeAccessIssue]
        return slots

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.send_message(f"booked {self.item.values[0]}", ephemeral=True)


class Panel(ui.LayoutView):
    """A card of Components V2, as ours are."""

    def __init__(self) -> None:
        super().__init__(timeout=None)
        items: list[Any] = [FormButton(), Slots()]
        self.add_item(ui.Container(ui.TextDisplay("# Density"), *(ui.ActionRow(item) for item in items)))


class SampleBot(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Counter, FormButton, Slots)
        await self.tree.sync()


client = SampleBot()
tree = client.tree
course = app_commands.Group(
    name="course", description="Courses", default_permissions=discord.Permissions(manage_guild=True)
)
tree.add_command(course)


@tree.command(description="Answers pong")
async def ping(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("pong", ephemeral=True)


@tree.command(description="Posts the card")
async def card(interaction: discord.Interaction) -> None:
    await interaction.response.send_message("pressed 0 times", view=counter(0))


@tree.command(description="Posts the card of components")
async def panel(interaction: discord.Interaction) -> None:
    await interaction.response.send_message(view=Panel())


@tree.command(description="Thinks first")
async def slow(interaction: discord.Interaction) -> None:
    await interaction.response.defer(ephemeral=True)
    await interaction.edit_original_response(content="thought about it")


@tree.command(description="Says nothing")
async def silent(interaction: discord.Interaction) -> None:
    print("silent", flush=True)


@tree.command(description="Writes a DM, always with the same nonce")
async def write(interaction: discord.Interaction, who: discord.Member, words: str = "hello") -> None:
    try:
        message = await who.send(words, nonce="always-the-same")
    except discord.Forbidden as error:
        await interaction.response.send_message(f"closed: {error.code}")
    else:
        await interaction.response.send_message(f"sent {message.id}")


@tree.command(description="Gives a role")
async def grant(interaction: discord.Interaction, who: discord.Member, role: discord.Role) -> None:
    await who.add_roles(role, reason="tëst")
    await interaction.response.send_message(f"{who.display_name} has {role.name}")


@tree.command(description="Writes many messages here")
async def many(interaction: discord.Interaction, count: int) -> None:
    assert isinstance(interaction.channel, discord.TextChannel)
    await interaction.response.defer()
    for number in range(count):
        await interaction.channel.send(f"message {number}")
    await interaction.edit_original_response(content="all sent")


@tree.command(description="Opens a private thread")
async def ask(interaction: discord.Interaction, question: str) -> None:
    assert isinstance(interaction.channel, discord.TextChannel)
    thread = await interaction.channel.create_thread(name="Question", type=discord.ChannelType.private_thread)
    await thread.add_user(interaction.user)
    await thread.send(question)
    await interaction.response.send_message("see the thread", ephemeral=True)


@course.command(name="import", description="Reads a file")
async def import_(interaction: discord.Interaction, file: discord.Attachment, unit: str = "") -> None:
    data = await file.read()
    await interaction.response.send_message(
        f"{file.filename}: {len(data)} bytes", file=discord.File(__file__)
    )


@import_.autocomplete("unit")
async def units(interaction: discord.Interaction, typed: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=n.title(), value=n) for n in ("density", "atoms") if n.startswith(typed)]


def main() -> int:
    settings = tomllib.loads(Path(sys.argv[sys.argv.index("--config") + 1]).read_text())["discord"]
    Route.BASE = settings["api_base"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(settings["gateway"])
    try:
        client.run(settings["token"])
    except discord.LoginFailure:
        print("refused: token", flush=True)
        return REFUSED
    except discord.PrivilegedIntentsRequired:
        print("refused: intents", flush=True)
        return REFUSED
    except discord.ConnectionClosed as error:
        print(f"closed: {error.code}", flush=True)
        return REFUSED
    return 0


if __name__ == "__main__":
    sys.exit(main())
