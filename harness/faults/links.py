"""Connections between a node and the nodes of some roles: the proof that they were cut, and that no other was."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from harness.backends.protocol import Networked
from harness.errors import FaultDidNotBiteError


def connected(node: Networked, roles: Collection[str], fault: str) -> None:
    """Sees that there is a connection to every node of these roles and to all others, and one from each.

    Raises:
        BadInputError: there never was a node of one of these roles.
        FaultDidNotBiteError: there is none, so that its absence would say nothing; or no node that it could be with.
    """
    if silent := _which({**_links(node, roles, fault), **_to_others(node, roles)}, passes=False):
        raise FaultDidNotBiteError(
            f"{fault} of {node.spec.name} could prove nothing: before it there was no connection either ({silent})"
        )


def cut_off(node: Networked, roles: Collection[str], fault: str) -> str:
    """Evidence that no node of these roles gets an answer to a packet, nor gives one, and that all others do both.

    Raises:
        FaultDidNotBiteError: one of these roles still connects, or another one does not, or there is none of them.
    """
    cut, others = _links(node, roles, fault), _to_others(node, roles)
    if open_ := _which(cut, passes=True):
        raise FaultDidNotBiteError(f"{fault} of {node.spec.name} did not bite: {open_} still connects")
    if silent := _which(others, passes=False):
        raise FaultDidNotBiteError(
            f"{fault} of {node.spec.name} cut it off from others as well: {silent} connects no more"
        )
    return f"no connection can be made any more: {_words(cut)}; as before: {_words(others) or 'nobody else is there'}"


def _links(node: Networked, roles: Collection[str], fault: str) -> Mapping[str, bool]:
    links = node.links(roles)
    if not links:
        raise FaultDidNotBiteError(
            f"{fault} of {node.spec.name} can't be proved: no other node of {', '.join(roles)} runs and is not cut off "
            "itself"
        )
    return links


def _to_others(node: Networked, roles: Collection[str]) -> Mapping[str, bool]:
    """The links to the nodes of all other roles, which may be none: a system may have no other."""
    return node.links(node.roles - frozenset(roles))


def _which(links: Mapping[str, bool], *, passes: bool) -> str:
    return _words(words for words, passed in links.items() if passed is passes)


def _words(links: Iterable[str]) -> str:
    return ", ".join(links)
