"""Somebody else's container beside the nodes, such as a console: it is on their network, and nothing is done to it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.backends.docker_ports import HOST
from harness.backends.docker_site import DockerSite
from harness.backends.engine import complaining
from harness.backends.session import LABEL_NODE
from harness.errors import EnvironmentUnfitError


@dataclass(frozen=True)
class Sidecar:
    """Somebody else's image, and how to run it.

    Attributes:
        name: unique in the deployment.
        image: where it comes from.
        port: of its page.
        environment: for its process, as it is.
    """

    name: str
    image: str
    port: int
    environment: Mapping[str, str]


def start(sidecar: Sidecar, site: DockerSite) -> str:
    """Starts the container, labelled and removed like the nodes, and gives the address of its page on this host.

    Raises:
        EnvironmentUnfitError: the engine refuses, or it ends at once.
    """
    name = f"{site.name}-{sidecar.name}"
    with complaining(f"start {sidecar.name}"):
        site.client.containers.run(
            sidecar.image,
            detach=True,
            name=name,
            labels={**site.labels(), LABEL_NODE: sidecar.name},
            network=site.name,
            ports={f"{sidecar.port}/tcp": (HOST, 0)},
            environment=dict(sidecar.environment),
        )
        published = site.client.api.port(name, sidecar.port)
    if not published:
        raise EnvironmentUnfitError(f"{sidecar.image} ended at once: docker logs {name} may say why")
    return f"http://{HOST}:{published[0]['HostPort']}"
