"""Notices services of somebody's own that end by themselves, and starts them again where the file says so.

What is noticed is recorded in the history; `harness.messages.forensics.endings` puts it into words.
"""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress

from harness.backends.protocol import Deployment, Killable, Node, Phase
from harness.errors import HarnessError
from harness.events import NEMESIS, UNDO, Event, takes
from harness.history import History
from harness.messages.forensics.endings import AGAIN, ENDED
from harness.plain import printable
from harness.taken import Taken
from harness.topology.given import Given
from harness.topology.nodes import NodeSpec

_LOOK_S = 0.5
_LAST_LINES = 3
_LONGEST = 200
#: Who ends so often is not started again any more.
_MOST_STARTS = 5
#: What makes a terminal show colours.
_COLOUR = re.compile(r"\x1b\[[\d;]*m")
#: As Python and Java tell it; in Python the exception itself ends the lines that follow.
_UNCAUGHT = re.compile(r'^Exception in thread "?(?P<thread>.+?)"?(?: (?P<error>[\w.$]+(?:Error|Exception)\b.*)|:)$')


class Endings:
    """Looks at the instances of services in a thread of its own, until it is closed."""

    def __init__(self, deployment: Deployment, history: History, restarted: Collection[str]) -> None:
        """Begins to look.

        Args:
            deployment: where the instances run.
            history: in which to record.
            restarted: the names of those that are started again.
        """
        self._deployment = deployment
        self._history = history
        self._restarted = restarted
        self._watched: set[str] = set()
        self._starts: Counter[str] = Counter()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, name="endings", daemon=True)
        self._thread.start()

    def watch(self, names: Collection[str]) -> None:
        """Notices from now on when one of these ends by itself."""
        self._watched |= {*names}

    def leave(self, names: Collection[str]) -> None:
        """Takes no note of these any more: a scenario ends them in order."""
        self._watched -= {*names}

    def close(self) -> None:
        """Ends the thread."""
        self._over.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._over.wait(_LOOK_S):
            for name in sorted(self._watched):
                # An engine that does not answer, or a node that goes just now, is looked at again.
                with suppress(HarnessError, KeyError):
                    self._look_at(self._deployment.nodes[name])

    def _look_at(self, node: Node) -> None:
        state = node.state()
        if state.phase is not Phase.EXITED or was_ended(self._history.events, node.spec.name):
            return
        name = node.spec.name
        again = name in self._restarted and self._starts[name] < _MOST_STARTS
        written = _COLOUR.sub("", node.logs()).strip().splitlines()
        last = [printable(line)[:_LONGEST] for line in written[-_LAST_LINES:]]
        if isinstance(node.spec.kind, Given) and not node.spec.kind.container:
            last = ["(nobody has said where its log is)"]
        told = {"node": name, "role": node.spec.role, "status": state.exit_code, "last": last, "restart": again}
        self._history.event(ENDED, told)
        if again and isinstance(node, Killable):
            self._starts[name] += 1
            self._history.event(AGAIN, {"node": name, "outcome": _start(node)})
        else:
            self.leave([name])


def _start(node: Killable) -> str:
    """Starts a node; gives what came of it, in words."""
    try:
        node.start()
    except HarnessError as error:
        return str(error).partition("\n")[0]
    return "it is ready"


def was_ended(events: Sequence[Event], name: str) -> bool:
    """Whether a fault has ended the process of a node, and has not been undone to the end."""
    for event in reversed(events):
        is_of_a_fault = event.process == NEMESIS and isinstance(event.value, dict) and "phase" in event.value
        if is_of_a_fault and name in event.value["nodes"] and Taken.PROCESS in takes(event):
            return not (event.f.startswith(UNDO) and event.value["phase"] == "end")
    return False


def uncaught(spec: NodeSpec, log: str) -> Iterator[dict[str, str]]:
    """The threads of a service that ended with an exception, by its log, each once with that exception."""
    lines = log.splitlines()
    for number, line in enumerate(lines):
        if found := _UNCAUGHT.match(line.strip()):
            error = found["error"] or _end_of_traceback(lines[number + 1 :])
            told = {"thread": found["thread"], "error": printable(error)[:_LONGEST]}
            yield {"node": spec.name, "role": spec.role, **told}


def _end_of_traceback(lines: Sequence[str]) -> str:
    """The exception of a traceback of Python's: the first line behind its head that is not indented."""
    inside = (line for line in lines[1:] if line and not line[0].isspace())
    return next(inside, "its log says no more")
