"""What a person types for a system of this suite: how it comes up, and what it is asked for."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.typed import Readable, Standalone, Startable, Typed

if TYPE_CHECKING:
    from harness.answer import Answer
    from harness.declared import Declared, StandIn
    from harness.messages.namespace import QueueKind
    from harness.system import System
    from harness.topology.timings import Timings


def _declared(queue: QueueKind, *, consumers: bool) -> Declared:
    """Both kinds of servers, whichever carries the messages: most scenarios can attach to that."""
    from harness.declared import Declared
    from harness.messages.application import messages
    from harness.servers.hazelcast.kind import hazelcast
    from harness.servers.kafka.kind import kafka

    return Declared((hazelcast(), kafka()), messages(queue, consumers=consumers))


UP = Startable(
    """Start the whole system and leave it running.

    Three Hazelcast members, three Kafka brokers, config, the facade, three logging and two messages instances.
    """,
    (
        click.Option(
            ["--queue"],
            type=click.Choice(["kafka", "hazelcast"]),
            default="kafka",
            show_default=True,
            help="Which server carries the messages.",
        ),
        click.Option(
            ["--consumers/--no-consumers"],
            default=True,
            help="Whether the messages instances run from the beginning.",
        ),
    ),
    _declared,
    "next: harness send 10, harness get, harness kill leader, harness status, harness watch, harness down",
)
SEND = Typed(
    "send",
    """Post COUNT messages through the facade.

    Exit status 3 if none was acknowledged.
    """,
    (click.Argument(["count"], type=click.IntRange(1, 100_000)),),
)
GET = Typed(
    "get",
    """Read the messages back: one GET of the facade.

    Exit status 3 if it does not answer with success.
    """,
)


def _own_system(file: Path, folder: Path | None, trusted: bool, timings: Timings) -> StandIn:
    from harness.messages.description.application import read

    return read(file, folder, trusted=trusted, timings=timings)


def _trial(system: System) -> Answer:
    from harness.messages.description.tried import trial

    return trial(system)


OWN_SYSTEM = Readable(_own_system, _trial)


def _check(files: Sequence[Path]) -> Answer:
    from harness.messages.description.answering import check

    return check(files)


CHECK = Standalone(
    "check",
    """Check each FILE that describes a system, and say in one line what it describes.

    Nothing is started. Exit status 2 if anything is wrong in one; each problem is one line, with the line of the file.
    """,
    (click.Argument(["files"], nargs=-1, required=True, type=click.Path(path_type=Path), metavar="FILE..."),),
    _check,
)


def _init(folder: Path, compose: Path | None, yes: bool) -> Answer:
    from harness.messages.drafting.answering import init

    return init(folder, compose, yes)


INIT = Standalone(
    "init",
    """Write a first version of system.toml, which describes the system whose code is in FOLDER.

    A few questions at a terminal; what a compose file and the code say is guessed. Nothing is overwritten. What was not
    taken over, and what is left to do, is one line each. (For scenarios of your own there is init-suite.)
    """,
    (
        click.Argument(["folder"], default=".", type=click.Path(path_type=Path)),
        click.Option(
            ["--compose"],
            type=click.Path(path_type=Path),
            metavar="FILE",
            help="The compose file; without it, that of FOLDER, if there is one.",
        ),
        click.Option(["--yes"], is_flag=True, help="Take all guesses, and ask nothing."),
    ),
    _init,
)
