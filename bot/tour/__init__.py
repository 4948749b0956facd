"""`flipcord tour`: the main job, headless, with every part in a process of its own and the bot killed on the way."""

from bot.tour.run import run_tour

__all__ = ["run_tour"]
