"""Starts the servers' own consoles beside the system for `harness up --ui`, where their images can be had."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.backends.docker import DockerDeployment
from harness.backends.docker_sidecar import Sidecar
from harness.backends.protocol import Deployment
from harness.clusters import Console
from harness.errors import EnvironmentUnfitError
from harness.progress import Say


def bring_up_consoles(deployment: Deployment, consoles: Sequence[Console], say: Say) -> Mapping[str, str]:
    """The address of each console that came up, by its title; says which came up, and why the others did not."""
    if not isinstance(deployment, DockerDeployment):
        say("--ui: going on without the consoles, which are images: this backend runs none")
        return {}
    addresses: dict[str, str] = {}
    for console in consoles:
        sidecar = Sidecar(console.name, console.image, console.port, console.environment)
        try:
            addresses[console.title] = deployment.start_sidecar(sidecar, say)
            say(f"{console.title}: {addresses[console.title]}")
        except EnvironmentUnfitError as error:
            say(f"--ui: going on without {console.title}: {error}")
    return addresses
