"""What a scenario would do to nodes that the harness did not start: whether it can, and in words for who agrees."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from harness.backends.protocol import Ability, Killable, Pausable
from harness.declared import Declared
from harness.errors import BadInputError, LeftOutError
from harness.faults.protocol import Fault
from harness.topology.given import Given, hows
from harness.topology.nodes import NodeSpec
from harness.topology.timings import FAST

OPTION = "--yes-break-it"


def given_nodes(declared: Declared) -> Sequence[NodeSpec]:
    """The nodes of a system that run already."""
    return [spec for spec in _nodes(declared) if isinstance(spec.kind, Given)]


def refuse_unbreakable(declared: Declared, faults: Iterable[Fault], *, breaks: bool) -> None:
    """Checks that a scenario's faults can be done, as far as that is known before it runs.

    Args:
        declared: its system.
        faults: those that it is known to need.
        breaks: whether it breaks anything at all.

    Raises:
        LeftOutError: they can't: all nodes run already, and nobody has said how it is done to them.
    """
    nodes = given_nodes(declared)
    if not nodes or len(nodes) < len(_nodes(declared)):
        return
    names = ", ".join(spec.name for spec in nodes)
    able = frozenset(ability for spec in nodes for ability in _abilities(spec))
    for fault in faults:
        if fault.needs not in able:
            raise LeftOutError(f"it needs to {fault.name}, and nobody has said how that is done to {names}")
    if breaks and not able:
        raise LeftOutError(f"it breaks nodes, and nobody has said how {names} are killed or paused, and put back")


def refuse_unasked(broken: Iterable[Declared]) -> None:
    """Refuses to break nodes that the harness did not start, unless somebody has said that it may.

    Args:
        broken: the systems of the scenarios that break something.

    Raises:
        BadInputError: naming each such node, and what would be done to it.
    """
    nodes = {spec.name: spec for declared in broken for spec in given_nodes(declared) if _abilities(spec)}
    if not nodes:
        return
    lines = [f"  {name} at {_kind(spec).where}: {_done(_kind(spec))}" for name, spec in sorted(nodes.items())]
    raise BadInputError(
        "\n".join(
            [
                f"the harness did not start {'these nodes' if len(nodes) > 1 else 'this node'}, and would break "
                f"{'them' if len(nodes) > 1 else 'it'}, and put {'them' if len(nodes) > 1 else 'it'} back afterwards:",
                *lines,
                f"pass {OPTION} to have it do so",
            ]
        )
    )


def _done(given: Given) -> str:
    return "; ".join(f"{deed} by `{how}`" for deed, how in hows(given).items())


def _abilities(spec: NodeSpec) -> Collection[Ability]:
    kind = _kind(spec)
    return [ability for ability, has in ((Killable, kind.killable), (Pausable, kind.pausable)) if has]


def _kind(spec: NodeSpec) -> Given:
    assert isinstance(spec.kind, Given)
    return spec.kind


def _nodes(declared: Declared) -> Sequence[NodeSpec]:
    servers = [spec for each in declared.servers for spec in each.nodes(FAST)]
    return [*servers, *declared.cast("none", FAST).specs]
