"""What a command in a container says arrives whole, however late it is looked at."""

import contextlib
import http.client
import time
from collections.abc import Iterator

import pytest

from harness.backends import docker_exec, engine
from harness.backends.session import Session

pytestmark = pytest.mark.docker


def saying(program: str) -> list[str]:
    """The command that runs a program in Python, the only one that there is in the container."""
    return ["python3", "-c", program]


@pytest.fixture
def container(tiny_image: str) -> Iterator[tuple[object, str]]:
    """A container that runs, with the engine's API."""
    session = Session.of_this_process()
    with contextlib.closing(engine.connect()) as client:
        try:
            made = client.containers.run(
                tiny_image, saying("import time; time.sleep(60)"), entrypoint="", detach=True, labels=session.labels()
            )
            yield client.api, str(made.id)
        finally:
            engine.remove(client, engine.owned(client, session.__eq__))


@pytest.fixture
def late(monkeypatch: pytest.MonkeyPatch) -> None:
    """The head of an answer is read when some of its body has come already, as on a busy machine."""
    begin = http.client.HTTPResponse.begin

    def begin_late(response: http.client.HTTPResponse) -> None:
        time.sleep(1.0)
        begin(response)

    monkeypatch.setattr(http.client.HTTPResponse, "begin", begin_late)


@pytest.mark.usefixtures("late")
def test_output_that_comes_along_with_the_head_of_the_answer_is_there(container: tuple[object, str]) -> None:
    assert docker_exec.run(*container, saying("print('hello')")) == (0, "hello\n")
    assert list(docker_exec.lines(*container, saying("print('one'); print('two')"))) == ["one", "two"]


def test_both_outputs_and_the_status_are_given(container: tuple[object, str]) -> None:
    status, output = docker_exec.run(*container, saying("import sys; print('out'); sys.exit('err')"))
    assert (status, sorted(output.split())) == (1, ["err", "out"])
    assert docker_exec.run(*container, saying("")) == (0, "")


def test_a_line_is_given_once_it_is_written(container: tuple[object, str]) -> None:
    lines = docker_exec.lines(*container, saying("import time; print('first', flush=True); time.sleep(30)"))
    began_s = time.monotonic()
    assert next(lines) == "first"
    assert time.monotonic() - began_s < 15
