"""Flipcord: a Discord bot for remote flipped-mastery classes."""
