"""Connections between a node and others: the proof that some were cut, and that no other was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from harness.backends.impairment import NOBODY, Others
from harness.backends.protocol import Networked
from harness.errors import FaultDidNotBiteError


def peers_of(node: Networked) -> Others:
    """All other nodes of a node's role."""
    return Others(roles=frozenset({node.spec.role}))


def connected(node: Networked, cut: Others, fault: str) -> None:
    """Sees that there is a connection to everyone that is to be cut off and to all others, and one from each.

    Raises:
        BadInputError: there never was such a node.
        FaultDidNotBiteError: there is none, so that its absence would say nothing; or no node that it could be with.
    """
    links = {} if cut == NOBODY else _links(node, cut, fault)
    if silent := _which({**links, **_beside(node, cut)}, passes=False):
        raise FaultDidNotBiteError(
            f"{fault} of {node.spec.name} could prove nothing: before it there was no connection either ({silent})"
        )


def cut_off(node: Networked, cut: Others, fault: str) -> str:
    """Evidence that nobody who is cut off gets an answer to a packet, nor gives one, and that all others do both.

    Raises:
        FaultDidNotBiteError: one who is cut off still connects, or another one does not, or nobody is there to ask.
    """
    links = _links(node, cut, fault)
    if open_ := _which(links, passes=True):
        raise FaultDidNotBiteError(f"{fault} of {node.spec.name} did not bite: {open_} still connects")
    return f"no connection can be made any more: {_words(links)}; {as_before(node, cut, fault)}"


def as_before(node: Networked, cut: Others, fault: str) -> str:
    """Evidence that all others than those who are cut off still get an answer to a packet, and give one.

    Raises:
        FaultDidNotBiteError: one does not.
    """
    others = _beside(node, cut)
    if silent := _which(others, passes=False):
        raise FaultDidNotBiteError(
            f"{fault} of {node.spec.name} cut it off from others as well: {silent} connects no more"
        )
    return f"as before: {_words(others) or 'nobody else is there'}"


def _links(node: Networked, cut: Others, fault: str) -> Mapping[str, bool]:
    links = node.links(cut)
    if not links:
        raise FaultDidNotBiteError(
            f"{fault} of {node.spec.name} can't be proved: no other node {cut.words} runs and is not cut off itself"
        )
    return links


def _beside(node: Networked, cut: Others) -> Mapping[str, bool]:
    """The links to all others, which may be none: a system may have no other."""
    names = frozenset(name for name, role in node.others.items() if not cut.include(name, role))
    return node.links(Others(names=names))


def _which(links: Mapping[str, bool], *, passes: bool) -> str:
    return _words(words for words, passed in links.items() if passed is passes)


def _words(links: Iterable[str]) -> str:
    return ", ".join(links)
