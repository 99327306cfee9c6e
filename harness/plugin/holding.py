"""Holds a scenario's system for a look: commands from another terminal work on it until a person says to go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from harness.backends.protocol import Phase
from harness.progress import Say
from harness.session.only_one import only_one
from harness.session.server import answering
from harness.session.state import SessionState
from harness.system import System

_NEXT = "in another terminal: harness status | logs NODE -f | exec NODE -- CMD | kill|pause|isolate|heal TARGET"


def hold(state: SessionState, why: str, say: Say) -> None:
    """Holds a system until `harness down` was called.

    Raises:
        BadInputError: another system is held in this checkout.
    """
    with held(state, why, say):
        say("harness down lets this run go on, Ctrl-C here ends it")
        state.ended.wait()


def pause(state: SessionState, why: str, say: Say, prompt: Callable[[], None]) -> None:
    """Answers commands about a system until `prompt` returns.

    Raises:
        BadInputError: another system is held in this checkout.
    """
    with held(state, why, say):
        prompt()


@contextmanager
def held(state: SessionState, why: str, say: Say) -> Iterator[None]:
    """Answers commands for as long as the block lasts, and says where everything is."""
    with only_one(), answering(state):
        say(why)
        for line in addresses(state.system):
            say(f"  {line}")
        say(_NEXT)
        yield


def addresses(system: System) -> Iterator[str]:
    """Each node, its state, and where each of its ports is reached from here."""
    width = max(map(len, system.deployment.nodes), default=0)
    for name, node in system.deployment.nodes.items():
        phase = node.state().phase
        if phase is Phase.EXITED:
            yield f"{name:<{width}}  {phase}"
            continue
        ports = ", ".join(f"{port} {node.endpoint(port)}" for port in node.spec.ports)
        yield f"{name:<{width}}  {phase}  {ports}"
