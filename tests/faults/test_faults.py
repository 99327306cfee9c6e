"""Every fault bites a real node, proves it, and is undone; each proof refuses a node that nothing was done to."""

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import cast

import httpx
import pytest

from harness.backends.process import ProcessBackend
from harness.backends.protocol import Killable, Pausable, Phase
from harness.backends.session import Session
from harness.clusters import Clusters
from harness.errors import AwaitTimeoutError, BadInputError, FaultDidNotBiteError, InconclusiveError
from harness.events import NEMESIS, NEVER, faults, takes, undone
from harness.faults import Isolate, Kill, Pause, Restart, Stop
from harness.faults.nemesis import Moment, Nemesis
from harness.faults.offered import offered_faults, plain_faults, possible_faults
from harness.faults.protocol import Fault, Recoverable
from harness.history import History
from harness.messages.namespace import Namespace
from harness.messages.services import services
from harness.reading import read
from harness.taken import Taken
from harness.targets import Picked, Target
from harness.topology.nodes import NodeSpec, Topology
from harness.topology.timings import FAST
from tests.faulted import CRASH, Foreign
from tests.faults.acting import asking_nobody

pytestmark = pytest.mark.process
#: Listens until its input ends.
_LISTEN = """
import socket, sys
with socket.create_server((sys.argv[1], int(sys.argv[2]))):
    print("listens", flush=True)
    sys.stdin.read()
"""
EVERY = pytest.mark.parametrize("fault", [Kill(), Stop(), Pause(), Restart()], ids=lambda fault: fault.name)


@pytest.fixture(scope="module")
def config() -> Iterator[Killable]:
    """The config service as a process: small, real, and needs nobody else."""
    spec = next(
        spec for spec in services(Namespace("faults"), members=3, brokers=3, timings=FAST) if spec.role == "config"
    )
    backend = ProcessBackend(Session.of_this_process())
    with backend.deploy(Topology("config alone", (spec,)), lambda line: None) as deployment:
        yield deployment.nodes["config"]


def answers(node: Killable) -> bool:
    try:
        return httpx.get(f"http://{node.endpoint('http')}/health", timeout=0.5).is_success
    except httpx.TransportError:
        return False


def nemesis(history: History) -> Nemesis:
    """One that breaks processes, picks by itself and asks no cluster."""
    return asking_nobody(history, {Killable, Pausable})


@EVERY
def test_a_fault_proves_itself_and_is_undone(config: Killable, fault: Fault) -> None:
    before = config.state().pid
    fault.inject([config])
    assert fault.proof([config])
    assert answers(config) == (fault.name == "restart")
    if isinstance(fault, Recoverable):
        fault.undo([config])
    assert config.state().phase is Phase.RUNNING
    assert (config.state().pid == before) == (fault.name == "pause")
    assert answers(config)


@pytest.mark.parametrize(
    ("fault", "seen"),
    [
        (Kill(), r"kill of config did not bite: its process \d+ still runs"),
        (Stop(), r"stop of config did not bite: its process \d+ still runs"),
        (Pause(), r"pause of config did not bite: it is running"),
    ],
    ids=lambda value: value.name if not isinstance(value, str) else "",
)
def test_a_fault_that_did_nothing_has_no_proof(config: Killable, fault: Fault, seen: str) -> None:
    with pytest.raises(FaultDidNotBiteError, match=seen):
        fault.proof([config])


def test_a_restart_that_kept_the_process_has_no_proof(config: Killable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(config), "stop", lambda self: None)
    monkeypatch.setattr(type(config), "start", lambda self: None)
    fault = Restart()
    fault.inject([config])
    with pytest.raises(FaultDidNotBiteError, match=r"restart of config did not bite: process \d+ is now"):
        fault.proof([config])


