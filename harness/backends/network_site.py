"""What has to be known of a deployment to impair its nodes' networks: each is one in which commands can be run."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from harness.backends.impairing import Network


class NetworkHelper(Protocol):
    """Runs commands in the network of one node, and may filter packets there as the node's own process may not."""

    @property
    def python(self) -> str:
        """The command that runs Python there."""

    def run(self, command: Sequence[str]) -> tuple[int, str]:
        """Runs a command in the node's network, and gives its exit status and its output.

        Raises:
            EnvironmentUnfitError: it can't be run, for one because there is no such network now.
        """

    def lines(self, command: Sequence[str]) -> Iterator[str]:
        """Runs a command in the node's network, and gives each line of its output once it has written that.

        Raises:
            EnvironmentUnfitError: it can't be run, for one because there is no such network now.
        """

    def exists(self) -> bool:
        """Whether there is such a network now: it may have gone with the node's process."""

    def end(self) -> None:
        """Ends whatever is left of what was run; the next `run` begins anew."""


class NetworkSite(Protocol):
    """The facts of a deployment that its nodes' networks share."""

    @property
    def addresses(self) -> Mapping[str, str]:
        """The address of each node that there ever was, by its name."""

    @property
    def roles(self) -> Mapping[str, str]:
        """The role of each node that there ever was, by its name."""

    @property
    def networks(self) -> Mapping[str, Network]:
        """The networks of the nodes that there are, by their names."""

    def running(self) -> Collection[str]:
        """The names of the nodes whose process runs and is not paused."""
