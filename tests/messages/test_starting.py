"""Somebody's services as real nodes on each backend: how they start, end, and find each other, and why one does not."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from harness.backends import process, process_node
from harness.backends.namespaces import why_not
from harness.backends.protocol import Backend, Node, Phase
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError, NodeStartError
from harness.faults import Kill
from harness.processes import runs
from harness.waiting import until
from tests.faults.storing import BACKENDS
from tests.messages.systems import RealDeployment, backend_named, deployed, described, left

needs_networks = pytest.mark.skipif(bool(why_not()), reason="local processes have no networks of their own")
TWO = """
[services.facade]
command = ["python3", "server.py", "0.0.0.0", "${port}"]
port = 8080
environment = { NAME = "${name}", STATUS = "203" }
ready = { path = "/", status = 203 }

[services.logging]
command = ["python3", "../server.py", "0.0.0.0", "${port}"]
folder = "inner"
count = 2
names = ["logging_service_1", "logging_service_2"]
port = 8080
environment = { NAME = "${name}" }
ready = { log = "^start" }
"""
FACADE = '[services.facade]\nport = 8080\nenvironment = { NAME = "x" }\n'


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Backend:
    if request.param == "process" and (why := why_not()):
        pytest.skip(f"local processes have no networks of their own: {why}")
    return backend_named(request.param, Session.of_this_process())


@pytest.fixture(scope="module")
def two(backend: Backend, tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDeployment]:
    """A facade and two logging instances."""
    folder = tmp_path_factory.mktemp("checkout")
    specs = described(folder, TWO, {"inner/empty": ""})
    with deployed(backend, "two", *specs) as deployment:
        yield deployment
    assert sorted(path.name for path in folder.iterdir()) == ["inner", "server.py"]


def running(node: Node) -> list[psutil.Process]:
    """The processes of a node: more than one."""
    main = psutil.Process(node.state().pid)
    family = [main, *main.children(recursive=True)]
    assert len(family) > 1
    return family


def get(deployment: RealDeployment, node: str, path: str = "/") -> str:
    return httpx.get(f"http://{deployment.nodes[node].endpoint('http')}{path}", timeout=10, trust_env=False).text


def test_services_listen_on_the_same_port_and_find_each_other_by_name(two: RealDeployment) -> None:
    assert get(two, "facade") == "facade on facade"
    assert get(two, "facade", "/ask/logging_service_2:8080") == "logging_service_2 on logging_service_2"
    assert get(two, "logging_service_1", "/ask/facade:8080") == "facade on facade"


def test_a_kill_ends_all_processes_of_an_instance_and_its_next_start_has_what_it_wrote(two: RealDeployment) -> None:
    node = two.nodes["logging_service_1"]
    family = running(node)
    node.kill()
    assert [each for each in family if runs(each)] == []
    assert Kill().proof([node])
    node.start()
    assert re.findall("^start .*", node.logs(), re.MULTILINE) == ["start 1", "start 2"]
    assert node.output().startswith("start 2")


def test_a_service_that_does_not_hear_sigterm_as_first_process_ends_by_it_all_the_same(two: RealDeployment) -> None:
    node = two.nodes["facade"]
    family = running(node)
    node.stop()
    assert node.state().phase is Phase.EXITED
    assert [each for each in family if runs(each)] == []
    node.start()
    assert get(two, "facade") == "facade on facade"


def assert_refused(backend: Backend, folder: Path, command: str, words: str) -> None:
    """Checks that a facade with this command does not start, and that nothing is left of it."""
    session = Session.of_this_process()
    (spec,) = described(folder, f"{FACADE}command = {command}")
    with pytest.raises(NodeStartError, match=words), deployed(backend_named(backend.name, session), "refused", spec):
        pass
    assert left(session) == []


def test_a_service_that_exits_says_with_which_status_and_its_last_lines_at_once(
    backend: Backend, tmp_path: Path
) -> None:
    began = time.monotonic()
    command = """["python3", "-c", "import sys; print('no config here'); sys.exit(7)"]"""
    assert_refused(backend, tmp_path, command, r"(?s)^facade exited with status 7 before .*no config here")
    assert time.monotonic() - began < 60


def test_a_misspelt_command_is_named(backend: Backend, tmp_path: Path) -> None:
    words = (
        r"(?s)^facade exited with status 127 .*the command 'pyhton server\.py' can't be run: No such file or directory"
    )
    assert_refused(backend, tmp_path, '["pyhton", "server.py"]', words)


@pytest.mark.parametrize(
    ("command", "where"),
    [
        ('["python3", "server.py", "0.0.0.0", "5000"]', r"it listens on 0\.0\.0\.0:5000, and not on port 8080"),
        (
            '["python3", "server.py", "127.0.0.1", "8080"]',
            r"it listens on 127\.0\.0\.1:8080 alone, where no",
        ),
    ],
)
def test_a_port_that_never_opens_says_where_the_service_listens(
    backend: Backend, tmp_path: Path, command: str, where: str
) -> None:
    words = rf"(?s)^facade did not listen on its port 'http' within 10 s; {where}.*; last seen: "
    assert_refused(backend, tmp_path, f"{command}\nready = {{ within_s = 10 }}", words)


@pytest.mark.process
def test_without_host_names_services_that_need_them_are_refused_and_others_run(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (process, process_node):
        monkeypatch.setattr(module, "why_not", lambda: "that takes root, on Linux")
    backend = backend_named("process", Session.of_this_process())
    words = (
        r"^logging_service_1, logging_service_2: others reach these by host name, .* \(that takes root, on Linux\): "
        r"use --backend docker, or tell the others an address, as \$\{logging_service_1\}$"
    )
    with (
        pytest.raises(EnvironmentUnfitError, match=words),
        deployed(backend, "named", *described(tmp_path, TWO, {"inner/empty": ""})),
    ):
        pass
    command = '["python3", "server.py", "${address}", "${port}"]'
    with deployed(backend, "addressed", *described(tmp_path, f"{FACADE}command = {command}")) as deployment:
        assert get(deployment, "facade").startswith("x on ")


def test_a_folder_that_is_not_there_is_refused_before_anything_starts(tmp_path: Path) -> None:
    with pytest.raises(Exception, match=r"^services\.facade\.folder: there is no folder 'nowhere' in "):
        described(tmp_path, f'{FACADE}command = ["x"]\nfolder = "nowhere"')


@pytest.mark.process
@needs_networks
def test_a_file_that_a_node_adds_is_nowhere_but_in_its_own_copy(tmp_path: Path) -> None:
    backend = backend_named("process", Session.of_this_process())
    (spec,) = described(tmp_path, f'{FACADE}command = ["python3", "server.py", "0.0.0.0", "8080"]')
    with deployed(backend, "copy", spec) as deployment:
        node = deployment.nodes["facade"]
        until("it to answer", lambda: get(deployment, "facade"), timeout_s=10)
        assert (Path(node.exec_context().folder or "") / "checkout" / "starts").exists()
    assert [path.name for path in tmp_path.iterdir()] == ["server.py"]