def test_a_restart_is_over_once_it_has_bitten_and_a_stop_is_not(config: Killable, tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        mine = nemesis(history)
        for fault in (Restart(), Stop()):
            mine.inject(fault, lambda clusters: Picked((config,), "it is there"))
        restart, stop = faults(history.events)
        assert undone(restart, history.events) < stop.time
        assert undone(stop, history.events) == NEVER
        assert [one.fault.name for one in mine.active] == ["stop"]
        mine.heal()
        assert len([event for event in history.events if event.f == "undo-restart"]) == 2


def test_a_target_that_picks_nobody_is_inconclusive_and_breaks_nothing(tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        with pytest.raises(InconclusiveError, match="picked no node to kill, though it leads"):
            nemesis(history).inject(Kill(), lambda clusters: Picked((), "it leads"))
        assert not history.events


def test_whoever_looks_while_a_fault_lasts_does_so_once_and_makes_it_last_no_longer(
    config: Killable, tmp_path: Path
) -> None:
    looked: list[Moment] = []

    def look(moment: Moment) -> None:
        if moment is Moment.BEFORE_UNDO:
            looked.append(moment)
            Event().wait(0.6)

    with History.open(tmp_path / "h.jsonl") as history:
        mine = nemesis(history)
        mine.watchers.append(look)
        paused = mine.inject(Pause(), lambda clusters: Picked((config,), "it is there")).lasting(1.0).undo()
        (noted,) = faults(history.events)
        assert 1.0 <= (undone(noted, history.events) - paused.at_ns) / 1e9 < 1.5
    assert len(looked) == 1
    assert 0 < paused.took_s < 1.0


@contextmanager
def listening_in_place_of(node: Killable) -> Iterator[None]:
    """Another process listens where the node did, in its network."""
    host, _, port = node.endpoint("http").rpartition(":")
    command = [*node.exec_context().enter, sys.executable, "-c", _LISTEN, host, port]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        assert process.stdout.readline() == "listens\n"
        try:
            yield
        finally:
            process.communicate()


def test_something_that_still_listens_in_a_dead_nodes_place_is_found(config: Killable) -> None:
    Kill().inject([config])
    with listening_in_place_of(config), pytest.raises(FaultDidNotBiteError, match="still accepts"):
        Kill().proof([config])
    Kill().undo([config])


class Named(Killable):
    """A node of which nothing is asked but its name and its role."""

    def __init__(self, name: str, role: str = "") -> None:
        self._spec = cast(NodeSpec, SimpleNamespace(name=name, role=role or name))

    @property
    def spec(self) -> NodeSpec:
        return self._spec


def named(*names: str) -> tuple[Killable, ...]:
    return tuple(Named(name) for name in names)


class Halves:
    """A fault of several nodes: it sees all that were picked at once; and it is over by itself."""

    name = "halves"
    done = "halved"
    needs = Killable
    takes = frozenset[Taken]()

    def __init__(self) -> None:
        self.seen: list[list[str]] = []

    def inject(self, nodes: Sequence[Killable]) -> None:
        self.seen.append([node.spec.name for node in nodes])

    def proof(self, nodes: Sequence[Killable]) -> Mapping[str, str]:
        return {node.spec.name: f"one of {len(nodes)}" for node in nodes}


def test_a_fault_gets_all_nodes_that_were_picked_together(tmp_path: Path) -> None:
    pair = named("one", "two")
    fault = Halves()
    with History.open(tmp_path / "h.jsonl") as history:
        injected = nemesis(history).inject(fault, lambda clusters: Picked(pair, "they are two"))
        (noted,) = faults(history.events)
        assert undone(noted, history.events) != NEVER
    assert fault.seen == [["one", "two"]]
    assert injected.proofs == {"one": "one of 2", "two": "one of 2"}


def test_what_has_to_be_known_before_a_fault_is_noted_last_of_all(tmp_path: Path) -> None:
    (node,) = named("one")
    done: list[str] = []

    def target(clusters: Clusters) -> Picked:
        done.append("picked")
        return Picked((node,), "it is there")

    with History.open(tmp_path / "h.jsonl") as history:
        breaking = Nemesis(
            cast(Clusters, None),
            history,
            frozenset({Killable}),
            detection_s=1,
            step=lambda words: nullcontext(),
            note=lambda: done.append("noted") or history.event("leaders", {}),  # type: ignore[func-returns-value]
        )
        breaking.watchers.append(lambda moment: done.append(moment.value))
        breaking.inject(Halves(), target)
        assert [event.f for event in history.events][:2] == ["leaders", "halves"]
    assert done == ["before-fault", "picked", "noted", "picked", "after-fault", "before-undo"]


def test_the_role_of_a_node_is_noted_where_its_name_does_not_say_it(tmp_path: Path) -> None:
    picked = Picked((Named("facade"), Named("messages-2", "messages"), Named("reader_1", "messages")), "they are three")
    with History.open(tmp_path / "h.jsonl") as history:
        nemesis(history).inject(Halves(), lambda clusters: picked)
        (noted,) = faults(history.events)
    assert noted.value["node_roles"] == {"reader_1": "messages"}


class Watched(Halves):
    """Its proof says nothing unless the contrary was seen before."""

    def __init__(self) -> None:
        super().__init__()
        self.controlled: list[str] = []

    def control(self, nodes: Sequence[Killable]) -> None:
        self.controlled += [node.spec.name for node in nodes]


def leading(*names: str) -> Target:
    """A target that picks one after the other, each time that it is asked."""
    coming = iter(named(*names))
    return lambda clusters: Picked((next(coming),), "it leads")


def test_a_target_is_asked_again_just_before_the_fault_and_both_answers_are_noted(tmp_path: Path) -> None:
    fault = Watched()
    with History.open(tmp_path / "h.jsonl") as history:
        nemesis(history).inject(fault, leading("one", "two", "two"))
        (noted,) = faults(history.events)
    assert fault.seen == [["two"]]
    assert fault.controlled == ["one", "two"]
    assert noted.value["nodes"] == ["two"]
    assert noted.value["why"] == "it leads; a moment before it was one (it leads)"


def test_a_target_that_is_another_each_time_is_inconclusive_and_breaks_nothing(tmp_path: Path) -> None:
    fault = Watched()
    with History.open(tmp_path / "h.jsonl") as history:
        with pytest.raises(InconclusiveError, match=r"never the same for a moment: a \(it leads\), then b .*, then e "):
            nemesis(history).inject(fault, leading(*"abcdefg"))
        assert not history.events
    assert not fault.seen


def test_a_target_that_nobody_names_in_time_is_inconclusive(tmp_path: Path) -> None:
    def target(clusters: Clusters) -> Picked:
        raise AwaitTimeoutError("waited 10 s for partition 3 to be owned by a member")

    with History.open(tmp_path / "h.jsonl") as history:
        with pytest.raises(InconclusiveError, match="nobody says whom to kill: waited 10 s for partition 3"):
            nemesis(history).inject(Kill(), target)
        assert not history.events


def test_a_fault_of_somebody_else_is_recorded_with_what_it_says_of_itself(config: Killable, tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        before = config.state().pid
        nemesis(history).inject(CRASH, lambda clusters: Picked((config,), "it is there"))
    assert config.state().pid != before
    told = [event for event in read(tmp_path / "h.jsonl") if event.process == NEMESIS]
    assert [(event.f, event.value["phase"]) for event in told] == [
        *(("crash", "begin"), ("crash", "end")),
        *(("undo-crash", "begin"), ("undo-crash", "end")),
    ]
    assert [takes(event) for event in told] == [CRASH.takes] * 4
    assert [event.value.get("done") for event in told] == ["crashed", "crashed", None, None]


def test_a_fault_that_does_not_say_what_it_takes_is_not_done(config: Killable, tmp_path: Path) -> None:
    silent = Foreign("silent", "silenced", Taken.PROCESS)
    del silent.takes
    before = config.state().pid
    with History.open(tmp_path / "h.jsonl") as history:
        with pytest.raises(BadInputError, match="the fault silent does not say what it takes from a node"):
            nemesis(history).inject(silent, lambda clusters: Picked((config,), "it is there"))
        assert not history.events
    assert config.state().pid == before


def test_a_fault_that_the_nodes_can_not_suffer_is_refused_in_words(config: Killable, tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        refusal = "this backend can't isolate: its nodes are not networked"
        with pytest.raises(BadInputError, match=refusal):
            nemesis(history).inject(Isolate(), lambda clusters: Picked((config,), "it is there"))
        assert not history.events


def test_what_is_put_into_the_package_is_offered() -> None:
    assert {"kill", "stop", "pause", "isolate", "restart"} <= plain_faults().keys()
    assert "isolate" not in possible_faults({Killable, Pausable})
    assert {"kill", "pause"} <= set(possible_faults({Killable, Pausable}))
    assert offered_faults()["kill"].words == "Kill: the node's processes get SIGKILL, as if the power were cut."
