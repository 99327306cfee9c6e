"""The images of the services of a compose file, and what each instance has that is started by one."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial

from harness.messages.description.composed import Composed, instance_names
from harness.messages.description.image_kind import Own, built, derived, image_name, ready
from harness.messages.description.model import Description, Role
from harness.messages.drafting.containers import Container
from harness.topology.kinds import NodeKind


def own(composed: Composed, description: Description) -> Mapping[Role, tuple[Own, ...]]:
    """What the instances of services have that are those of the compose file, by their roles.

    Raises:
        BadInputError: an image can't be built of what is there.
    """
    images: dict[object, NodeKind] = {}
    return {
        role: tuple(
            each
            for name in service.compose
            for each in _instances(composed, composed.containers[name], description, images)
        )
        for role, service in description.services.items()
        if service.compose
    }


def _instances(
    composed: Composed, container: Container, description: Description, images: dict[object, NodeKind]
) -> Iterator[Own]:
    """What each instance of a service has."""
    text = partial(_text, composed, container)
    kind = _kind(container, description, images, text)
    command = container.command or ()
    for name in instance_names(container):
        yield Own(
            kind,
            arguments=tuple(text(word, before) for before, word in zip(["", *command], command, strict=False)),
            environment={variable: text(value, variable) for variable, value in container.environment.items()},
            host_names=tuple(each for each in (container.name, *container.aliases) if each != name),
        )


def _text(composed: Composed, container: Container, text: str, name: str) -> str:
    found = composed.text(text, name, container)
    # It was checked when the file was read.
    return text if found is None else found


def _kind(
    container: Container, description: Description, images: dict[object, NodeKind], text: partial[str]
) -> NodeKind:
    """The kind of a service, which shares its image with those that are made of the same."""
    place = f"{container.place}: {container.name}"
    name = image_name(description.name, container.name)
    made_of = (container.context, container.dockerfile, container.target, tuple(container.arguments.items()))
    if container.context is None or container.dockerfile is None:
        base = ready(container.image or "", place, description.images)
    elif (found := images.get(made_of)) is not None:
        base = found
    else:
        base = images[made_of] = built(
            name,
            place,
            container.context,
            container.dockerfile,
            description.images,
            arguments=container.arguments,
            target=container.target,
        )
    entrypoint = container.entrypoint
    words = None if entrypoint is None else tuple(text(word, "") for word in entrypoint)
    return derived(
        image_name(description.name, container.name, "own"),
        place,
        base,
        entrypoint=words,
        workdir=container.workdir,
        user=container.user,
        binds=container.binds,
    )
