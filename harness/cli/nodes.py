"""The commands for one node: its log, and a command beside it."""

from __future__ import annotations

import sys

import click

from harness.cli.completion import names
from harness.session.client import ask
from harness.session.exec_in_node import exec_in_node


@click.command()
@click.argument("node", shell_complete=names("nodes"))
@click.option("-f", "--follow", is_flag=True, help="Go on with what it writes from now on, until Ctrl-C.")
@click.option("-n", "--lines", type=click.IntRange(0), help="Only the last LINES lines of what is there.")
def logs(node: str, follow: bool, lines: int | None) -> None:
    """Show what NODE wrote, over restarts."""
    text, seen = ask("logs", node, 0, False)
    shown = text.splitlines(keepends=True)
    click.echo("".join(shown if lines is None else shown[len(shown) - min(lines, len(shown)) :]), nl=False)
    try:
        while follow:
            text, seen = ask("logs", node, seen, True)
            click.echo(text, nl=False)
    except KeyboardInterrupt:
        return


@click.command("exec", context_settings={"ignore_unknown_options": True, "allow_interspersed_args": False})
@click.argument("node", shell_complete=names("nodes"))
@click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
def execute(node: str, command: tuple[str, ...]) -> None:
    """Run COMMAND where NODE runs, such as `harness exec kafka-1 -- ls /`.

    In Docker it runs in NODE's container, else in its folder with its environment. Exit status: that of COMMAND.
    """
    # Options of COMMAND are its own, so click leaves the dashes that end ours where they are.
    words = command[1:] if command[0] == "--" else command
    if not words:
        raise click.UsageError("what is to be run? harness exec NODE -- COMMAND")
    sys.exit(exec_in_node(ask("exec_context", node), words))


COMMANDS = (logs, execute)
