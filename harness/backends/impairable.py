"""The part of a node that is about its network: how it is impaired, and what comes between it and its clients.

For both backends: what can be done to the network is the same, wherever the commands that do it are run.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping

from harness.backends.impairing import Network
from harness.backends.impairment import CUT_OFF, Direction, Impairment, Others
from harness.backends.interposing import Interposing
from harness.backends.passing import Passed, Passing
from harness.backends.protocol import NodeState, Phase


class ImpairableNode(ABC):
    """A node in whose network commands can be run: implements `Networked` and `Interposable`."""

    #: None as long as the node has no network of its own.
    _network: Network | None = None
    _between: Interposing | None = None
    #: Whether it was started while it was impaired, and has not been seen to be ready since.
    _started_impaired = False

    @abstractmethod
    def state(self) -> NodeState:
        """The node's state."""

    @abstractmethod
    def _impairable(self) -> Network:
        """The node's network; an error says why there is none."""

    @abstractmethod
    def _interposing(self) -> Interposing:
        """What comes between in the node's network; an error says why there is none."""

    @abstractmethod
    def _wait_ready(self) -> None:
        """Waits until the node is ready by its spec."""

    def impair(self, fault: str, impairment: Impairment = CUT_OFF) -> None:
        """Filters packets from and to the other nodes' addresses, in the node's network namespace."""
        self._impairable().impair(fault, impairment)

    def rejoin(self, fault: str | None = None) -> None:
        """Removes the filters; some have gone with the namespace of a node that was stopped meanwhile."""
        if not self.impaired:
            return
        self._impairable().mend(fault)
        if self._started_impaired and not self.impaired and self.state().phase is Phase.RUNNING:
            self._await_start()

    @property
    def others(self) -> Mapping[str, str]:
        """The roles of all other nodes that the deployment has ever had, by their names."""
        return self._impairable().others

    @property
    def impaired(self) -> bool:
        """Whether a fault is in force that impairs the node's network, or will once it runs again."""
        return self._network is not None and bool(self._network.faults)

    def links(self, others: Others | None = None) -> Mapping[str, bool]:
        """Tries a connection to each of its peers, and one from each."""
        return self._impairable().links(others)

    def arriving(self, count: int, direction: Direction, others: Others | None = None) -> Mapping[str, int]:
        """Sends datagrams to each of its peers, or has each send them, and counts those that arrive."""
        return self._impairable().arriving(count, direction, others)

    def interpose(self, fault: str, passing: Passing) -> None:
        """Has it befall what passes, in the node's network namespace."""
        self._interposing().interpose(fault, passing)

    def withdraw(self, fault: str | None = None) -> None:
        """Removes what does it, as far as it has not gone with the namespace of a node that was stopped meanwhile."""
        if self.interposed:
            self._interposing().withdraw(fault)

    @property
    def interposed(self) -> bool:
        """Whether anything comes between the node and its clients, or will once it runs again."""
        return self._between is not None and bool(self._between.faults)

    def passed(self, fault: str) -> Passed:
        """What has become of what passed, as the proxy or the filters count it."""
        return self._interposing().passed(fault)

    def connections(self) -> frozenset[str]:
        """The connections in the node's network namespace, but for those of the node with itself."""
        return self._interposing().connections()

    def disconnect(self) -> frozenset[str]:
        """Has the kernel reset all of them."""
        return self._interposing().disconnect()

    def _await_unimpaired_start(self) -> None:
        """Waits until a node that was just started is ready; one that is impaired may need the others for that."""
        self._started_impaired = self.impaired
        if not self.impaired:
            self._await_start()

    def _await_start(self) -> None:
        self._wait_ready()
        self._started_impaired = False
