"""The command line: bring a system up, send to it, break it, look at it; judge a history again."""

from harness.cli.commands import main

__all__ = ["main"]
