"""Code that nobody trusts, in confined containers: what it can't do, and what the engine says of it."""

import contextlib
import json
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from harness.backends import engine
from harness.backends.docker import DockerBackend, DockerDeployment
from harness.backends.session import Session
from harness.errors import BadInputError
from harness.messages.description.kind import kind
from harness.messages.description.kinds import kinds
from harness.messages.description.launching import specs
from harness.provision.images import forget
from harness.topology.confinement import Confinement
from harness.topology.nodes import Topology
from harness.waiting import until
from tests.messages.systems import description

LIMITS = Confinement(memory_mb=256, processes=64, cpus=0.5, disk_mb=16, log_mb=1)
#: Tries what it must not be able to do, and says what came of it; the first argument is an address of this machine.
CANARY = """
import errno, http.server, json, os, pathlib, socket, sys, time
def outcome(what):
    try:
        return what() or "done"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error))
def connect(host, port):
    return lambda: socket.create_connection((host, port), 3).close()
def quickly(look_up):
    began = time.monotonic()
    try:
        return look_up()
    except socket.gaierror:
        return "unknown at once" if time.monotonic() - began < 4 else "unknown"
def write(path, size=1):
    def attempt():
        with open(path, "wb") as file:
            for _ in range(size):
                file.write(b"x" * 1024**2)
                file.flush()
    return attempt
def datagram(host):
    return lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", (host, 53)) and None
def processes():
    children = []
    try:
        while len(children) < 500:
            child = os.fork()
            if not child:
                time.sleep(60)
                os._exit(0)
            children.append(child)
        return "no limit"
    finally:
        for child in children:
            os.kill(child, 9)
            os.waitpid(child, 0)
def tried():
    status = dict(line.split(":\\t", 1) for line in pathlib.Path("/proc/self/status").read_text().splitlines())
    gateway, port = sys.argv[1], int(sys.argv[2])
    return {
        "capabilities": [status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")],
        "no new privileges": status["NoNewPrivs"].strip(),
        "user": os.getuid(),
        "groups": os.getgroups(),
        "this machine": outcome(connect(gateway, port)),
        "another address of it": outcome(connect(sys.argv[3], port)),
        "outside": outcome(connect("192.0.2.77", 443)),
        "a node that is not there": quickly(lambda: socket.getaddrinfo("logging-2", 80)),
        "a datagram outside": outcome(datagram("192.0.2.77")),
        "raw packets": outcome(lambda: socket.socket(socket.AF_INET, socket.SOCK_RAW, 1) and None),
        "the engine": [str(path) for path in pathlib.Path("/").glob("*/docker.sock")],
        "addresses of version 6": outcome(pathlib.Path("/proc/net/if_inet6").read_text),
        "the image": outcome(write("/opt/checkout/x")),
        "the copy": outcome(write("x")),
        "the secret": outcome(lambda: pathlib.Path("secret").read_text()),
        "starts": pathlib.Path("starts").stat().st_size,
        "the disk": outcome(write("large", 64)),
        "/tmp": outcome(write("/tmp/large", 128)),
        "processes": outcome(processes),
    }
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        answer = json.dumps(tried() if self.path == "/tried" else {}).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)
with open("starts", "a") as file:
    file.write("x")
http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Handler).serve_forever()
"""


@pytest.fixture(scope="module")
def listening() -> Iterator[int]:
    """A port of this machine at which somebody answers, at each of its addresses."""
    with socket.create_server(("0.0.0.0", 0)) as server:
        stopped = threading.Event()

        def answer() -> None:
            server.settimeout(0.2)
            while not stopped.is_set():
                with contextlib.suppress(TimeoutError):
                    server.accept()[0].close()

        thread = threading.Thread(target=answer)
        thread.start()
        yield server.getsockname()[1]
        stopped.set()
        thread.join()


