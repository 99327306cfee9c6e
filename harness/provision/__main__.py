"""Prepares a machine without running anything on it: `python -m harness.provision processes|images|tags|lock`."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from harness.errors import EXIT_BAD_INPUT, EnvironmentUnfitError, HarnessError
from harness.progress import Say
from harness.provision.kinds import every_kind
from harness.provision.network_helper import HELPER
from harness.topology.kinds import Build, ForeignImage, NodeKind


def main() -> None:
    """Does what the command line says; an unfit environment is one line on stderr and exit code 2."""
    commands = {"processes": _processes, "images": _images, "tags": _tags, "lock": _lock}
    parser = argparse.ArgumentParser(prog="python -m harness.provision", description=__doc__)
    parser.add_argument(
        "what",
        choices=commands,
        help="processes: Java, jars and caches; images: the Docker images; tags: their names, for a pipeline's "
        "cache; lock: the jars' versions and hashes",
    )
    try:
        commands[parser.parse_args().what](_say)
    except HarnessError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _processes(say: Say) -> None:
    from harness.provision.processes import prepare_processes

    prepare_processes([kind for kind in every_kind().values() if not isinstance(kind, ForeignImage)], say)
    say("ready to run processes")


def _images(say: Say) -> None:
    import docker
    from docker.errors import DockerException

    from harness.provision.images import ensure_images

    try:
        client = docker.from_env()
        client.ping()
    except (DockerException, OSError) as error:
        raise EnvironmentUnfitError("no Docker engine answers: start Docker, or use processes") from error
    for kind, tag in ensure_images(client, _built(), say).items():
        say(f"{kind.name}: {tag}")


def _built() -> Sequence[NodeKind]:
    return [HELPER, *(kind for kind in every_kind().values() if isinstance(kind.image(), Build))]


def _tags(say: Say) -> None:
    from harness.provision.images import image_tags

    for tag in image_tags(_built()).values():
        say(tag)


def _lock(say: Say) -> None:
    from harness.provision.jar_locks import lock

    lock(every_kind().values(), say)


if __name__ == "__main__":
    main()
