"""Lists, changes and removes what a container has stored, also when it has ended: its data is a volume of its own.

By a helper container that has the same volume: the node's own container may have nothing to run, and one that has ended
runs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path, PurePosixPath

from docker.types import DriverConfig, Mount
from testcontainers.core.transferable import build_transfer_tar

from harness.backends import filling
from harness.backends.docker_helper import Helper
from harness.backends.docker_site import DATA, DockerSite
from harness.backends.engine import complaining
from harness.errors import EnvironmentUnfitError


def volume(size_mb: int | None) -> Mount:
    """A volume for the data of a container that is about to be made; it has no name, and goes with the container.

    Args:
        size_mb: of a disk in memory that it is, in megabytes; None for the engine's own.
    """
    if size_mb is None:
        return Mount(DATA, None)
    options = {"type": "tmpfs", "device": "tmpfs", "o": f"size={size_mb}m"}
    return Mount(DATA, None, driver_config=DriverConfig("local", options))


class Data:
    """The data of one node; its helper is made when something is first done with it, and goes with the node."""

    def __init__(self, site: DockerSite, node: str, container: str) -> None:
        """The data of a node whose container has this id."""
        self._site = site
        self._node = node
        self._container = container
        options = {"volumes_from": [container], "network_mode": "none"}
        self._helper = Helper(site, node, container, purpose="disk", options=options)

    def files(self) -> Mapping[str, int]:
        """The paths of the files, from the folder of data on, and their sizes; the one last written to comes last."""
        listed = self._run("find", DATA, "-type", "f", "-printf", "%T@ %s %P\\n").splitlines()
        entries = sorted((line.split(" ", 2) for line in listed), key=lambda entry: float(entry[0]))
        return {path: int(size) for _, size, path in entries}

    def write(self, path: str, content: bytes) -> None:
        """Overwrites a file, which stays whose it is: the engine itself would make a new one, which is root's."""
        old = str(PurePosixPath(DATA, path))
        with complaining(f"write {path} of {self._node}"):
            self._site.client.api.put_archive(self._container, "/", build_transfer_tar(content, f"{old}.new"))
        self._run("sh", "-ec", 'cat "$1.new" >"$1"; rm "$1.new"', "sh", old)

    def empty(self) -> None:
        """Removes all files and folders."""
        self._run("find", DATA, "-mindepth", "1", "-delete")

    def keep(self) -> None:
        """Sees that it outlives the process of the node: a disk in memory is there as long as somebody has it."""
        self._run("true")

    def fill(self) -> None:
        """Fills it by a file."""
        self._python("fill")

    def free(self) -> None:
        """Removes that file."""
        self._python("free")

    def refusal(self) -> int | None:
        """The number of the error with which it takes nothing."""
        return int(self._python("refusal")) or None

    def free_share(self) -> float:
        """The part of the disk that is free, from 0 to 1."""
        free, whole = self._run("stat", "-f", "-c", "%a %b", DATA).split()
        return int(free) / max(1, int(whole))

    def end(self) -> None:
        """Removes the helper."""
        self._helper.end()

    def _python(self, action: str) -> str:
        return self._run("python3", "-c", Path(filling.__file__).read_text(), action, DATA)

    def _run(self, *command: str) -> str:
        status, output = self._helper.run(command)
        if status:
            raise EnvironmentUnfitError(f"{command[0]} failed among the data of {self._node}: {output.strip()[-300:]}")
        return output
