"""One node as a group of local processes."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Mapping, Sequence

import psutil

from harness.backends import clock, listening, process_group
from harness.backends.gone import await_exit
from harness.backends.impairable import ImpairableNode
from harness.backends.impairing import Network
from harness.backends.interposing import Interposing
from harness.backends.namespaces import Namespace, under_its_name, why_not
from harness.backends.process_data import Data
from harness.backends.process_helper import ProcessHelper
from harness.backends.process_site import ProcessSite, folder_mode
from harness.backends.protocol import ExecContext, NodeState, Phase
from harness.backends.pulse import Pulse
from harness.backends.ready import wait_ready
from harness.backends.references import Resolver
from harness.backends.session import LABEL_NODE, variables
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.topology.kinds import NodeKind
from harness.topology.nodes import NodeSpec, named
from harness.waiting import until

_READY_TIMEOUT_S = 60.0
_GONE_TIMEOUT_S = 5.0
_POLL_S = 0.01
_CLOCK_TIMEOUT_S = 20.0
_DATA = "HARNESS_DATA"
#: What a node inherits from the harness' environment: enough to run, and no secrets.
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "TZ")


class ProcessNode(ImpairableNode):
    """A node as local processes: implements `harness.backends.protocol.Node`; faults go to all of its processes."""

    def __init__(self, spec: NodeSpec, site: ProcessSite) -> None:
        self.spec = spec
        self.kind = spec.kind
        self._site = site
        self._folder = site.folder / spec.name
        self._process: subprocess.Popen[bytes] | None = None
        #: What it is left of its time while it is throttled, and what sees to that while it runs.
        self._share: float | None = None
        self._pulse: Pulse | None = None
        self._namespace: Namespace | None = None
        if site.switch:
            self._namespace = site.switch.namespace(spec.name, self.address)
            self._network = Network(site, spec, self._helper("network"))
            self._between = Interposing(site, spec, self._helper("proxy"))
        shutil.rmtree(self._folder, ignore_errors=True)
        self._folder.mkdir()
        self._folder.chmod(folder_mode([spec.kind]))
        self._log = self._folder / "log"
        self._log.touch(mode=0o600)
        #: How long its log was when it was last started.
        self._begins = 0
        for name, text in spec.files.items():
            self.write_file(name, text)
        if spec.clock:
            self.write_file(clock.FILE, clock.RIGHT)
        self._data = Data(spec.name, self._folder / "data", spec.disk_mb)

    @property
    def address(self) -> str:
        """The node's address in its network, or else on the loopback."""
        return self._site.addresses[self.spec.name]

    def endpoint(self, port: str) -> str:
        """The `host:port` of a port, the same for the harness as for the other nodes."""
        return self._site.endpoint(self.spec.name, port)

    def launch(self) -> None:
        """Starts the process without waiting for it."""
        self._begins = self._log.stat().st_size
        if self._network:
            self._network.prepare()
        named = under_its_name(self.spec.name, self._site.hosts) if self._site.hosts else ()
        command = self._site.programs[self.kind].command
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(
                [*self._enter, *named, *command, *self._resolver().arguments(self.spec)],
                cwd=self._folder,
                env={**self._environment(), **variables({**self._site.session.labels(), LABEL_NODE: self.spec.name})},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self._beat()

    def state(self) -> NodeState:
        """The state of the launched process, as the kernel tells it."""
        if self._process is None:
            return NodeState(Phase.EXITED, None, None)
        exit_code = self._process.poll()
        if exit_code is not None:
            return NodeState(Phase.EXITED, None, exit_code)
        try:
            status = psutil.Process(self._process.pid).status()
        except psutil.NoSuchProcess:
            return NodeState(Phase.EXITED, None, self._process.poll())
        # What is throttled is stopped for moments only.
        paused = status == psutil.STATUS_STOPPED and self._pulse is None
        return NodeState(Phase.PAUSED if paused else Phase.RUNNING, self._process.pid)

    def kill(self) -> None:
        """Sends SIGKILL to all of the node, also to what outlived its main process; returns when none is left."""
        others = process_group.send(self._process, signal.SIGKILL)
        self._await_exit("SIGKILL", _GONE_TIMEOUT_S)
        self._end_rest(others)
        self._rest()

    def stop(self) -> None:
        """Sends SIGTERM to the node's main process, and SIGKILL to what outlives it, as an init or an engine would."""
        if self.state().phase is Phase.EXITED:
            return
        assert self._process is not None
        self._process.send_signal(signal.Signals[self.spec.stop_signal])
        self._await_exit(self.spec.stop_signal, self.spec.stop_timeout_s)
        self._end_rest()

    def start(self) -> None:
        """Starts the node again with its data and its impairments; returns when it is ready.

        One that is impaired may need the others to be ready: `rejoin` waits for it.
        """
        # Its main process may have ended by itself, and left one that listens where the next is to.
        self._end_rest()
        self.launch()
        self._await_unimpaired_start()
        if self._between:
            self._between.begin_again()

    def become(self, kind: NodeKind) -> None:
        """Has its next start be by that kind's program."""
        self.kind = named(self.spec, kind)

    def pause(self) -> None:
        """Sends SIGSTOP to all processes of the node."""
        self._rest()
        process_group.send(self._process, signal.SIGSTOP)
        self._await_phase(Phase.PAUSED)

    def resume(self) -> None:
        """Sends SIGCONT to all processes of the node."""
        process_group.send(self._process, signal.SIGCONT)
        self._await_phase(Phase.RUNNING)
        self._beat()

    def throttle(self, share: float) -> None:
        """Has a process stop all of the node and let it go on, ten times a second."""
        self._share = share
        self._beat()

    def unthrottle(self) -> None:
        """Ends what stops the node, and lets it go on."""
        self._share = None
        self._rest()

    def held_back(self, seconds: float) -> float:
        """Looks again and again whether the node's main process is stopped."""
        if self._process is None:
            return 0.0
        seen: list[bool] = []
        ends_s = time.monotonic() + seconds
        with contextlib.suppress(psutil.NoSuchProcess):
            process = psutil.Process(self._process.pid)
            while time.monotonic() < ends_s:
                seen.append(process.status() == psutil.STATUS_STOPPED)
                threading.Event().wait(_POLL_S)
        return sum(seen) / max(1, len(seen))

    def write_file(self, name: str, text: str) -> None:
        """Puts the text, its references resolved, at `${file:NAME}`."""
        path = self._folder / name
        path.write_text(self._resolver().text(text, node=self.spec.name))

    def read_data(self, path: str) -> bytes | None:
        """A file in the folder of the node's data; None if there is none."""
        return self._data.read(path)

    def data_files(self) -> Mapping[str, int]:
        """The files in the folder of the node's data."""
        return self._data.files()

    def write_data(self, path: str, content: bytes) -> None:
        """Overwrites a file in the folder of the node's data."""
        self._data.write(path, content)

    def empty_data(self) -> None:
        """Removes all that is in the folder of the node's data; the folder itself stays."""
        self._data.empty()

    def fill_disk(self) -> None:
        """Fills the disk that was mounted at the folder of the node's data."""
        if not self.spec.disk_mb:
            raise BadInputError(f"the disk of {self.spec.name} is the machine's: its spec gives it none of its own")
        self._data.fill()

    def free_disk(self) -> None:
        """Removes what fills it."""
        self._data.free()

    def refusal(self) -> int | None:
        """Tries to write a file in the folder of the node's data."""
        return self._data.refusal()

    def set_clock(self, seconds: float) -> None:
        """Writes the file that the node's clock goes by, in one step."""
        text = clock.offset(self.spec, seconds)
        self.write_file(f"{clock.FILE}.new", text)
        (self._folder / f"{clock.FILE}.new").replace(self._folder / clock.FILE)

    def clock_off_s(self) -> float:
        """Asks a program that is started in the node's environment."""
        if (pid := self.state().pid) is None:
            return 0.0
        before_s = time.time()
        asked = subprocess.run(
            [sys.executable, "-c", clock.ASK, str(pid)],
            env=self._environment(),
            capture_output=True,
            text=True,
            check=False,
            timeout=_CLOCK_TIMEOUT_S,
        )
        if asked.returncode:
            raise EnvironmentUnfitError(f"the clock of {self.spec.name} can't be read: {asked.stderr.strip()[-300:]}")
        return clock.read(asked.stdout, (before_s + time.time()) / 2)

    def logs(self, *, since: float = 0.0) -> str:
        """The node's log since it was first made; a file of lines can't tell `since` unless it is younger."""
        return self._log.read_text(errors="replace")

    def output(self) -> str:
        """The part of the node's log that was written since its last start."""
        return self._log.read_bytes()[self._begins :].decode(errors="replace")

    def listening(self) -> Sequence[str] | None:
        """The sockets at which the node's processes listen, as the kernel's tables have them."""
        pid = self.state().pid
        return None if pid is None else listening.of_processes(pid)

    def exec_context(self) -> ExecContext:
        """The node's folder and environment; without the labels: a command started there outlives the session."""
        return ExecContext(folder=str(self._folder), enter=self._enter, environment=self._environment())

    def end(self) -> None:
        """Kills whatever is left of the node, paused or not."""
        if self._process is not None:
            self.kill()
        if self._network:
            self._network.mend(None)
            self._network.lead_nowhere()
            self._network.end()
        self._network = self._between = None
        self._data.end()

    @property
    def network(self) -> Network | None:
        """The node's network, if it has one of its own."""
        return self._network

    @property
    def _enter(self) -> Sequence[str]:
        """What the command begins with that runs in the node's network."""
        return self._namespace.enter if self._namespace else ()

    def _helper(self, purpose: str) -> ProcessHelper:
        assert self._namespace
        return ProcessHelper(self._namespace, self._site.session, f"{purpose} of {self._folder}")

    def _impairable(self) -> Network:
        if self._network is None:
            raise self._without_network()
        return self._network

    def _interposing(self) -> Interposing:
        if self._between is None:
            raise self._without_network()
        return self._between

    def _without_network(self) -> EnvironmentUnfitError:
        why = "it was removed" if self._site.switch else why_not()
        return EnvironmentUnfitError(f"{self.spec.name} has no network of its own: {why}")

    def _wait_ready(self) -> None:
        wait_ready(self, timeout_s=_READY_TIMEOUT_S)

    def _beat(self) -> None:
        """Has the process that runs now stopped in a rhythm, if it is to be."""
        self._rest()
        if self._share is not None and self.state().phase is Phase.RUNNING:
            assert self._process
            self._pulse = Pulse(self._process.pid, self._share, variables(self._site.session.labels()))

    def _rest(self) -> None:
        if self._pulse is not None:
            self._pulse.end()
        self._pulse = None

    def _environment(self) -> dict[str, str]:
        spec = self.spec
        return {
            **{key: os.environ[key] for key in _INHERITED if key in os.environ},
            **self._site.programs[self.kind].environment,
            **(clock.environment(str(clock.library()), str(self._folder / clock.FILE)) if spec.clock else {}),
            **self._resolver().environment(spec),
            _DATA: str(self._data.folder),
        }

    def _resolver(self) -> Resolver:
        return Resolver(
            addresses=self._site.addresses,
            external=self._site.endpoint,
            file=lambda name: str(self._folder / name),
        )

    def _end_rest(self, others: Sequence[psutil.Process] = ()) -> None:
        """Kills what is left of the node once its main process is gone; waits for these others, too."""
        process_group.end_rest(self.spec.name, self._site.session, (_DATA, str(self._data.folder)), others)

    def _await_exit(self, sent: str, timeout_s: float) -> None:
        await_exit(self, sent, timeout_s=timeout_s, interval_s=_POLL_S)
        if self._between:
            self._between.end()

    def _await_phase(self, phase: Phase) -> None:
        until(
            f"{self.spec.name} to be {phase}",
            self.state,
            lambda state: state.phase is phase,
            timeout_s=_GONE_TIMEOUT_S,
            interval_s=_POLL_S,
        )
