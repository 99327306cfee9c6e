"""The commands that a session can be asked for; each is a function of the session's state.

A new command is one more function here or in `harness.session.breaking`, and one in `harness.cli` that asks for it; a
system has its own (`System.commands`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import asdict

from harness.answer import Answer
from harness.backends.identity import Identity
from harness.backends.protocol import ExecContext, Phase
from harness.errors import AwaitTimeoutError, BadInputError
from harness.inspect import snapshot
from harness.session import breaking
from harness.session.naming import node_named, node_names, roles
from harness.session.state import SessionState, Stage
from harness.session.watching import watch
from harness.waiting import until

_NEWS_TIMEOUT_S = 10.0
_NEWS_INTERVAL_S = 0.3


def status(state: SessionState) -> Answer:
    """Shows every node and what it is, what waits on the queue, and who holds what."""
    seen, more = snapshot.of(state.system), state.system.more()
    consoles = "".join(f"\n{title}: {address}" for title, address in state.consoles.items())
    lines = f"{snapshot.table(seen)}\n\n{more.lines}".rstrip() + consoles
    return Answer(lines, {**asdict(seen), **more.data, "consoles": dict(state.consoles)})


def names(state: SessionState) -> Mapping[str, Mapping[str, str]]:
    """The names that the shell can complete: by kind, each with a word on what it is."""
    return {
        "targets": {name: words for name, (_, words) in state.system.targets.items()},
        "roles": dict.fromkeys(roles(state.system), "all of them"),
        "nodes": dict.fromkeys(node_names(state.system), "a node"),
    }


def logs(state: SessionState, name: str, seen: int, follow: bool) -> tuple[str, int]:
    """The log of a node from character `seen` on, and its length; `follow` waits some seconds for more.

    A node that was made anew since has a log of its own, which begins at its beginning.
    """

    def look() -> tuple[str, int]:
        text = node_named(state.system, name).logs()
        return (text[seen:], len(text)) if len(text) >= seen else (text, len(text))

    if not follow:
        return look()
    try:
        return until(
            f"{name} to write more",
            look,
            lambda news: bool(news[0]),
            timeout_s=_NEWS_TIMEOUT_S,
            interval_s=_NEWS_INTERVAL_S,
        )
    except AwaitTimeoutError:
        return "", seen


def exec_context(state: SessionState, name: str) -> ExecContext:
    """Where a node's process is, for a command that runs beside it."""
    node = node_named(state.system, name)
    if node.state().phase is not Phase.RUNNING:
        raise BadInputError(f"{name} does not run: harness start {name}")
    state.mark_used()
    return node.exec_context()


def run(state: SessionState, label: str) -> object:
    """Does what the system's own button of that label is for.

    Raises:
        BadInputError: it has none.
    """
    system = state.own_system()
    for action in system.actions:
        if action.label == label:
            return system.commands[action.command](*action.arguments)
    raise BadInputError(f"this system has no button {label!r}")


def down(state: SessionState) -> Identity | None:
    """Ends the session; gives its process, to wait for, or None if that is a pytest run, which goes on."""
    if state.stage is Stage.PAUSED:
        raise BadInputError("a scenario is paused with this system: press Enter in its terminal, and it goes on")
    if state.stage is Stage.ENDING:
        raise BadInputError("the system is going down already: wait for that")
    held, state.stage = state.stage is Stage.HELD, Stage.ENDING
    return None if held else Identity.of_this_process()


COMMANDS: Mapping[str, Callable[..., object]] = {
    "status": status,
    "names": names,
    "watch": watch,
    "run": run,
    "hurt": breaking.hurt,
    "resume": breaking.resume,
    "start": breaking.start,
    "heal": breaking.heal,
    "logs": logs,
    "exec_context": exec_context,
    "down": down,
}