@pytest.fixture(scope="module")
def canary(listening: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DockerDeployment]:
    """A facade that tries; its image goes afterwards, as its folder has another content each time."""
    folder = tmp_path_factory.mktemp("canary")
    (folder.parent / "secret").write_text("a secret of this machine")
    (folder / "secret").symlink_to(folder.parent / "secret")
    (folder / "canary.py").write_text(CANARY)
    backend = DockerBackend(Session.of_this_process(), confinement=LIMITS)
    with backend.deploy(Topology("nothing", ()), print) as deployment:
        (gateway,) = _network(deployment)["IPAM"]["Config"]
        command = json.dumps(["python3", "canary.py", gateway["Gateway"], str(listening), _own_address()])
        says = description(f"[services.facade]\ncommand = {command}\nport = 8080\n")
        nodes = specs(says, kinds(says, folder, trusted=False), members=0, brokers=0)
        deployment.put(nodes)
        yield deployment
    with contextlib.closing(engine.connect()) as client:
        forget(client, nodes[0].kind.name)


def _own_address() -> str:
    """An address of this machine by which it would reach others; nothing is sent."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asked:
        try:
            asked.connect(("192.0.2.77", 9))
        except OSError:
            return "127.0.0.2"
        return str(asked.getsockname()[0])


def _network(deployment: DockerDeployment) -> dict[str, object]:
    with contextlib.closing(engine.connect()) as client:
        found: dict[str, object] = client.api.inspect_network(deployment._network)
        return found


def get(deployment: DockerDeployment, path: str) -> dict[str, object]:
    url = f"http://{deployment.nodes['facade'].endpoint('http')}{path}"
    return dict(httpx.get(url, timeout=60, trust_env=False).json())


@pytest.mark.docker
def test_code_that_nobody_trusts_can_do_nothing_but_its_work(canary: DockerDeployment) -> None:
    assert get(canary, "/tried") == {
        "capabilities": ["0000000000000000"] * 5,
        "no new privileges": "1",
        "user": 65534,
        "groups": [65534],
        "this machine": "ENETUNREACH",
        "another address of it": "ENETUNREACH",
        "outside": "ENETUNREACH",
        "a node that is not there": "unknown at once",
        "a datagram outside": "EPERM",
        "raw packets": "EPERM",
        "the engine": [],
        "addresses of version 6": "done",
        "the image": "EROFS",
        "the copy": "done",
        "the secret": "ENOENT",
        "starts": 1,
        "the disk": "ENOSPC",
        "/tmp": "ENOSPC",
        "processes": "EAGAIN",
    }
    tried = [(each.name, each.words) for each in canary.nodes["facade"].tried()]
    assert tried == [
        ("reached out", "facade tried to reach something outside of its own system: 4 packets were refused"),
        ("filled its disk", "facade filled its disk, which has 16 MB"),
    ]


@pytest.mark.docker
def test_the_engine_says_the_same_of_the_container(canary: DockerDeployment) -> None:
    with contextlib.closing(engine.connect()) as client:
        inspected = client.api.inspect_container(canary.nodes["facade"].exec_context().container)
        host = inspected["HostConfig"]
        assert (host["CapDrop"], host["CapAdd"], host["Privileged"]) == (["ALL"], None, False)
        assert host["SecurityOpt"] == ["no-new-privileges"]
        assert host["ReadonlyRootfs"] is True
        assert (host["PidsLimit"], host["Memory"], host["MemorySwap"]) == (64, 256 * 1024**2, 256 * 1024**2)
        assert (host["CpuPeriod"], host["CpuQuota"]) == (100_000, 50_000)
        assert host["LogConfig"]["Config"] == {"max-size": "512k", "max-file": "2"}
        assert (host["PidMode"], host["IpcMode"]) == ("", "private")
        assert [host[name] for name in ("Binds", "PortBindings", "Devices") if host[name]] == []
        assert inspected["Config"]["User"] == "65534:65534"
        assert [mount["Type"] for mount in inspected["Mounts"]] == ["volume", "volume"]
        (network,) = inspected["NetworkSettings"]["Networks"]
        assert host["NetworkMode"] == network
        assert client.api.inspect_network(network)["Internal"] is True


@pytest.mark.docker
def test_a_node_that_starts_again_is_confined_before_it_begins_and_has_what_it_wrote(canary: DockerDeployment) -> None:
    node = canary.nodes["facade"]
    node.kill()
    node.start()
    tried = until("it to answer", lambda: get(canary, "/tried"), timeout_s=30)
    assert (tried["this machine"], tried["starts"]) == ("ENETUNREACH", 2)


@pytest.mark.docker
def test_a_throttled_node_has_its_limit_again_afterwards(canary: DockerDeployment) -> None:
    node = canary.nodes["facade"]
    quotas = []
    with contextlib.closing(engine.connect()) as client:
        for change in (lambda: node.throttle(0.1), node.unthrottle):
            change()
            quotas.append(client.api.inspect_container(node.exec_context().container)["HostConfig"]["CpuQuota"])
    assert quotas[0] < quotas[1] == 50_000


def test_a_checkout_outside_of_its_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "out").symlink_to("/etc")
    for checkout in ("..", "out"):
        says = description(f'checkout = "{checkout}"\n[services.facade]\ncommand = ["x"]\nport = 8080\n')
        with pytest.raises(BadInputError, match="is outside of"):
            kind(says, tmp_path / "inner", trusted=False)


@pytest.mark.parametrize(
    "line",
    [
        "--no-binary :all:",
        "-i http://127.0.0.1/simple",
        "flask @ https://example.com/flask.tar.gz",
        "git+https://example.com/flask",
        "flask --config-settings x=y",
        "flask \\\n  --no-binary=flask",
        "# a comment \\\n--no-binary flask",
        "${PIP_INDEX_URL}",
    ],
)
def test_requirements_that_could_run_code_are_refused(tmp_path: Path, line: str) -> None:
    (tmp_path / "requirements.txt").write_text(f"{line}\n")
    says = description('runtime = { python = "requirements.txt" }\n[services.facade]\ncommand = ["x"]\nport = 8080\n')
    with pytest.raises(BadInputError, match=r"of code that is not trusted only packages are installed that are named"):
        kind(says, tmp_path, trusted=False)


def test_requirements_that_name_packages_are_taken_without_their_comments(tmp_path: Path) -> None:
    said = "# coding: utf-7\n-r more.txt\nflask[async]>=3.1,<4 ; python_version > '3.8'  # why\n\nhttpx==0.28.1 \\\n"
    (tmp_path / "requirements.txt").write_text(f"{said}  --hash=sha256:0123abc\n")
    (tmp_path / "more.txt").write_text("hazelcast-python-client\n")
    says = description('runtime = { python = "requirements.txt" }\n[services.facade]\ncommand = ["x"]\nport = 8080\n')
    build = kind(says, tmp_path, trusted=False).image()
    files = {name.rpartition("/")[2]: text.decode() for name, text in build.files.items()}
    assert files["requirements.txt"].splitlines() == [
        "",
        "-r more.txt",
        "flask[async]>=3.1,<4 ; python_version > '3.8'",
        "",
        "httpx==0.28.1 \\",
        "--hash=sha256:0123abc",
    ]
    assert "install --quiet --only-binary=:all: -r" in build.stages


def test_a_requirements_file_that_is_a_link_out_of_the_checkout_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a secret\n")
    (tmp_path / "code").mkdir()
    (tmp_path / "code" / "requirements.txt").write_text("-r linked.txt\n")
    (tmp_path / "code" / "linked.txt").symlink_to(tmp_path / "secret")
    says = description('runtime = { python = "requirements.txt" }\n[services.facade]\ncommand = ["x"]\nport = 8080\n')
    with pytest.raises(BadInputError, match=r"there is no file linked\.txt in "):
        kind(says, tmp_path / "code")
