"""The commands of a system as a whole: up, status, down, and those that its suite has of its own."""

from __future__ import annotations

import inspect
from functools import partial

import click

from harness.backends.protocol import BACKENDS
from harness.cli.shown import json_option, show
from harness.offered import brought_along
from harness.session.client import ask, bring_down, bring_up
from harness.topology.timings import PROFILES, Profile
from harness.typed import Standalone, Startable, Typed

_OFFERED = [value for module in brought_along("typed") for value in vars(module).values()]
#: What `harness up` starts: one system, of the one suite that has one.
(_STARTABLE,) = (value for value in _OFFERED if isinstance(value, Startable))


@click.command(help=inspect.cleandoc(_STARTABLE.help))
@click.option("--backend", type=click.Choice(BACKENDS), default="auto", show_default=True, help="Where nodes run.")
@click.option(
    "--timings", type=click.Choice(list(PROFILES)), default="fast", show_default=True, help="Failure detectors."
)
@click.option("--ui", is_flag=True, help="Also bring up the servers' own consoles (Docker only).")
@json_option
def up(backend: str, timings: Profile, ui: bool, as_json: bool, **own: object) -> None:
    """Starts the system that the suite offers, with its own options."""
    # Here, so that no other command waits for the servers' clients to be imported.
    from harness.session.up_options import UpOptions

    declared = _STARTABLE.declared(**own)
    bring_up(UpOptions(declared, backend, timings, ui), lambda line: click.echo(line, err=as_json))
    show(ask("status"), as_json=as_json)
    click.echo(_STARTABLE.next, err=as_json)


# Before --ui and --json.
up.params[2:2] = _STARTABLE.options


def _own(typed: Typed | Standalone) -> click.Command:
    if isinstance(typed, Standalone):
        answer, parameters = typed.answer, typed.parameters
    else:
        answer, parameters = partial(ask, typed.name), typed.arguments

    @click.command(typed.name, help=inspect.cleandoc(typed.help))
    @json_option
    def command(as_json: bool, **given: object) -> None:
        show(answer(*(given[str(each.name)] for each in parameters)), as_json=as_json)

    command.params[:0] = parameters
    return command


OWN = tuple(_own(value) for value in _OFFERED if isinstance(value, Typed))
STANDALONE = tuple(_own(value) for value in _OFFERED if isinstance(value, Standalone))


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show every node, what it is (leader, owner, ...), what waits on the queue, and who holds how many messages."""
    show(ask("status"), as_json=as_json)


@click.command()
def down() -> None:
    """End the system and remove everything it made."""
    click.echo("nothing is left of it" if bring_down() else "the run that held it goes on")
