"""Limits what a container gets of the processors' time, by its control group, and asks for what that kept it from."""

from __future__ import annotations

import threading

import docker

from harness.backends.engine import complaining

#: The kernel counts by this much time, in microseconds.
PERIOD_US = 100_000
#: The least that kernels take, in microseconds of each period.
_LEAST_US = 1000
_NO_LIMIT = -1


def limit(client: docker.DockerClient, container: str, share: float | None, *, most: float | None = None) -> None:
    """Leaves a container this share of the time of all processors, from now on, over restarts; all of it if None.

    Args:
        client: of the engine.
        container: the id.
        share: from 0 to 1.
        most: how many processors' time it may have in any case; None if there is no such limit.

    Raises:
        EnvironmentUnfitError: the engine refuses.
    """
    with complaining("limit a container's processor time"):
        processors = int(client.info()["NCPU"])
        limits = [each for each in (most, None if share is None else share * processors) if each is not None]
        quota_us = max(_LEAST_US, round(min(limits) * PERIOD_US)) if limits else _NO_LIMIT
        client.api.update_container(container, cpu_period=PERIOD_US, cpu_quota=quota_us)


def held_back(client: docker.DockerClient, container: str, seconds: float) -> float:
    """For what part of so many seconds, from 0 to 1, a container wanted to run and was not let.

    Raises:
        EnvironmentUnfitError: the engine does not tell.
    """
    before_s = _held_back_s(client, container)
    threading.Event().wait(seconds)
    # It is counted for each processor by itself.
    return min(1.0, (_held_back_s(client, container) - before_s) / seconds)


def _held_back_s(client: docker.DockerClient, container: str) -> float:
    with complaining("tell a container's processor time"):
        stats = client.api.stats(container, stream=False, one_shot=True)
    return float(stats["cpu_stats"].get("throttling_data", {}).get("throttled_time", 0)) / 1e9
