"""Skips what needs a Docker engine where none answers, and makes the image that the others run."""

import contextlib
import secrets
from collections.abc import Iterator

import pytest

from harness.backends import engine
from tests.backends import image


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
