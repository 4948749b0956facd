"""The bot in a browser, in an offline Discord, with no account."""

from bot.sandbox.run import run_sandbox

__all__ = ["run_sandbox"]
