"""The kinds of a described system's services: of those by a command in the checkout, and of those by an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from harness.errors import BadInputError
from harness.messages.description import composed, composed_images, image_kind, running
from harness.messages.description.image_kind import Own
from harness.messages.description.kind import kind
from harness.messages.description.model import Description, Role, Service
from harness.topology.kinds import NodeKind


@dataclass(frozen=True)
class Kinds:
    """The kinds of a system's services.

    Attributes:
        checkout: of those that a command in the checkout starts; None if there are none.
        own: of those that have an image, or run already, by their roles: what each instance has.
        servers: more host names of the servers, by the names of their kinds.
    """

    checkout: NodeKind | None
    own: Mapping[Role, tuple[Own, ...]] = field(default_factory=dict)
    servers: Mapping[str, Sequence[str]] = field(default_factory=dict)


def kinds(description: Description, folder: Path, *, trusted: bool = True) -> Kinds:
    """The kinds of a described system's services, from the checkout as it is now.

    Args:
        description: of the system.
        folder: that its file is in.
        trusted: whether it may run code while it is installed, and run without limits.

    Raises:
        BadInputError: something that the file names is not in the checkout, or there is too much in that; or it is not
            trusted, and has services in images, or such that run already.
    """
    if description.runs_already:
        if not trusted:
            raise BadInputError("[services.facade.running]: nobody confines what runs already; give a command")
        return Kinds(None, running.own(description, folder))
    code = (folder / description.checkout).resolve()
    for role, service in description.services.items():
        if not trusted and (service.dockerfile or service.image or description.compose):
            raise BadInputError(
                f"[services.{role}]: what is not trusted runs by a command alone: an image is made by commands that "
                "nobody limits, and begins before its network is closed; give a command in its place"
            )
    images = {
        role: (Own(found),) * service.count
        for role, service in description.services.items()
        if (found := _image(role, service, code, description))
    }
    compose = composed.read(description, folder) if description.compose else None
    own = {**images, **(composed_images.own(compose, description) if compose else {})}
    by_command = description.services.keys() - own.keys()
    return Kinds(
        kind(description, folder, trusted=trusted) if by_command else None, own, compose.names if compose else {}
    )


def _image(role: Role, service: Service, code: Path, description: Description) -> NodeKind | None:
    if service.image is not None:
        return image_kind.ready(service.image, f"[services.{role}] image", description.images)
    if service.dockerfile is None:
        return None
    dockerfile = (code / service.dockerfile).resolve()
    context = dockerfile.parent if service.context is None else (code / service.context).resolve()
    place = f"[services.{role}] dockerfile"
    for path in (dockerfile, context):
        if not path.is_relative_to(code):
            raise BadInputError(f"{place}: {path} is outside of the checkout {code}")
    name = image_kind.image_name(description.name, service.dockerfile)
    return image_kind.built(name, place, context, dockerfile, description.images)
