"""Services in images of their own, by the checkout's Dockerfile or ready-made, as real nodes of the engine."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from harness.backends import engine
from harness.backends.docker import DockerBackend
from harness.backends.protocol import Phase
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from harness.faults import Kill
from tests.messages.systems import RealDeployment, deployed, described

pytestmark = pytest.mark.docker

#: Neither its first process, a program without a handler of SIGTERM, nor its base was made for the harness.
DOCKERFILE = """\
FROM python:3.12-slim
WORKDIR /app
COPY server.py .
RUN pip --version && python -c "import sys; assert sys.version_info >= (3, 11)"
ENTRYPOINT ["python", "server.py", "0.0.0.0"]
CMD ["8080"]
"""
SERVICES = """
[services.facade]
dockerfile = "made/Dockerfile"
context = "."
port = 8080
environment = { NAME = "${name}" }
ready = { path = "/" }

[services.logging]
dockerfile = "made/Dockerfile"
context = "."
command = ["${port}"]
port = 8081
environment = { NAME = "${name}" }
names = ["logging_service_1"]

[images]
"python:3.12-slim" = "harness:python"
"""
FILES = {"made/Dockerfile": DOCKERFILE}


@pytest.fixture(scope="module")
def two(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealDeployment]:
    """A facade and a logging instance of one image."""
    specs = described(tmp_path_factory.mktemp("checkout"), SERVICES, FILES)
    assert len({spec.kind for spec in specs}) == 1
    with deployed(DockerBackend(Session.of_this_process()), "images", *specs) as deployment:
        yield deployment


def get(deployment: RealDeployment, node: str, path: str = "/") -> str:
    return httpx.get(f"http://{deployment.nodes[node].endpoint('http')}{path}", timeout=10, trust_env=False).text


def test_a_dockerfile_makes_the_image_and_a_command_takes_the_place_of_its_own(two: RealDeployment) -> None:
    assert get(two, "facade") == "facade on facade"
    assert get(two, "facade", "/ask/logging_service_1:8081") == "logging_service_1 on logging_service_1"


def test_it_is_killed_and_starts_again_with_what_it_wrote(two: RealDeployment) -> None:
    node = two.nodes["logging_service_1"]
    node.kill()
    assert Kill().proof([node])
    node.start()
    assert re.findall("^start .*", node.logs(), re.MULTILINE) == ["start 1", "start 2"]
    assert get(two, "facade", "/ask/logging_service_1:8081") == "logging_service_1 on logging_service_1"


def test_it_ends_by_sigterm_though_nobody_wrote_its_program_to_be_the_first_process(two: RealDeployment) -> None:
    node = two.nodes["facade"]
    node.stop()
    assert node.state().phase is Phase.EXITED
    node.start()
    assert get(two, "facade") == "facade on facade"


def test_it_is_paused_and_cut_off_as_any_node(two: RealDeployment) -> None:
    node = two.nodes["logging_service_1"]
    node.pause()
    assert node.state().phase is Phase.PAUSED
    node.resume()
    node.impair("cut")
    url = f"http://{two.nodes['facade'].endpoint('http')}/ask/logging_service_1:8081"
    with pytest.raises(httpx.HTTPError):
        httpx.get(url, timeout=2, trust_env=False)
    node.rejoin("cut")
    assert get(two, "facade", "/ask/logging_service_1:8081") == "logging_service_1 on logging_service_1"


def test_a_ready_image_is_run_as_it_is(two: RealDeployment, tmp_path: Path) -> None:
    client = engine.connect()
    name = client.containers.get(two.nodes["facade"]._id).image.tags[0]
    services = f'[services.facade]\nimage = "{name}"\nport = 8080\nenvironment = {{ NAME = "x" }}'
    with deployed(DockerBackend(Session.of_this_process()), "ready", *described(tmp_path, services)) as deployment:
        assert get(deployment, "facade") == "x on facade"


def test_an_image_whose_layers_were_there_is_not_taken_for_an_old_one(tmp_path: Path) -> None:
    backend = DockerBackend(Session.of_this_process())
    for number in range(5):
        (tmp_path / "copied-nowhere").write_text(f"{tmp_path} {number}")
        (kind,) = {spec.kind for spec in described(tmp_path, SERVICES, FILES)}
        backend.prepare([kind], print)
        assert engine.connect().images.get(backend._images[kind])


@pytest.mark.parametrize(
    ("dockerfile", "words"),
    [
        (
            "FROM nowhere.invalid/none:1",
            r"begins with nowhere\.invalid/none:1, which is not here and can't be pulled .*\[images\]",
        ),
        ("FROM python:3.12-slim\nRUN --mount=type=cache,target=/x true", r"needs BuildKit, .* build it with docker"),
        ("FROM python:3.12-slim\nRUN echo why && false", r"(?s)could not be built: .*\n  why\n"),
    ],
)
def test_a_build_that_fails_says_why_and_what_to_do(tmp_path: Path, dockerfile: str, words: str) -> None:
    backend = DockerBackend(Session.of_this_process())
    with pytest.raises(EnvironmentUnfitError, match=words):
        backend.prepare({spec.kind for spec in described(tmp_path, SERVICES, {"made/Dockerfile": dockerfile})}, print)
