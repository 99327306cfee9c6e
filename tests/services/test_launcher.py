"""The launcher, which runs one service after the other."""

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import httpx
import pytest

from harness.waiting import until
from services.launcher import WARM
from tests.services.test_services import HTTP, environment, free_port

_ROOT = Path(__file__).parents[2]
Launch = Callable[..., "Launched"]


class Launched:
    """A launcher with a config service, and its log in a file."""

    def __init__(self, folder: Path, port: int, *, answering: bool = True) -> None:
        self.port, self._log = port, folder / "log"
        with self._log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "services.launcher", "services.config"],
                cwd=folder,
                env={"PYTHONPATH": str(_ROOT), **environment("config", port, {})},
                stdin=subprocess.PIPE,
                stdout=log,
                start_new_session=True,
            )
        if answering:
            self.await_name("config")

    def order(self, arguments: list[str] | None, **environment: str | None) -> str:
        """Returns once the mark is in the log."""
        assert self.process.stdin
        mark = f"--- {len(self.log)}"
        order = {"mark": mark, "arguments": arguments, "environment": environment}
        self.process.stdin.write(json.dumps(order).encode() + b"\n")
        self.process.stdin.flush()
        until("the mark", lambda: mark in self.log, timeout_s=10)
        return mark

    def await_name(self, name: str) -> None:
        """Until a service of that name answers."""
        until(f"{name} to answer", lambda: self.name() == name, timeout_s=10)

    def name(self) -> str:
        """What the service calls itself."""
        return str(HTTP.get(f"http://127.0.0.1:{self.port}/health").json()["name"])

    @property
    def log(self) -> str:
        return self._log.read_text()

    def is_warm(self) -> bool:
        """Whether it has imported what the services need itself, which loads libraries."""
        return "uvloop" in Path(f"/proc/{self.process.pid}/maps").read_text()

    def end(self) -> int:
        """Its exit status."""
        return self.process.wait(10)


@pytest.fixture
def launch(tmp_path: Path) -> Iterator[Launch]:
    launched: list[Launched] = []

    def _launch(port: int | None = None, *, answering: bool = True) -> Launched:
        launched.append(Launched(tmp_path, port or free_port(), answering=answering))
        return launched[-1]

    yield _launch
    for one in launched:
        # With its service, which a launcher that is killed leaves running.
        with contextlib.suppress(ProcessLookupError):
            os.killpg(one.process.pid, signal.SIGKILL)
        one.process.communicate()


def test_an_order_ends_one_service_before_its_mark_and_begins_the_next_after_it(launch: Launch) -> None:
    place = launch()
    mark = place.order(["services.config"], SERVICE_NAME="next")
    place.await_name("next")
    before, after = place.log.split(f"{mark}\n")
    assert '"service": "config"' in before
    assert '"next"' not in before
    assert '"service": "next"' in after
    assert '"service": "config"' not in after


def test_an_order_for_nothing_leaves_a_silent_port_until_the_next(launch: Launch) -> None:
    place = launch()
    place.order(None)
    with pytest.raises(httpx.ConnectError):
        place.name()
    place.order(["services.config"], SERVICE_NAME="next")
    place.await_name("next")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_to_end_goes_on_to_the_service_and_its_status_is_the_launchers(launch: Launch, number: int) -> None:
    place = launch()
    place.order(["services.config"], SERVICE_NAME="next")
    place.await_name("next")
    place.process.send_signal(number)
    assert place.end() == 0
    assert '"event": "stopped", "exit_code": 0' in place.log


def test_a_signal_to_end_in_the_first_moment_is_not_lost(launch: Launch) -> None:
    place = launch()
    place.order(["services.config"])
    place.process.send_signal(signal.SIGTERM)
    # By the signal, or in order: by then the service may listen to it.
    assert place.end() in (0, 128 + signal.SIGTERM)


def test_a_service_that_refuses_to_start_ends_the_launcher_with_its_status(launch: Launch) -> None:
    place = launch()
    mark = place.order(["services.config"], SERVICE_NAME=None)
    assert place.end() == 2
    assert place.log.partition(f"{mark}\n")[2].startswith("SERVICE_NAME is missing")


def test_a_service_that_is_killed_ends_the_launcher_as_a_shell_would_have_it(launch: Launch) -> None:
    place = launch()
    pid = json.loads(place.log.splitlines()[0])["pid"]
    assert pid != place.process.pid
    subprocess.run(["kill", "-KILL", str(pid)], check=True)
    assert place.end() == 128 + signal.SIGKILL


def test_a_launcher_that_is_started_again_goes_on_with_its_last_order_and_imports_no_more(launch: Launch) -> None:
    place = launch()
    place.order(["services.config"], SERVICE_NAME="next")
    place.await_name("next")
    assert place.is_warm()
    place.process.terminate()
    place.end()
    again = launch(place.port, answering=False)
    again.await_name("next")
    assert not again.is_warm()


def test_what_is_imported_beforehand_starts_no_thread_that_a_fork_would_lose() -> None:
    code = f"import importlib, os; [importlib.import_module(m) for m in {WARM}]; print(os.listdir('/proc/self/task'))"
    said = subprocess.run([sys.executable, "-c", code], cwd=_ROOT, capture_output=True, text=True, check=True).stdout
    assert said.count(",") == 0, said
