"""Which backend serves where an engine answers, but has no images and can have none."""

import contextlib
import secrets

import pytest

from harness.backends import engine
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError
from harness.run import Options, prepared_backend
from harness.servers.hazelcast.recipe import HAZELCAST
from harness.servers.kafka.recipe import KAFKA

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(bool(engine.why_unavailable()), reason="no Docker engine answers"),
]


_KINDS = [HAZELCAST, KAFKA]
_EMPTY_TAR = bytes(10240)


@pytest.fixture(autouse=True)
def no_images(monkeypatch: pytest.MonkeyPatch) -> None:
    """None of such servers is built, no registry has their base, and nothing is installed to make one with."""
    monkeypatch.setenv("HARNESS_TUNED", "as nobody has it")
    monkeypatch.setattr("harness.provision.base_image.BASE", "localhost:1/no-such-base:1")
    monkeypatch.setattr("harness.provision.base_image.RECIPE", "as nobody has it")
    monkeypatch.setattr("harness.provision.base_image._COMMAND", ("no-such-program",))


def test_processes_serve_where_the_engine_can_have_no_images() -> None:
    said: list[str] = []
    backend = prepared_backend(Options(), Session.of_this_process(), _KINDS, said.append)
    assert backend.name == "process"
    # Where processes are not ready either, what is prepared is said after it.
    (why,) = (line for line in said if line.startswith("backend: process, because"))
    assert "because the engine has no images: localhost:1/no-such-base:1 can't be pulled" in why


def test_who_asks_for_docker_is_told_instead() -> None:
    with pytest.raises(EnvironmentUnfitError, match=r"^localhost:1/no-such-base:1 can't be pulled, and"):
        prepared_backend(Options(backend="docker"), Session.of_this_process(), _KINDS, lambda line: None)


def test_so_is_who_gives_an_image() -> None:
    tag = f"harness-test-{secrets.token_hex(4)}"
    with contextlib.closing(engine.connect()) as client:
        client.api.import_image_from_data(_EMPTY_TAR, repository=tag)
        try:
            options = Options(images={"kafka": tag})
            with pytest.raises(EnvironmentUnfitError, match=r"^localhost:1/no-such-base:1 can't be pulled, and"):
                prepared_backend(options, Session.of_this_process(), _KINDS, lambda line: None)
        finally:
            client.images.remove(tag)
