"""A node's container as testcontainers makes it, of the engine that everything else is asked of."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import cast

from docker.types import LogConfig
from testcontainers.core.config import testcontainers_config
from testcontainers.core.container import DockerContainer

from harness.backends import clock, confining, docker_confinement, localhost
from harness.backends.docker_data import volume
from harness.backends.docker_site import AWAITED, FOLDER, LABEL_MACHINE, DockerSite
from harness.backends.engine import environment_of
from harness.backends.session import LABEL_NODE
from harness.topology.kinds import NodeKind
from harness.topology.nodes import NodeSpec

# Its image can't be pulled everywhere; the watchdog and the sweep do its work.
testcontainers_config.ryuk_disabled = True
# Images here have their whole names.
testcontainers_config.hub_image_name_prefix = ""
logging.getLogger("testcontainers.core.container").setLevel(logging.WARNING)


def container_of(spec: NodeSpec, site: DockerSite, *, kind: NodeKind, data_of: str | None = None) -> DockerContainer:
    """The container of a node, to be started: nothing is made yet.

    Args:
        spec: of the node.
        site: where it is.
        kind: that it is of.
        data_of: the container whose volume it takes over, in place of a new one; the node has been ready before.
    """
    resolver = site.resolver()
    address = site.addresses[spec.name]
    network = site.client.api.create_endpoint_config(aliases=[spec.name, *spec.host_names], ipv4_address=address)
    files: list[tuple[bytes | Path, str] | tuple[bytes | Path, str, int]] = [
        (text.encode(), f"{FOLDER}/{name}", 0o644)
        for name, text in resolver.files(spec, later=data_of is not None).items()
    ]
    environment = resolver.environment(spec)
    if spec.clock:
        files += [
            (clock.library().read_bytes(), f"{FOLDER}/{clock.COPY}", 0o755),
            (clock.RIGHT.encode(), f"{FOLDER}/{clock.FILE}", 0o644),
        ]
        environment = {**clock.environment(f"{FOLDER}/{clock.COPY}", f"{FOLDER}/{clock.FILE}"), **environment}
    if spec.is_led:
        environment["HARNESS_AWAITS"] = f"{FOLDER}/{AWAITED}"
    confinement = site.confinement_of(spec.name)
    confined = docker_confinement.options(confinement) if confinement else {}
    mounts = docker_confinement.mounts(confinement) if confinement else [volume(spec.disk_mb)]
    if confinement:
        home = docker_confinement.environment()
        environment = {**home, **environment, confining.AWAITS_CLOSED: confining.gateway(site.subnet)}
    sysctls = {} if spec.localhost is None else {localhost.SYSCTL: "1"}
    if confinement:
        sysctls |= docker_confinement.NO_VERSION_6
    machine = {LABEL_MACHINE: site.machine.name} if site.machine.name else {}
    container = DockerContainer(
        site.images[kind],
        docker_client_kw={"environment": environment_of(site.machine.url)},
        env=environment,
        name=f"{site.name}-{spec.name}",
        transferables=files,
    ).with_kwargs(
        hostname=spec.name,
        labels={**site.labels(), LABEL_NODE: spec.name, **machine},
        network=site.name,
        networking_config={site.name: network},
        # Where its launcher takes orders; the SDK has it closed after the first, unless told that nobody is attached.
        stdin_open=spec.renewable,
        # None leaves it to the engine's own setting.
        init=spec.init or None,
        detach=True,
        **{"log_config": LogConfig(type=LogConfig.types.JSON), **confined},
        # Of the container's network alone; a helper may not write it.
        sysctls=sysctls,
        **({"volumes_from": [data_of]} if data_of else {"mounts": mounts}),
    )
    container.tmpfs.update(docker_confinement.TEMPORARY if confinement else {})
    if spec.arguments:
        container.with_command(list(resolver.arguments(spec)))
    # Its own with_bind_ports takes no host address, and the SDK does.
    host = site.ports.host(spec.name)
    published = {f"{spec.ports[name]}/tcp": (host, number) for name, number in site.ports.of(spec.name).items()}
    cast("dict[str, object]", container.ports).update(published)
    return container
