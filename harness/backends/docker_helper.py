"""A helper container beside a node's: in its network namespace, where it may filter packets as the node's own may not.

Or, with `options` of its own, where it has something else of the node's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from threading import Lock
from typing import Any

from docker.errors import NotFound

from harness.backends import docker_exec
from harness.backends.docker_site import DockerSite
from harness.backends.engine import complaining, remove_container
from harness.errors import EnvironmentUnfitError


class Helper:
    """The helper of one node: made when something is first run in it, and of use as long as the node's container runs.

    A container that starts again has a fresh namespace, in which the helper of the one before is not. It carries the
    labels of the session, so it is removed with all else, and none that names a node.
    """

    python = "python3"

    def __init__(
        self,
        site: DockerSite,
        node: str,
        container: str,
        *,
        purpose: str = "network",
        options: Mapping[str, Any] | None = None,
    ) -> None:
        """A helper beside a node's `container`; nothing is made yet.

        Args:
            site: where the container is.
            node: the node's name.
            container: its id.
            purpose: what it has of the node: the node has one helper for each.
            options: with which it is made, as the SDK has them; by default those that give it the network.
        """
        self._site = site
        self._node = node
        self._container = container
        self._purpose = purpose
        self._options = options or {"network_mode": f"container:{container}", "cap_add": ["NET_ADMIN"]}
        self._lock = Lock()
        self._id: str | None = None

    def run(self, command: Sequence[str]) -> tuple[int, str]:
        """Runs a command in the node's network, and gives its exit status and its output.

        Raises:
            EnvironmentUnfitError: the engine doesn't do it, for one because the node does not run.
        """
        with complaining(f"run {command[0]} in the network of {self._node}"):
            return docker_exec.run(self._site.client.api, self._made(), command)

    def lines(self, command: Sequence[str]) -> Iterator[str]:
        """Runs a command in the node's network, and gives each line of its output once it has written that.

        Raises:
            EnvironmentUnfitError: the engine doesn't do it, for one because the node does not run.
        """
        with complaining(f"run {command[0]} in the network of {self._node}"):
            yield from docker_exec.lines(self._site.client.api, self._made(), command)

    def exists(self) -> bool:
        """Whether the node's container runs: the network of one that has ended is gone."""
        try:
            with complaining(f"tell the state of {self._node}"):
                return bool(self._site.client.api.inspect_container(self._container)["State"]["Running"])
        except EnvironmentUnfitError as error:
            if isinstance(error.__cause__, NotFound):
                return False
            raise

    def end(self) -> None:
        """Removes the helper, if there is one; the next `run` makes another."""
        with self._lock, complaining(f"remove the {self._purpose} helper of {self._node}"):
            if self._id is not None:
                remove_container(self._site.client, self._id)
            self._id = None

    def _made(self) -> str:
        with self._lock:
            if self._id is None:
                made = self._site.client.containers.create(
                    self._site.helper_image(),
                    name=f"{self._site.name}-{self._node}-{self._purpose}",
                    labels=self._site.labels(),
                    **self._options,
                )
                # Noted before it runs: if it can't, it is there all the same, and has to go.
                self._id = str(made.id)
                try:
                    made.start()
                except BaseException:
                    remove_container(self._site.client, self._id)
                    self._id = None
                    raise
            return self._id
