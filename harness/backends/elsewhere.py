"""Runs of other machines and users on one engine: nobody here can ask whether their owners live.

So each shows it, by making something now and then, and a run of which nothing was made for hours counts as over. A run
of scenarios makes containers all the time; a system that is only kept makes an empty volume. A label can't be changed
once its container is there, and the engine notes for everything when it was made, by its own clock.
"""

from __future__ import annotations

import contextlib
from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from threading import Event, Thread
from typing import Any

import docker

from harness.backends.engine import Labelled, Owned, complaining, labelled, remove
from harness.backends.session import Session
from harness.errors import EnvironmentUnfitError

#: A multiple of what follows, so that an engine that is busy or away for an hour ends nobody's run.
_ABANDONED = timedelta(hours=6)
_SIGN_OF_LIFE = timedelta(minutes=30)
_LONG_AGO = datetime.min.replace(tzinfo=UTC)
_TO_COME = datetime.max.replace(tzinfo=UTC)


def abandoned(client: docker.DockerClient) -> frozenset[Session]:
    """The sessions whose owner can't be asked here, and for which nothing was made for hours.

    Raises:
        EnvironmentUnfitError: the engine does not tell.
    """
    last = {session: at for session, at in _last_made(labelled(client)).items() if not session.is_of_here()}
    if not last:
        return frozenset()
    with complaining("tell its time"):
        now = _read(client.info().get("SystemTime"), otherwise=_LONG_AGO)
    return frozenset(session for session, at in last.items() if now - at > _ABANDONED)


class SignsOfLife:
    """Makes one volume after another, as long as its owner lives; a context manager."""

    def __init__(
        self, client: docker.DockerClient, name: str, labels: Mapping[str, str], *, every: timedelta = _SIGN_OF_LIFE
    ) -> None:
        self._client = client
        self._name = name
        self._labels = dict(labels)
        self._every_s = every.total_seconds()
        self._made: list[str] = []
        self._closing = Event()
        self._thread = Thread(target=self._go_on, name="signs of life", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Ends the signs and removes the last volume; may be called twice."""
        self._closing.set()
        self._thread.join()
        remove(self._client, Owned((), (), tuple(self._made)))
        self._made.clear()

    def _go_on(self) -> None:
        number = 0
        while not self._closing.wait(self._every_s):
            number += 1
            # The next time it may succeed, and there are many before anybody draws a conclusion.
            with contextlib.suppress(EnvironmentUnfitError):
                self._make(f"{self._name}-lives-{number}")

    def _make(self, name: str) -> None:
        with complaining("make a volume"):
            self._client.api.create_volume(name, labels=self._labels)
        before, self._made = self._made, [*self._made, name]
        remove(self._client, Owned((), (), tuple(before)))
        self._made = [name]


def _last_made(listed: Labelled) -> Mapping[Session, datetime]:
    last: dict[Session, datetime] = defaultdict(lambda: _LONG_AGO)
    for item, at in _times(listed):
        if session := Session.from_labels(item["Labels"] or {}):
            last[session] = max(last[session], at)
    return last


def _times(listed: Labelled) -> Iterator[tuple[dict[str, Any], datetime]]:
    for container in listed.containers:
        yield container, datetime.fromtimestamp(container["Created"], UTC)
    for network in listed.networks:
        yield network, _read(network.get("Created"), otherwise=_TO_COME)
    for volume in listed.volumes:
        yield volume, _read(volume.get("CreatedAt"), otherwise=_TO_COME)


def _read(time: object, *, otherwise: datetime) -> datetime:
    """The time that an engine wrote, or `otherwise` if it can't be read: nothing is to follow from such a time."""
    try:
        return datetime.fromisoformat(str(time)).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise
