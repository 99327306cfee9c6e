"""What other machines' runs have on this engine is left alone while they show that they live, and removed later."""

import contextlib
import secrets
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import docker
import pytest

from harness.backends import engine
from harness.backends.elsewhere import SignsOfLife, abandoned
from harness.backends.session import Session
from harness.backends.sweep import sweep
from harness.waiting import until

pytestmark = pytest.mark.docker
HERE = Session.of_this_process()
ELSEWHERE = replace(HERE, id=secrets.token_hex(4), owner=replace(HERE.owner, pid=1, boot="another-machine"))


@pytest.fixture
def client() -> Iterator[docker.DockerClient]:
    with contextlib.closing(engine.connect()) as client:
        yield client


@pytest.fixture(params=[HERE, ELSEWHERE], ids=["here", "elsewhere"])
def session(request: pytest.FixtureRequest, client: docker.DockerClient) -> Iterator[Session]:
    """One that has left a volume on the engine."""
    session: Session = request.param
    client.api.create_volume(f"harness-{session.id}-test", labels=session.labels())
    yield session
    engine.remove(client, engine.owned(client, session.__eq__))


def test_a_sweep_leaves_alone_what_was_made_lately(session: Session, client: docker.DockerClient) -> None:
    sweep(lambda line: None)
    assert engine.owned(client, session.__eq__).volumes == (f"harness-{session.id}-test",)


def test_it_counts_as_over_when_nothing_was_made_for_long(
    session: Session, client: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An owner of here is asked instead."""
    assert session not in abandoned(client)
    monkeypatch.setattr("harness.backends.elsewhere._ABANDONED", timedelta(seconds=-2))
    assert (session in abandoned(client)) == (session == ELSEWHERE)


@pytest.mark.parametrize("session", [ELSEWHERE], indirect=True)
def test_a_sign_of_life_keeps_it(
    session: Session, client: docker.DockerClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.backends.elsewhere._ABANDONED", timedelta(seconds=3))
    name = f"harness-{session.id}-test"
    signs = SignsOfLife(client, name, session.labels(), every=timedelta(seconds=0.5))
    began = time.monotonic()
    while time.monotonic() - began < 5:
        assert session not in abandoned(client)
    # The last one, and for a moment the one before it.
    assert 2 <= len(engine.owned(client, session.__eq__).volumes) <= 3
    signs.close()
    assert engine.owned(client, session.__eq__).volumes == (name,)
    until("it to count as over", lambda: session in abandoned(client), timeout_s=8)
