"""Benchmarks: what the bot costs and how long people wait, on the loopback Discord. Never timed tests."""
