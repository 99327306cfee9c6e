"""What a suite hands to the command line: the system that `harness up` starts, and commands with and without one.

Every command of `harness` loads these: a module with one loads no client of a server before it is called.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import click

from harness.offered import brought_along

if TYPE_CHECKING:
    from harness.answer import Answer
    from harness.declared import Declared, StandIn
    from harness.system import System
    from harness.topology.timings import Timings


@dataclass(frozen=True)
class Startable:
    """A system that `harness up` starts.

    Attributes:
        help: what is started, for `harness up --help`.
        options: the system's own.
        declared: what the system is made of, by these options.
        next: what a person can type then, in one line.
    """

    help: str
    options: tuple[click.Option, ...]
    declared: Callable[..., Declared]
    next: str


@dataclass(frozen=True)
class Readable:
    """How the file that `--system` names becomes a system that scenarios run on.

    Attributes:
        read: gives the system, or raises BadInputError with what is wrong in the file. It is given the file, the folder
            with the code if that is another one than the file's, whether this code is trusted, and the timings of the
            run, for which what runs already may be too slow.
        trial: uses it once it runs, as the file says, and answers with what came of that; status 1 if it is otherwise.
    """

    read: Callable[[Path, Path | None, bool, Timings], StandIn]
    trial: Callable[[System], Answer]


def readable() -> Readable:
    """What reads such files: of the one suite that has it."""
    offered = (value for module in brought_along("typed") for value in vars(module).values())
    (found,) = (value for value in offered if isinstance(value, Readable))
    return found


@dataclass(frozen=True)
class Typed:
    """A command that a person types, and that the running system carries out (`System.commands`).

    Attributes:
        name: of both.
        help: what it does, for its `--help`.
        arguments: the system is given their values, in this order.
    """

    name: str
    help: str
    arguments: tuple[click.Argument, ...] = ()


@dataclass(frozen=True)
class Standalone:
    """A command that a person types, and that needs no running system.

    Attributes:
        name: what is typed.
        help: what it does, for its `--help`.
        parameters: arguments and options; `answer` is given their values, in this order.
        answer: does it.
    """

    name: str
    help: str
    parameters: tuple[click.Parameter, ...]
    answer: Callable[..., Answer]
