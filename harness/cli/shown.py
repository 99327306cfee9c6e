"""How the commands of `harness` show their answers and errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from harness.answer import Answer
from harness.errors import (
    EXIT_BAD_INPUT,
    EXIT_INCONCLUSIVE,
    FaultDidNotBiteError,
    HarnessError,
    InconclusiveError,
)


class Group(click.Group):
    """Commands that show the harness' own errors as one line, and exit with 3 if a fault did not bite, else 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names of the commands in the order in which a person needs them."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command that was given, and shows an error of the harness as one line."""
        try:
            return super().invoke(ctx)
        except HarnessError as error:
            click.echo(f"error: {error}", err=True)
            inconclusive = isinstance(error, FaultDidNotBiteError | InconclusiveError)
            sys.exit(EXIT_INCONCLUSIVE if inconclusive else EXIT_BAD_INPUT)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds the option `--json` to a command, which gets it as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print it as JSON, for programs.")(command)


def show(answer: Answer, *, as_json: bool) -> None:
    """Prints an answer, and ends the command if the answer's exit status is not 0."""
    click.echo(json.dumps(answer.data, indent=2) if as_json else answer.lines)
    if answer.status:
        sys.exit(answer.status)
