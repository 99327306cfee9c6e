"""The terminal while a run goes on: lines of progress, and on a real terminal a few live lines under them.

Written to the terminal itself, past what pytest captures, from whichever thread has something to say.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TextIO

from rich.console import Console, Group
from rich.live import Live
from rich.text import Text

from harness.events import NEMESIS, UNDO, Event
from harness.history import History
from harness.telling import request_of, tellings
from harness.waiting import under_way

_A_SECOND = 4
_MOST_WAITS = 8
#: A rate is over so many seconds.
_RATED_S = 2.0


class Screen:
    """The terminal of one run; `new_line` ends what somebody else has begun to write on its last line."""

    def __init__(self, file: TextIO, new_line: Callable[[], None], *, steps: bool) -> None:
        """A screen that shows steps live on a terminal; elsewhere as lines, if `steps`."""
        self._file = file
        self._new_line = new_line
        self._steps = steps
        self._lock = threading.RLock()
        self._live: Live | None = None
        self._scenario = _Scenario("")

    def say(self, line: str) -> None:
        """Shows a line that stays."""
        with self._lock:
            if self._live:
                self._live.console.print(f"  {line}", markup=False, highlight=False, soft_wrap=True)
            else:
                self._new_line()
                self._file.write(f"  {line}\n")
                self._file.flush()

    def begin(self, title: str) -> None:
        """Shows what happens in a scenario, until `rest`."""
        self._scenario = _Scenario(title)
        if self._file.isatty():
            self._new_line()
            console = Console(file=self._file, force_terminal=True)
            self._live = Live(
                get_renderable=self._scenario.shown,
                console=console,
                transient=True,
                refresh_per_second=_A_SECOND,
                # What the scenario itself prints belongs to pytest.
                redirect_stdout=False,
                redirect_stderr=False,
            )
            self._live.start()

    def watch(self, history: History) -> None:
        """Counts the operations and faults of this history from now on."""
        self._scenario.history = history

    def rest(self) -> None:
        """Shows nothing live until the next scenario: it is over, or a person needs the terminal."""
        with self._lock:
            live, self._live = self._live, None
        if live:
            live.stop()

    @contextmanager
    def step(self, words: str) -> Iterator[None]:
        """Shows the phase that the scenario is in."""
        if self._steps and not self._live:
            self.say(f"[{self._scenario.elapsed_s:.1f} s] {words}")
        self._scenario.steps.append(words)
        try:
            yield
        finally:
            self._scenario.steps.remove(words)


class _Scenario:
    """The live lines about one scenario."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._began_s = time.monotonic()
        self._read = 0
        self._counts: Counter[str] = Counter()
        self._rate = _Rate()
        self._in_force: dict[str, str] = {}
        self.steps: list[str] = []
        self.history: History | None = None

    @property
    def elapsed_s(self) -> float:
        """The seconds since the scenario began, with its setup."""
        return time.monotonic() - self._began_s

    def shown(self) -> Group:
        """The live lines: title, step, what is awaited and until when, requests and answers, what is in force."""
        self._count()
        lines = [Text(f"{self._title}  {self.elapsed_s:.0f} s", style="bold")]
        lines += [Text(f"  {words}") for words in self.steps[-1:]]
        now_s = time.monotonic()
        for wait in under_way()[:_MOST_WAITS]:
            left_s = max(0.0, wait.deadline_s - now_s)
            lines.append(Text(f"  waiting for {wait.what}: {now_s - wait.since_s:.0f} s, {left_s:.0f} s left", "dim"))
        if self._counts:
            counted = ", ".join(f"{count} {words}" for words, count in self._counts.items())
            lines.append(Text(f"  {counted}; {self._rate.at(now_s):.0f} answers a second", "cyan"))
        lines += [Text(f"  in force: {words}", "red") for words in self._in_force.values()]
        return Group(*lines)

    def _count(self) -> None:
        """Counts what the history holds since the last look."""
        if self.history is None:
            return
        for event in self.history.since(self._read):
            self._read = event.index + 1
            if event.process == NEMESIS:
                self._note_fault(event.f, event.value)
                continue
            if event.type == "ok":
                self._rate.count(event.time / 1e9)
            if (request := request_of(event.f)) and request.writes:
                self._counts[request.asked if event.type == "invoke" else _OUTCOMES[event.type]] += 1
            elif event.type == "ok":
                self._note_received(event)

    def _note_received(self, event: Event) -> None:
        for telling in tellings():
            if count := telling.received.get(event.f):
                self._counts["received"] = count(event.value)

    def _note_fault(self, f: str, value: object) -> None:
        if not isinstance(value, dict) or "nodes" not in value:
            return
        what = f"{f.removeprefix(UNDO)} {', '.join(value['nodes'])}"
        if f.startswith(UNDO):
            self._in_force.pop(what, None)
        else:
            proof = "; ".join(map(str, value.get("proof", {}).values()))
            self._in_force[what] = what + (f": {proof}" if proof else "")


class _Rate:
    """How much happens a second, over the last seconds."""

    def __init__(self) -> None:
        self._times_s: deque[float] = deque()

    def count(self, at_s: float) -> None:
        """One more happened then, by the monotonic clock."""
        self._times_s.append(at_s)

    def at(self, now_s: float) -> float:
        """How much does at that time."""
        while self._times_s and self._times_s[0] < now_s - _RATED_S:
            self._times_s.popleft()
        return len(self._times_s) / _RATED_S


_OUTCOMES = {"ok": "acknowledged", "fail": "surely not done", "info": "unknown"}
