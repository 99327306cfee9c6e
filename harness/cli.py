"""The command line: bring a system up, send to it, break it, look at it; judge a history again."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from harness.checkers import Validity, combine
from harness.errors import EXIT_BAD_INPUT, EXIT_INCONCLUSIVE, HarnessError
from harness.events import read
from harness.keeper.client import ask, bring_down, bring_up
from harness.recovery import kinds
from harness.replay import judge
from harness.report.timeline import svg, text
from harness.run import BACKENDS

_EXITS = {Validity.VALID: 0, Validity.INVALID: 1, Validity.UNKNOWN: EXIT_INCONCLUSIVE}


class _Group(click.Group):
    """Shows the harness' own errors as one line, with exit status 2."""

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except HarnessError as error:
            click.echo(f"error: {error}", err=True)
            sys.exit(EXIT_BAD_INPUT)


@click.group(cls=_Group)
def main() -> None:
    """Does our Hazelcast/Kafka system really survive that?"""


@main.command()
@click.option("--backend", type=click.Choice(BACKENDS), default="auto", show_default=True, help="Where nodes run.")
@click.option("--queue", type=click.Choice(["kafka", "hazelcast"]), default="kafka", show_default=True)
@click.option("--consumers/--no-consumers", default=True, help="Whether the messages instances run from the beginning.")
def up(backend: str, queue: str, consumers: bool) -> None:
    """Start the whole system and leave it running."""
    bring_up(backend, queue, consumers=consumers, say=click.echo)
    click.echo(ask("status"))
    click.echo("next: harness send 10, harness get, harness kill leader, harness status, harness down")


@main.command()
@click.argument("count", type=click.IntRange(1, 100_000))
def send(count: int) -> None:
    """Post COUNT messages through the facade."""
    click.echo(ask("send", count))


@main.command()
def get() -> None:
    """One GET of the facade."""
    click.echo(ask("get"))


@main.command()
def status() -> None:
    """Every node, what it is (leader, owner, ...), and who holds how many messages."""
    click.echo(ask("status"))


@main.command()
@click.argument("target")
def kill(target: str) -> None:
    """SIGKILL to TARGET: leader, controller, lowest-ip, oldest, owner, or a node's name."""
    click.echo(ask("kill", target))


@main.command()
@click.argument("what")
def start(what: str) -> None:
    """Start WHAT again: a node's name, or messages for all messages instances."""
    click.echo(ask("start", what))


@main.command()
def down() -> None:
    """End the system and remove everything it made."""
    bring_down()
    click.echo("nothing is left of it")


@main.command()
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--svg", "picture", type=click.Path(path_type=Path), help="Also draw the operations concerned to FILE.")
def replay(history: Path, picture: Path | None) -> None:
    """Judge a recorded HISTORY again. Exit status: 0 held, 1 broken, 2 not a history, 3 inconclusive."""
    events = read(history)
    verdicts = judge(events)
    for name, verdict in verdicts.items():
        click.echo(f"{name}: {verdict.validity} {dict(verdict.figures) or ''}".rstrip())
    worst = combine(*verdicts.values())
    if worst.anomalies:
        click.echo(f"\n{worst.sentences}\n")
    concerned = tuple({o.invoke.index: o for anomaly in worst.anomalies for o in anomaly.operations}.values())
    if concerned:
        click.echo(text(concerned, events))
    if picture:
        picture.write_text(svg(concerned or events.operations, events))
        click.echo(f"drawn to {picture}")
    for kind in kinds(events):
        counts = f"{kind.ok} ok, {kind.failed} failed, {kind.unknown} unknown"
        click.echo(f"{kind.f}: {counts}; longest time without a success {kind.unavailable_s:.2f} s")
    sys.exit(_EXITS[worst.validity])


if __name__ == "__main__":
    main()
