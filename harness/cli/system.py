"""The commands of a system as a whole: up, send, get, status, down."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from harness.backends.protocol import BACKENDS
from harness.cli.shown import json_option, show
from harness.session.client import ask, bring_down, bring_up
from harness.topology.timings import PROFILES, Profile

if TYPE_CHECKING:
    from harness.messages.namespace import QueueKind

_NEXT = "next: harness send 10, harness get, harness kill leader, harness status, harness watch, harness down"


@click.command()
@click.option("--backend", type=click.Choice(BACKENDS), default="auto", show_default=True, help="Where nodes run.")
@click.option(
    "--timings", type=click.Choice(list(PROFILES)), default="fast", show_default=True, help="Failure detectors."
)
@click.option(
    "--queue",
    type=click.Choice(["kafka", "hazelcast"]),
    default="kafka",
    show_default=True,
    help="Which server carries the messages.",
)
@click.option("--consumers/--no-consumers", default=True, help="Whether the messages instances run from the beginning.")
@click.option("--ui", is_flag=True, help="Also bring up Hazelcast Management Center and a Kafka UI (Docker only).")
@json_option
def up(backend: str, timings: Profile, queue: QueueKind, consumers: bool, ui: bool, as_json: bool) -> None:
    """Start the whole system and leave it running.

    Three Hazelcast members, three Kafka brokers, config, the facade, three logging and two messages instances.
    """
    # Here, so that no other command waits for the servers' clients to be imported.
    from harness.messages import messages
    from harness.servers.hazelcast import hazelcast
    from harness.servers.kafka import kafka
    from harness.session.up_options import UpOptions
    from harness.system import Declared

    # Both kinds of servers, whichever carries the messages: most scenarios can attach to that.
    declared = Declared((hazelcast(), kafka()), messages(queue, consumers=consumers))
    bring_up(UpOptions(declared, backend, timings, ui), lambda line: click.echo(line, err=as_json))
    show(ask("status"), as_json=as_json)
    click.echo(_NEXT, err=as_json)


@click.command()
@click.argument("count", type=click.IntRange(1, 100_000))
@json_option
def send(count: int, as_json: bool) -> None:
    """Post COUNT messages through the facade.

    Exit status 3 if none was acknowledged.
    """
    show(ask("send", count), as_json=as_json)


@click.command()
@json_option
def get(as_json: bool) -> None:
    """Read the messages back: one GET of the facade.

    Exit status 3 if it does not answer with success.
    """
    show(ask("get"), as_json=as_json)


@click.command()
@json_option
def status(as_json: bool) -> None:
    """Show every node, what it is (leader, owner, ...), what waits on the queue, and who holds how many messages."""
    show(ask("status"), as_json=as_json)


@click.command()
def down() -> None:
    """End the system and remove everything it made."""
    click.echo("nothing is left of it" if bring_down() else "the run that held it goes on")
