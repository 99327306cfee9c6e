"""The commands of `harness` that break nodes and bring them back."""

from __future__ import annotations

import click

from harness.backends.given.journal import undo_left
from harness.backends.session import Session
from harness.cli.completion import names
from harness.cli.shown import json_option, show
from harness.errors import BadInputError
from harness.faults.offered import Offered, offered_faults, plain_faults
from harness.session.client import ask

_TARGET = """

    TARGET is looked up now: leader, controller, lowest-ip, oldest, owner; a role, for all of its nodes that run; or
    a node's name. Exit status 3 if there is no proof that it worked."""


def _hurting(name: str, fault: Offered) -> click.Command:
    @click.argument("target", shell_complete=names("targets", "roles", "nodes"))
    @json_option
    def command(target: str, as_json: bool) -> None:
        show(ask("hurt", name, target), as_json=as_json)

    does, _, words = fault.words.partition(":")
    return click.command(name, help=f"{does} TARGET:{words}{_TARGET}")(command)


@click.command()
@click.argument("what", shell_complete=names("roles", "nodes"))
@json_option
def start(what: str, as_json: bool) -> None:
    """Start WHAT, a node or all nodes of a role, again or for the first time; an impaired network stays so."""
    show(ask("start", what), as_json=as_json)


@click.command()
@click.argument("what", shell_complete=names("roles", "nodes"))
@json_option
def resume(what: str, as_json: bool) -> None:
    """Let WHAT, a paused node or all paused nodes of a role, go on."""
    show(ask("resume", what), as_json=as_json)


@click.command()
@click.argument("what", required=False, shell_complete=names("roles", "nodes"))
@json_option
def heal(what: str | None, as_json: bool) -> None:
    """Bring WHAT back, whatever was done to it: a node, a role, or everything if nothing is named.

    Nodes that the harness did not start, and that a run which was killed has left broken, are put back first.
    """
    left = undo_left(Session.is_over)
    for line in left:
        click.echo(line, err=as_json)
    try:
        answer = ask("heal", what)
    except BadInputError:
        # No system is up: then that was all there was to do.
        if left and not what:
            return
        raise
    show(answer, as_json=as_json)


_FAULTS = offered_faults()
COMMANDS = (*(_hurting(name, _FAULTS[name]) for name in plain_faults()), start, resume, heal)
