"""The command line's one list: a new command is one more module or function here."""

from __future__ import annotations

import click

from harness.cli import breaking, nodes, system
from harness.cli.completion import completion
from harness.cli.explain import explain
from harness.cli.explore import explore
from harness.cli.export import export
from harness.cli.flake import flake
from harness.cli.grade import grade
from harness.cli.own_suite import init_suite
from harness.cli.replay import replay
from harness.cli.shown import Group
from harness.cli.shrink import shrink
from harness.cli.trying import try_out
from harness.cli.watch import watch


@click.group(cls=Group, context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """Start a real system, use it, break it, and judge what survived.

    Bring a system up, send to it, break it, look at it. Errors are one line, with exit status 2.
    """


for command in (
    system.up,
    *system.OWN,
    system.status,
    *nodes.COMMANDS,
    *breaking.COMMANDS,
    watch,
    system.down,
    replay,
    explain,
    export,
    flake,
    explore,
    shrink,
    *system.STANDALONE,
    try_out,
    grade,
    init_suite,
    completion,
):
    main.add_command(command)
