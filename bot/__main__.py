"""`python -m bot` and the console script `flipcord`."""

from __future__ import annotations

from bot.cli import app


def main() -> None:
    app()


if __name__ == "__main__":
    main()
