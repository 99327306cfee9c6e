"""Starts the servers' own consoles beside the system for `harness up --ui`, where their images can be had."""

from __future__ import annotations

from collections.abc import Mapping

from harness.backends.docker import DockerDeployment
from harness.backends.docker_sidecar import Sidecar
from harness.backends.protocol import Deployment
from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.servers.hazelcast import spec as hazelcast
from harness.servers.kafka import spec as kafka

#: The newest: a console measures nothing, and an older one may not know our servers.
_MANAGEMENT_CENTER = "hazelcast/management-center:latest"
_KAFKA_UI = "kafbat/kafka-ui:latest"


def bring_up_consoles(deployment: Deployment, say: Say) -> Mapping[str, str]:
    """The address of each console that came up, by its title; says which came up, and why the others did not."""
    if not isinstance(deployment, DockerDeployment):
        say("--ui: going on without the consoles, which are images: this backend runs none")
        return {}
    found: dict[str, str] = {}
    for title, console in _consoles(deployment).items():
        try:
            found[title] = deployment.start_sidecar(console, say)
            say(f"{title}: {found[title]}")
        except EnvironmentUnfitError as error:
            say(f"--ui: going on without {title}: {error}")
    return found


def _consoles(deployment: Deployment) -> Mapping[str, Sidecar]:
    members, brokers = _addresses(deployment, "hazelcast", hazelcast.PORT), _addresses(deployment, "kafka", kafka.PORT)
    center = {"MC_DEFAULT_CLUSTER": hazelcast.CLUSTER_NAME, "MC_DEFAULT_CLUSTER_MEMBERS": members}
    ui = {"KAFKA_CLUSTERS_0_NAME": "harness", "KAFKA_CLUSTERS_0_BOOTSTRAPSERVERS": brokers}
    return {
        "Hazelcast Management Center": Sidecar("ui-hazelcast", _MANAGEMENT_CENTER, 8080, center),
        "Kafka UI": Sidecar("ui-kafka", _KAFKA_UI, 8080, ui),
    }


def _addresses(deployment: Deployment, role: str, port: int) -> str:
    return ",".join(f"{node.address}:{port}" for node in deployment.nodes.values() if node.spec.role == role)
