"""How the commands show what they have to say, and their errors."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from typing import Any

import click

from harness.errors import (
    EXIT_BAD_INPUT,
    EXIT_INCONCLUSIVE,
    FaultDidNotBiteError,
    HarnessError,
    InconclusiveError,
)
from harness.session.answer import Answer


class Group(click.Group):
    """Shows the harness' own errors as one line: exit status 3 where a fault did not bite, else 2."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order in which a person needs them."""
        return list(self.commands)

    def invoke(self, ctx: click.Context) -> object:
        """Runs the command that was given."""
        try:
            return super().invoke(ctx)
        except HarnessError as error:
            click.echo(f"error: {error}", err=True)
            inconclusive = isinstance(error, FaultDidNotBiteError | InconclusiveError)
            sys.exit(EXIT_INCONCLUSIVE if inconclusive else EXIT_BAD_INPUT)


def json_option(command: Callable[..., Any]) -> Callable[..., Any]:
    """Adds `--json`, given to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print it as JSON, for programs.")(command)


def show(answer: Answer, *, as_json: bool) -> None:
    """Prints it and ends the command if its exit status is not 0."""
    click.echo(json.dumps(answer.data, indent=2) if as_json else answer.lines)
    if answer.status:
        sys.exit(answer.status)
