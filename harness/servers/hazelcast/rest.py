"""What members answer by HTTP, each for itself: so there is a view on both sides of a split."""

from __future__ import annotations

from collections.abc import Sequence

import httpx

from harness.backends.protocol import Node

_TIMEOUT_S = 2.0


def listed(node: Node) -> Sequence[str]:
    """The addresses in the member list that a member holds, oldest first."""
    members = _get(node, "rest/cluster").raise_for_status().json()["members"]
    return [str(member["address"]) for member in members]


def size(node: Node) -> int:
    """How many members a member lists."""
    return int(_health(node, "cluster-size"))


def is_safe(nodes: Sequence[Node]) -> bool:
    """Whether each of these members, one at least, says that all backups are in place and nothing migrates.

    Asked in this order, and no further than the first no: to tell whether it is safe, a member compares every
    replica of every partition with its owner, all over the cluster, and that holds up the migrations waited for.
    """
    settled = bool(nodes) and not any(int(_health(node, "migration-queue-size")) for node in nodes)
    return settled and all(_get(node, "health/cluster-safe").status_code == httpx.codes.OK for node in nodes)


def _health(node: Node, what: str) -> str:
    """One value of a member's health; asking for all at once would include whether it is safe, which is dear."""
    return _get(node, f"health/{what}").raise_for_status().text


def _get(node: Node, path: str) -> httpx.Response:
    # Plain HTTP to a port of ours: loading certificates and looking for a proxy would cost more than the question.
    url = f"http://{node.endpoint('http')}/hazelcast/{path}"
    return httpx.get(url, timeout=_TIMEOUT_S, verify=False, trust_env=False)
