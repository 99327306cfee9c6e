"""Small systems of somebody else's, for tests: a checkout that is written here, on each backend."""

from __future__ import annotations

import contextlib
import textwrap
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeAlias

import msgspec

from harness.backends import engine
from harness.backends.docker import DockerBackend, DockerDeployment
from harness.backends.leftovers import processes_of
from harness.backends.process import ProcessBackend, ProcessDeployment
from harness.backends.protocol import Backend
from harness.backends.session import Session
from harness.messages.description.kinds import kinds
from harness.messages.description.launching import specs
from harness.messages.description.model import Description
from harness.topology.nodes import NodeSpec, Topology

RealDeployment: TypeAlias = DockerDeployment | ProcessDeployment

#: A server that says by whom it was asked, in a child of a session of its own; its arguments are an address and a port.
SERVER = """
import http.server, os, pathlib, socket, subprocess, sys, urllib.request
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        path = self.path.lstrip("/")
        if path.startswith("ask/"):
            answer = urllib.request.urlopen(f"http://{path[4:]}", timeout=5).read()
        else:
            answer = f"{os.environ['NAME']} on {socket.gethostname()}".encode()
        self.send_response(int(os.environ.get("STATUS", "200")))
        self.end_headers()
        self.wfile.write(answer)
    def log_message(self, *arguments):
        pass
starts = pathlib.Path("starts")
if sys.argv[-1] != "child":
    starts.write_text(starts.read_text() + "x" if starts.exists() else "x")
    sys.exit(subprocess.Popen([sys.executable, __file__, *sys.argv[1:], "child"], start_new_session=True).wait())
print("start", len(starts.read_text()), flush=True)
http.server.ThreadingHTTPServer((sys.argv[1], int(sys.argv[2])), Handler).serve_forever()
"""


def description(services: str) -> Description:
    """A description of a system that has these services, and neither servers nor packages."""
    rest = 'name = "small"\npost = { path = "/" }\nget = { path = "/" }\n'
    return msgspec.convert(tomllib.loads(rest + textwrap.dedent(services)), Description)


def described(folder: Path, services: str, files: Mapping[str, str] | None = None) -> tuple[NodeSpec, ...]:
    """The specs of these services, whose checkout is written into a folder."""
    for name, text in {"server.py": SERVER, **(files or {})}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
    says = description(services)
    return specs(says, kinds(says, folder), members=0, brokers=0)


def backend_named(name: str, session: Session) -> Backend:
    """A backend of that name."""
    return ProcessBackend(session) if name == "process" else DockerBackend(session)


@contextlib.contextmanager
def deployed(backend: Backend, name: str, *nodes: NodeSpec) -> Iterator[RealDeployment]:
    """These nodes; all of it is removed afterwards."""
    with backend.deploy(Topology(name, nodes), print) as deployment:
        assert isinstance(deployment, RealDeployment)
        yield deployment


def left(session: Session) -> list[str]:
    """What there still is of a session, in words: processes, and containers and networks where an engine answers."""
    running = [f"process {process.pid}" for process in processes_of(session.__eq__)]
    if engine.why_unavailable():
        return running
    with contextlib.closing(engine.connect()) as client:
        listed = engine.labelled(client)
        things = [*listed.containers, *listed.networks]
        return running + [str(each["Id"]) for each in things if Session.from_labels(each["Labels"] or {}) == session]
