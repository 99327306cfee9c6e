"""Skips what needs a Docker engine where none answers, and makes the image that the others run."""

import contextlib
import secrets
from collections.abc import Iterator

import pytest

from harness.backends import engine
from harness.backends.machines import Machine
from harness.provision.carrying import carry
from harness.provision.images import ensure_images
from harness.provision.network_helper import HELPER
from tests.backends import image
from tests.backends.engines import engines


def pytest_runtest_setup(item: pytest.Item) -> None:
    if item.get_closest_marker("docker") and (reason := _why_no_engine()):
        pytest.skip(reason)


_ANSWERS: list[str | None] = []


def _why_no_engine() -> str | None:
    if not _ANSWERS:
        _ANSWERS.append(engine.why_unavailable())
    return _ANSWERS[0]


@pytest.fixture(scope="session")
def tiny_image() -> Iterator[str]:
    """The tag of an image with the tiny server; removed afterwards."""
    tag = f"harness-test-{secrets.token_hex(4)}"
    with contextlib.closing(engine.connect()) as client:
        image.build(client, tag)
        yield tag
        client.images.remove(tag, force=True)


@pytest.fixture(scope="module")
def machines(tmp_path_factory: pytest.TempPathFactory, tiny_image: str) -> Iterator[tuple[Machine, ...]]:
    """Two, with engines of which the first has the images that tiny nodes need."""
    with engines(tmp_path_factory.mktemp("engines")) as machines:
        with (
            contextlib.closing(engine.connect()) as own,
            contextlib.closing(engine.connect(machines[0].url, timeout_s=300)) as first,
        ):
            for image_ in (tiny_image, *ensure_images(own, {HELPER}, print).values()):
                carry(image_, own, first, machines[0].name, print)
        yield machines
