"""The report of one scenario: history, pictures, figures in words, the topology at its moments, every node's log."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import allure

from harness.backends.protocol import Node
from harness.checks import Evaluation, evaluate
from harness.events import Events
from harness.faults.nemesis import Moment, Nemesis
from harness.inspect import snapshot, topology
from harness.inspect.snapshot import Snapshot
from harness.report import permits, recovered, shortened
from harness.report.comparison import Compared
from harness.report.fates import anomalies, ways
from harness.report.figures import figures
from harness.report.folder import ReportFolder
from harness.report.grid import as_html
from harness.report.labels import file_under_fault
from harness.report.lacking import Lacking
from harness.report.last_runs import Ran, add, last
from harness.report.outcome import Figures, measured
from harness.report.recovered import Time
from harness.report.timeline import svg
from harness.spent import On, spending
from harness.system import System
from harness.telling import Line, Symptom, symptoms, tellings

#: What an attached log may have; its file has all of it.
_LOG_CHARACTERS = 60_000
_BEFORE, _DURING, _AFTER = "before", "during: just before the fault is undone", "at the end"


class ScenarioReport:
    """Collects the report while the scenario runs; attaches it to Allure and to the report folder at the end.

    Whatever can't be had is left out and said in `lacking`: only the paths raise an error.
    """

    def __init__(self, scenario: str, folder: ReportFolder) -> None:
        self.scenario = scenario
        self._folder = folder
        self._began = time.time()
        #: How much of a server's log is of the time before the scenario, where the backend can't tell.
        self._earlier: Mapping[str, int] = {}
        self._moments: dict[str, Snapshot] = {}
        self._ran = Ran(scenario, "", "")
        self.nemesis: Nemesis | None = None
        self.lines: Sequence[Line] = ()
        self.measured = Figures()
        self.symptoms: Sequence[Symptom] = ()
        self.lacking = Lacking()

    @property
    def history_path(self) -> Path:
        """The path of the scenario's history."""
        return self._folder.history(self.scenario)

    @property
    def logs_path(self) -> Path:
        """The folder of the nodes' logs."""
        return self._folder.logs(self.scenario)

    @spending(On.REPORT)
    def begin(self, system: System, *, backend: str, timings: str) -> None:
        """Notes the topology as it is before anything is broken."""
        self._ran = Ran(self.scenario, backend, timings)
        with self.lacking.part("the parameters"):
            allure.dynamic.parameter("backend", backend)
            allure.dynamic.parameter("timings", timings)
        self._look(system, _BEFORE)
        with self.lacking.part("where the logs of the scenario begin"):
            nodes = system.deployment.nodes
            self._earlier = {spec.name: len(self._log(nodes[spec.name])) for spec in system.deployment.topology}

    def watch(self, system: System, nemesis: Nemesis) -> None:
        """Has the nemesis tell of its moments, for the topology while a fault is in force, and the figures."""
        self.nemesis = nemesis

        def note(moment: Moment) -> None:
            if moment is Moment.BEFORE_UNDO and _DURING not in self._moments:
                self._look(system, _DURING)

        nemesis.watchers.append(note)

    def _look(self, system: System, moment: str) -> None:
        with self.lacking.part(f"the topology {moment}"):
            self._moments[moment] = snapshot.of(system)

    @spending(On.REPORT)
    def note_evidence(self, system: System) -> None:
        """Has the system record evidence on what its checkers found, also where the scenario expected that."""
        with self.lacking.part("evidence on single things"):
            system.note_evidence(anomalies(evaluate(system.history.events, system.history.verdicts)))

    @spending(On.REPORT)
    def end(self, system: System, *, failed: bool, repeat: str) -> None:
        """Attaches everything that is left, what people look for first at first."""
        events = system.history.events
        evaluation = Evaluation(events)
        part = self.lacking.part
        self._look(system, _AFTER)
        times: Sequence[Time] = ()
        past: Sequence[Mapping[str, float]] = ()
        with part("the times of recovery"):
            times, past = recovered.times(events), last(self._folder.path, self._ran)
        with part("what was demanded"):
            evaluation = evaluate(events, system.history.verdicts)
        with part("what else was seen"):
            self.symptoms = symptoms(events)
        with part("the figures of the table"):
            self.measured = measured(evaluation)
        with part("the figures in words"):
            told = figures(self.nemesis.injected if self.nemesis else (), evaluation)
            self.lines = (*told, *recovered.lines(times, past))
            words = "\n".join([self.scenario, *(f"  {line.words}" for line in self.lines)])
            with self._folder.figures.open("a") as file:
                file.write(words + "\n")
            allure.attach(words, "figures", allure.attachment_type.TEXT)
        with part("its place under faults"):
            nodes = system.deployment.nodes.items()
            file_under_fault(events, {name: node.spec.role for name, node in nodes})
        with part("the picture of operations and faults"):
            _attach_overview(events)
        with part("the picture of the topology"):
            allure.attach(topology.drawn(self._moments), "topology before and after", allure.attachment_type.SVG)
        with part("what its settings permit"):
            if page := as_html(permits.tables(events)):
                allure.attach(page, "what its settings permit", allure.attachment_type.HTML)
        with part("the table of the times of recovery"):
            if page := as_html(recovered.tables(times, past)):
                allure.attach(page, "times of recovery", allure.attachment_type.HTML)
        with part("the times of recovery, for the next runs"):
            if times:
                add(self._folder.path, self._ran, {time.name: time.seconds for time in times})
        with part("what became of each single thing"):
            for table in (table for telling in tellings() for table in telling.tables):
                if lines := table.text(events):
                    allure.attach(lines, table.title, allure.attachment_type.CSV)
        with part("the ways of single things"):
            for title, text in ways(events, anomalies(evaluation)).items():
                allure.attach(text, title, allure.attachment_type.TEXT)
        with part("the comparison"):
            self._compare(events)
        with part("the timelines"):
            if failed:
                _draw(evaluation)
        with part("the logs"):
            self.keep_logs(system.deployment.nodes, attach=failed)
        with part("the history on the page"):
            self._attach_history(events)
        with part("how to repeat it"):
            allure.attach(repeat, "repeat this scenario", allure.attachment_type.TEXT)

    def _attach_history(self, events: Events) -> None:
        """Attaches the history: a short one as text, a long one compressed, so that the page stays small.

        Of a long one, which nobody reads to its end, the text has what was done to the system; the whole is beside it
        for `harness replay`.
        """
        path = self.history_path
        whole = path.read_bytes()
        if len(whole) <= shortened.SHORT:
            allure.attach(whole, "history", allure.attachment_type.TEXT, extension="jsonl")
            return
        text = shortened.text(path, whole, events)
        allure.attach(text, "history", allure.attachment_type.TEXT, extension="txt")
        if compressed := shortened.compressed(whole):
            allure.attach(compressed, "history, for harness replay", "application/x-xz", extension="jsonl.xz")

    def _compare(self, events: Events) -> None:
        """Adds what this scenario measured to what the run has measured of the same thing so far."""
        for comparison in (comparison for telling in tellings() for comparison in telling.comparisons):
            if compared := Compared.with_those_of(events, comparison, self._folder.path):
                table, plot = compared.write(self._folder.path)
                allure.attach(table.read_text(), comparison.title, allure.attachment_type.TEXT)
                allure.attach(plot.read_text(), f"{comparison.title} (plot)", allure.attachment_type.SVG)

    def keep_logs(self, nodes: Mapping[str, Node], *, attach: bool) -> None:
        """Keeps what every node wrote since the scenario began; in the page, too, if the scenario went wrong."""
        for name, node in nodes.items():
            with self.lacking.part(f"the log of {name}"):
                text = self._log(node)[self._earlier.get(name, 0) :]
                (self.logs_path / f"{name}.log").write_text(text)
                if attach:
                    allure.attach(_end_of(text), f"log of {name}", allure.attachment_type.TEXT)

    def _log(self, node: Node) -> str:
        return node.logs(since=self._began)


def _draw(evaluation: Evaluation) -> None:
    """A timeline of the operations that an anomaly concerns."""
    for anomaly in evaluation.outcome.anomalies:
        if anomaly.operations:
            drawn = svg(anomaly.operations, evaluation.events)
            allure.attach(drawn, f"timeline: {anomaly.name}", allure.attachment_type.SVG)


def _attach_overview(events: Events) -> None:
    # Here: matplotlib takes its time to import, and a scenario may begin before that.
    from harness.report.overview import overview

    if picture := overview(events):
        allure.attach(picture, "operations and faults", allure.attachment_type.SVG)


def _end_of(text: str) -> str:
    if len(text) <= _LOG_CHARACTERS:
        return text
    return f"(the last {_LOG_CHARACTERS} characters; the log's file has the rest)\n{text[-_LOG_CHARACTERS:]}"
