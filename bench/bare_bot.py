"""The least a discord.py bot can be: one command and one button, nothing stored. What Flipcord is measured beside."""

from __future__ import annotations

import sys
import tomllib
from pathlib import Path

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket
from discord.http import Route


class Bare(discord.Client):
    def __init__(self) -> None:
        super().__init__(intents=discord.Intents(guilds=True))
        self.tree = app_commands.CommandTree(self)

    async def setup_hook(self) -> None:
        await self.tree.sync()


def main(config: Path) -> None:
    part = tomllib.loads(config.read_text())["discord"]
    Route.BASE = part["api_base"]
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(part["gateway"])
    client = Bare()

    @client.tree.command(description="answers")
    async def ping(interaction: discord.Interaction[Bare]) -> None:
        await interaction.response.send_message("pong", ephemeral=True)

    client.run(part["token"], log_handler=None)


if __name__ == "__main__":
    main(Path(sys.argv[sys.argv.index("--config") + 1]))
