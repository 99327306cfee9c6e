"""What is wrong in what a description says of images, and how a service starts."""

from __future__ import annotations

from collections.abc import Iterator

from harness.decoding.positions import Keys
from harness.decoding.problems import Problem, choice, nearest, shown
from harness.decoding.walking import Walked
from harness.messages.description.model import Service
from harness.provision.bases import BASES

_OURS = "harness:"


def problems(walked: Walked) -> Iterator[Problem]:
    """All that is wrong in what the types have let pass."""
    for keys, service in walked.of(Service):
        yield from _start(walked, keys, service)
    images = walked.at("images") or {}
    for name, other in images.items():
        if other.startswith(_OURS) and other not in BASES:
            words = f"{shown(other)} is none of the harness' images{choice(nearest(other, BASES), BASES)}"
            yield Problem(("images", name), words)


def _start(walked: Walked, keys: Keys, service: Service) -> Iterator[Problem]:
    """What is wrong with how a service starts."""
    ways = [name for name in ("dockerfile", "image", "compose") if getattr(service, name)]
    if not (ways or service.command or service.running):
        words = "nothing says how it starts: give a command, a dockerfile, an image, or compose; or where it is running"
        yield Problem(keys, words)
    if ways[:2] == ["dockerfile", "image"]:
        yield Problem((*keys, "image"), "stands beside dockerfile; one of them is its image: leave out the other")
    if service.context is not None and service.dockerfile is None:
        yield Problem((*keys, "context"), "is of a dockerfile, which is not given")
    if ways and (*keys, "folder") in walked.fitting:
        yield Problem((*keys, "folder"), f"has no meaning beside {ways[0]}: the image says where its program starts")
    if ways and walked.at("localhost"):
        words = (
            "starts before its network is as localhost = true needs it: leave out one of them, and have it listen on "
            "0.0.0.0; in containers services find each other by their names"
        )
        yield Problem((*keys, ways[0]), words)
