"""Whatever ends a run, nothing of it is left: no container, network, process, port or folder; and no other run's."""

import signal
import subprocess
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from harness.backends.engine import why_unavailable
from harness.backends.session import LABEL_SESSION, variables
from harness.processes import everyone
from harness.waiting import until
from tests.running import MEMBERS_ONLY, ROOT, SCENARIO, start

LEFT_WITHIN_S = 15
#: A suite whose scenario waits for the word to go on, and then uses its server: one, as two runs have one each.
ONE_MEMBER = """
from pathlib import Path

import pytest

from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.servers.hazelcast.workloads.items import Items
from harness.waiting import until


@pytest.mark.faulttolerance
@pytest.mark.system(hazelcast(1))
def test_it_is_alone_and_serves(system):
    until("the word to go on", Path({word!r}).exists, timeout_s=60)
    items = Items(system)
    items.put(range(1, 6))
    assert items.size() == 5
    assert len(system.clusters[Hazelcast].members()) == 1
"""
backends = pytest.mark.parametrize(
    "backend",
    [
        pytest.param("process", marks=pytest.mark.process),
        pytest.param(
            "docker",
            marks=[
                pytest.mark.docker,
                pytest.mark.skipif(bool(why_unavailable()), reason="no Docker engine answers"),
            ],
        ),
    ],
)


def begun(
    tmp_path: Path, backend: str, scenario: str = SCENARIO, things: int = 6
) -> "tuple[subprocess.Popen[str], str]":
    """A run whose servers are being started, and its session."""
    # Of these settings, wherever the scenario is.
    settings = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"))
    reports = str(tmp_path / f"reports-{backend}")
    process = start("pytest", *settings, scenario, "--backend", backend, "--reports", reports)
    session = until("the run to have started a node", lambda: session_of(process.pid), timeout_s=60)
    until("the run to have started every server", lambda: len(things_of(session)) >= things, timeout_s=60)
    return process, session


def session_of(owner: int) -> str:
    """The session of the run, from its watchdog."""
    for child in psutil.Process(owner).children():
        if "harness.backends.watchdog" in " ".join(child.cmdline()):
            labels = dict(part.split("=", 1) for part in child.cmdline() if part.startswith("harness."))
            return labels[LABEL_SESSION]
    return ""


def things_of(session: str) -> list[str]:
    """Every process, container, network, volume and folder that carries the session's label."""
    in_engine = [thing for kind in ("container", "network", "volume") for thing in docker_of(kind, session)]
    return [*processes_of(session), *in_engine, *folders(session)]


def processes_of(session: str) -> list[str]:
    ((name, value),) = variables({LABEL_SESSION: session}).items()
    found = []
    for process in everyone():
        with suppress(psutil.Error, OSError):
            if process.environ().get(name) == value:
                found.append(f"process {process.pid} {process.name()}")
    return found


def docker_of(kind: str, session: str) -> list[str]:
    if why_unavailable():
        return []
    everything = ["-a"] if kind == "container" else []
    command = ["docker", kind, "ls", *everything, "-q", "--filter", f"label={LABEL_SESSION}={session}"]
    return subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()


def folders(session: str) -> list[str]:
    return [str(path) for path in Path(tempfile.gettempdir()).glob(f"harness-{session}-*")]


@backends
@pytest.mark.parametrize(
    ("ending", "scenario", "things"),
    [(signal.SIGKILL, SCENARIO, 6), (signal.SIGINT, MEMBERS_ONLY, 4)],
    ids=["SIGKILL", "Ctrl-C"],
)
def test_nothing_is_left_of_a_run_that_is_ended_in_the_middle(
    tmp_path: Path, backend: str, ending: signal.Signals, scenario: str, things: int
) -> None:
    process, session = begun(tmp_path, backend, scenario, things)
    process.send_signal(ending)
    process.communicate(timeout=60)
    until(f"nothing to be left of session {session}", gone(session), timeout_s=LEFT_WITHIN_S)


@backends
def test_two_runs_side_by_side_do_not_disturb_each_other(tmp_path: Path, backend: str) -> None:
    word, suite = tmp_path / "go-on", tmp_path / "test_one_member.py"
    suite.write_text(ONE_MEMBER.format(word=str(word)))
    # With the network or folder that it is in, the one server of each is two things.
    first, first_session = begun(tmp_path / "first", backend, str(suite), things=2)
    second, second_session = begun(tmp_path / "second", backend, str(suite), things=2)
    first.kill()
    first.communicate(timeout=60)
    until(f"nothing to be left of session {first_session}", gone(first_session), timeout_s=LEFT_WITHIN_S)
    # What ended the first one has had its chance: only now the second one needs its server.
    word.touch()
    output, _ = second.communicate(timeout=120)
    assert second.returncode == 0, output
    until(f"nothing to be left of session {second_session}", gone(second_session), timeout_s=LEFT_WITHIN_S)


def gone(session: str) -> Callable[[], bool]:
    return lambda: not things_of(session)
