"""An owner to be killed by a test: starts a watchdog and makes things, tells of them, and waits.

Arguments: an image to make containers of as well, or "process" to make local processes as nodes, if any; a file that
names engines to make the containers on, if not this machine's. Input: "end" for an orderly end without cleaning up.
"""

import json
import os
import signal
import subprocess
import sys

import psutil

from harness.backends.docker import DockerBackend
from harness.backends.machines import machines
from harness.backends.process import ProcessBackend
from harness.backends.session import Session, variables
from harness.backends.watchdog import start_watchdog
from harness.topology.nodes import Topology
from harness.waiting import until
from tests.backends.specs import TINY, tiny


def main() -> None:
    session = Session.of_this_process()
    watchdog = start_watchdog(session)
    environment = {**os.environ, **variables(session.labels())}
    running, stopped = (_sleeper(environment) for _ in range(2))
    stopped.send_signal(signal.SIGSTOP)
    if sys.argv[1:]:
        where = sys.argv[1]
        on = machines(sys.argv[2]) if sys.argv[2:] else ()
        containers = DockerBackend(session, images={TINY.name: where}, machines=on)
        backend = ProcessBackend(session) if where == "process" else containers
        deployment = backend.deploy(Topology("owned", (tiny(1), tiny(2))), lambda line: None)
        deployment.nodes["tiny-1"].impair("test")
        deployment.nodes["tiny-2"].pause()
    told = {"labels": session.labels(), "pids": [running.pid, stopped.pid], "watchdog": watchdog.pid}
    print(json.dumps(told), flush=True)  # noqa: T201
    if sys.stdin.readline().strip() == "end":
        watchdog.close()


def _sleeper(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    """Has a child whose environment tells nothing."""
    code = "import subprocess; subprocess.run(['env', '-i', 'sleep', '300'])"
    process = subprocess.Popen([sys.executable, "-c", code], env=environment, start_new_session=True)
    until("its child", lambda: psutil.Process(process.pid).children(), timeout_s=10)
    return process


if __name__ == "__main__":
    main()
