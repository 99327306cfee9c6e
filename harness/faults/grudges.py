"""Who drops whose packets, for the faults that cut links between nodes of one role; the word is that of Jepsen.

A link is cut at one of its ends, so that the other end, where nothing is dropped, can speak for it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from harness.backends.impairment import Impairment, Others
from harness.backends.protocol import Networked
from harness.errors import BadInputError
from harness.faults.links import as_before, connected, cut_off
from harness.faults.protocol import each

#: By the name of each node, the names of those whose packets it drops; a link is named once.
Grudge = Mapping[str, frozenset[str]]


def role_of(nodes: Sequence[Networked], fault: str) -> str:
    """The one role of all nodes.

    Raises:
        BadInputError: they have several.
    """
    roles = sorted({node.spec.role for node in nodes})
    if len(roles) > 1:
        raise BadInputError(f"{fault} is of nodes of one role, and these are of {', '.join(roles)}")
    return roles[0]


def control(nodes: Sequence[Networked], grudge: Grudge, fault: str) -> None:
    """Sees that each of the nodes is connected to all others, those that it will cut off among them.

    Raises:
        FaultDidNotBiteError: one is not.
    """
    each(nodes, lambda node: connected(node, _cut(node, grudge), fault))


def inject(nodes: Sequence[Networked], grudge: Grudge, fault: str) -> None:
    """Cuts the links of the grudge."""
    each([node for node in nodes if grudge[node.spec.name]], lambda node: _impair(node, grudge, fault))


def proof(nodes: Sequence[Networked], grudge: Grudge, fault: str) -> Mapping[str, str]:
    """Evidence that the links of the grudge are cut, and that nobody else is cut off from any of the nodes.

    Raises:
        FaultDidNotBiteError: there is none of one of them.
    """
    return each(nodes, lambda node: _evidence(node, grudge, fault))


def _cut(node: Networked, grudge: Grudge) -> Others:
    return Others(names=grudge[node.spec.name])


def _impair(node: Networked, grudge: Grudge, fault: str) -> None:
    node.impair(fault, Impairment(_cut(node, grudge)))


def _evidence(node: Networked, grudge: Grudge, fault: str) -> str:
    cut = _cut(node, grudge)
    return cut_off(node, cut, fault) if cut.names else as_before(node, cut, fault)
