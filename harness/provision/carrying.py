"""Carries images from one Docker engine to another that lacks them, by save and load: no registry has them."""

from __future__ import annotations

import docker
import requests
from docker.errors import DockerException

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.images import lacks


def carry(image: str, source: docker.DockerClient, target: docker.DockerClient, where: str, say: Say) -> None:
    """Has the other engine load an image, unless it has one of that name.

    Args:
        image: its name.
        source: the engine that has it.
        target: the other one; its client waits as long as it takes to load a part.
        where: the name of the machine that the other one is on.
        say: is told what is carried.

    Raises:
        EnvironmentUnfitError: it can't be saved or loaded, for one as a disk is full.
    """
    try:
        if not lacks(target, image):
            return
        say(f"carrying {image} to {where}")
        target.images.load(source.api.get_image(image))
    except (DockerException, requests.RequestException) as error:
        raise EnvironmentUnfitError(f"{image} could not be carried to the engine of {where}: {error}") from error
