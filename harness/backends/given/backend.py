"""The backend of nodes that run already; those of other kinds, if a system has some, run on the backend beside it."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import cast

from harness.backends.given.journal import Journal
from harness.backends.given.node import GivenNode, given_node
from harness.backends.protocol import Ability, Backend, Deployment, Killable, Node, Pausable
from harness.backends.session import Session
from harness.errors import BadInputError, HarnessError, NodeStartError
from harness.progress import Say
from harness.topology.given import Given, given_kinds
from harness.topology.kinds import NodeKind
from harness.topology.nodes import NodeSpec, Topology

#: How long a node that runs already may take to be ready, in seconds.
_FOUND_S = 10.0


class GivenBackend:
    """The backend that finds nodes; it starts none but on the backend beside it.

    Attributes:
        name: that of the backend beside it, if there is one.
        abilities: what at least one of its nodes can suffer; whether a node can, it says itself.
    """

    def __init__(self, session: Session, kinds: Iterable[NodeKind], beside: Backend | None, *, agreed: bool) -> None:
        """A backend for these given nodes, and for all others on the one beside it.

        Args:
            session: of the run.
            kinds: of its nodes.
            beside: the backend of those that are not given, if there are some.
            agreed: whether somebody has said that given nodes may be broken; without that they have no ability.
        """
        given = given_kinds(kinds) if agreed else ()
        own: set[Ability] = {Killable} if any(each.killable for each in given) else set()
        own |= {Pausable} if any(each.pausable for each in given) else set()
        self.name = beside.name if beside else "given"
        self.abilities: frozenset[Ability] = frozenset(own) | (beside.abilities if beside else frozenset())
        self._beside = beside
        self._agreed = agreed
        self._journal = Journal(session)

    def prepare(self, kinds: Iterable[NodeKind], say: Say) -> None:
        """Has the backend beside it prepare the others."""
        others = [kind for kind in kinds if not isinstance(kind, Given)]
        if self._beside and others:
            self._beside.prepare(others, say)

    def deploy(self, topology: Topology, say: Say) -> GivenDeployment:
        """Finds the nodes, and has the backend beside it start the others."""
        others = tuple(spec for spec in topology if not isinstance(spec.kind, Given))
        if others and not self._beside:
            raise BadInputError(f"{others[0].name} runs nowhere yet, and only nodes that run already were given")
        beside = self._beside.deploy(Topology(topology.name, others), say) if self._beside else None
        deployment = GivenDeployment(topology, self._journal, beside, agreed=self._agreed)
        try:
            deployment.find([spec for spec in topology if isinstance(spec.kind, Given)])
        except BaseException:
            deployment.close()
            raise
        return deployment


class GivenDeployment:
    """A topology of which some nodes run already; these are left as they were found."""

    def __init__(self, topology: Topology, journal: Journal, beside: Deployment | None, *, agreed: bool) -> None:
        self.topology = topology
        self._journal = journal
        self._beside = beside
        self._agreed = agreed
        self._found: dict[str, GivenNode] = {}

    @property
    def nodes(self) -> Mapping[str, Node]:
        """All nodes by name; whoever keeps the mapping sees those that come later."""
        others = cast("dict[str, Node]", self._beside.nodes if self._beside else {})
        return ChainMap(cast("dict[str, Node]", self._found), others)

    def find(self, specs: Sequence[NodeSpec]) -> None:
        """Takes in nodes that run already.

        Raises:
            NodeStartError: one is not ready.
            BadInputError: a container, which may be broken, is not there.
        """
        make = given_node if self._agreed else GivenNode
        found = [make(spec, self._journal) for spec in specs]
        if not found:
            return
        with ThreadPoolExecutor(len(found)) as pool:
            for awaited in [pool.submit(node.await_ready, _FOUND_S) for node in found]:
                awaited.result()
            if self._agreed:
                list(pool.map(GivenNode.assert_its_container, found))
        self._found.update({node.spec.name: node for node in found})

    def put(self, specs: Sequence[NodeSpec]) -> None:
        """Finds those that run already, and has the others started beside them."""
        self.find([spec for spec in specs if isinstance(spec.kind, Given)])
        others = [spec for spec in specs if not isinstance(spec.kind, Given)]
        if others:
            if not self._beside:
                raise BadInputError(f"{others[0].name} runs nowhere yet, and only nodes that run already were given")
            self._beside.put(others)

    def remove(self, names: Collection[str]) -> None:
        """Puts those that run already back as they were, and forgets them; ends the others."""
        for name in names:
            if node := self._found.pop(name, None):
                node.restore()
        if self._beside:
            self._beside.remove([name for name in names if name in self._beside.nodes])

    def close(self) -> None:
        """Undoes all that was done to those that run already; removes the others.

        Raises:
            NodeStartError: one could not be put back; the journal still says how.
        """
        with ExitStack() as closing:
            if self._beside:
                closing.callback(self._beside.close)
            failures = [failure for node in self._found.values() if (failure := _restored(node))]
            self._found.clear()
            if failures:
                raise NodeStartError("\n".join(failures))

    def __enter__(self) -> GivenDeployment:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()


def _restored(node: GivenNode) -> str:
    """Why a node could not be put back as it was; empty if it is."""
    try:
        node.restore()
    except HarnessError as error:
        return f"{node.spec.name} was not started by the harness, and could not be put back as it was: {error}"
    return ""
