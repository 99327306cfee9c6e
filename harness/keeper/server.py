"""The keeper's process: brings a system up, answers commands on a socket, and takes everything down at its end."""

from __future__ import annotations

import json
import signal
import sys
from contextlib import nullcontext
from multiprocessing.connection import Connection, Listener

from harness.errors import HarnessError
from harness.faults.nemesis import Nemesis
from harness.history import History
from harness.keeper.commands import COMMANDS, Kept
from harness.keeper.place import history_path, socket_path
from harness.run import Options, Run
from harness.topology.services import QueueKind

READY = "ready"


def keep(backend: str, queue: QueueKind, *, consumers: bool) -> None:
    """Runs until a command ends it; every line of progress goes to stdout, the last one is `READY`."""
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    options = Options(backend=backend)
    with Run(options, _say) as run, History.open(history_path()) as history:
        system = run.system(history, lambda words: nullcontext(), queue=queue, consumers=consumers)
        nemesis = Nemesis(
            system.clusters,
            history,
            run.backend.capabilities,
            detection_s=options.profile.detection_s,
            narrate=lambda words: nullcontext(),
        )
        kept = Kept(system, nemesis)
        path = socket_path()
        path.unlink(missing_ok=True)
        try:
            with Listener(str(path), "AF_UNIX") as listener:
                _say(READY)
                while not kept.ending:
                    with listener.accept() as connection:
                        _answer(kept, connection)
        finally:
            path.unlink(missing_ok=True)
            system.close()


def _answer(kept: Kept, connection: Connection) -> None:
    try:
        request = json.loads(connection.recv_bytes())
        answer = {"lines": COMMANDS[request["command"]](kept, *request["arguments"])}
    except HarnessError as error:
        answer = {"error": str(error)}
    except EOFError:
        return  # a command that was interrupted before it asked
    connection.send_bytes(json.dumps(answer).encode())


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def main() -> None:
    """`python -m harness.keeper.server BACKEND QUEUE CONSUMERS`; started by `harness up`, not by people."""
    backend, queue, consumers = sys.argv[1:]
    try:
        keep(backend, "hazelcast" if queue == "hazelcast" else "kafka", consumers=consumers == "1")
    except HarnessError as error:
        _say(f"error: {error}")
        sys.exit(2)


if __name__ == "__main__":
    main()
