"""What is kept of one scenario: history, topology before and after, figures in words, logs of every node on failure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import allure

from harness.backends.protocol import Node
from harness.checkers import combine
from harness.errors import BadInputError
from harness.events import Events
from harness.faults.nemesis import Injected
from harness.replay import judge
from harness.report import snapshot
from harness.report.comparison import Compared
from harness.report.figures import figures
from harness.report.folder import ReportFolder
from harness.report.timeline import svg
from harness.system import System

_LONG_BYTES = 300_000


class ScenarioReport:
    """Collects while the scenario runs; attaches everything to Allure and to the report folder when it ends."""

    def __init__(self, scenario: str, folder: ReportFolder, compared: Sequence[Compared] = ()) -> None:
        self.scenario = scenario
        self._folder = folder
        self._compared = compared
        self._before = ""
        self._injected: Sequence[Injected] = ()

    @property
    def history_path(self) -> Path:
        """Where the history goes."""
        return self._folder.history(self.scenario)

    def begin(self, system: System, *, backend: str, timings: str) -> None:
        """Notes the topology as it is before anything is broken."""
        allure.dynamic.parameter("backend", backend)
        allure.dynamic.parameter("timings", timings)
        self._before = snapshot.table(snapshot.of(system))
        allure.attach(self._before, "topology before", allure.attachment_type.TEXT)

    def faults(self, injected: Sequence[Injected]) -> None:
        """Notes what was broken, for the figures."""
        self._injected = tuple(injected)

    def end(self, system: System, *, failed: bool) -> str:
        """Attaches the rest and returns the experiment in words."""
        allure.attach(snapshot.table(snapshot.of(system)), "topology after", allure.attachment_type.TEXT)
        words = figures(self.scenario, self._injected, system.history.events)
        allure.attach(words, "figures", allure.attachment_type.TEXT)
        with self._folder.summary.open("a") as summary:
            summary.write(words + "\n")
        self._attach_history()
        self._compare(system.history.events)
        if failed:
            self._draw(system.history.events)
            self.keep_logs(system.deployment.nodes)
        return words

    def _attach_history(self) -> None:
        """A long one stays in its file: a report of one page that people open has to stay small."""
        path = self.history_path
        size = path.stat().st_size
        shown = path.read_text() if size <= _LONG_BYTES else f"{path} ({size / 1e6:.0f} MB): harness replay reads it"
        allure.attach(shown, "history", allure.attachment_type.TEXT, extension="jsonl")

    def _compare(self, events: Events) -> None:
        """What the run has measured so far of the same thing, beside what this scenario did."""
        for compared in self._compared:
            if compared.take(events):
                table, plot = compared.write(self._folder.path)
                allure.attach(table.read_text(), compared.comparison.title, allure.attachment_type.TEXT)
                allure.attach(plot.read_text(), f"{compared.comparison.title} (plot)", allure.attachment_type.SVG)

    def _draw(self, events: Events) -> None:
        """A timeline of the operations that an anomaly concerns."""
        try:
            verdict = combine(*judge(events).values())
        except BadInputError:
            return  # nothing that a checker knows has happened yet
        for anomaly in verdict.anomalies:
            if anomaly.operations:
                drawn = svg(anomaly.operations, events)
                allure.attach(drawn, f"timeline: {anomaly.name}", allure.attachment_type.SVG)

    def keep_logs(self, nodes: Mapping[str, Node]) -> None:
        """Keeps every node's log, for a scenario that failed or could not begin."""
        folder = self._folder.logs(self.scenario)
        for name, node in nodes.items():
            text = node.logs()
            (folder / f"{name}.log").write_text(text)
            allure.attach(text, f"log of {name}", allure.attachment_type.TEXT)
