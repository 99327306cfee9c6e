"""Finds the cycles in a graph of dependencies that Adya's anomalies are: G0, G1c, G-single and G2-item.

With networkx, which is imported only where there are dependencies to look at: it takes its time, and most who import
the checkers judge no transactions.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, pairwise
from typing import TYPE_CHECKING, TypeAlias

from harness.checkers.dependencies import Dependency, Kind

if TYPE_CHECKING:
    import networkx as nx

    Graph: TypeAlias = nx.DiGraph[int]

#: Two transactions by the indices of their invocations: the first has to come before the second.
Edge: TypeAlias = tuple[int, int]
Why: TypeAlias = Mapping[Kind, Dependency]
#: So many cycles are compared for the shortest; any would do, but a person is to read it.
_COMPARED = 30


def anomalous_cycles(all_: Iterable[Dependency]) -> Iterator[tuple[str, Sequence[Dependency]]]:
    """The cycles by the names of their anomalies, one of each name for each set of transactions that form cycles."""
    import networkx as nx

    because: defaultdict[Edge, dict[Kind, Dependency]] = defaultdict(dict)
    for each in all_:
        because[each.before.invoke.index, each.after.invoke.index].setdefault(each.kind, each)
    everything = nx.DiGraph(because.keys())
    for together in nx.strongly_connected_components(everything):
        if len(together) > 1:
            yield from _named({edge: because[edge] for edge in everything.subgraph(together).edges})


def _named(because: Mapping[Edge, Why]) -> Iterator[tuple[str, Sequence[Dependency]]]:
    """The cycles among transactions that are all before each other. The strictest kind counts where there are two."""
    import networkx as nx

    written = [edge for edge, why in because.items() if "ww" in why]
    read = [edge for edge, why in because.items() if "wr" in why and "ww" not in why]
    missed = [edge for edge, why in because.items() if why.keys() == {"rw"}]
    flow = nx.DiGraph([*written, *read])
    nothing_else = True
    for name, through, graph in (("G0", written, nx.DiGraph(written)), ("G1c", read, flow), ("G-single", missed, flow)):
        if cycle := _shortest(graph, through):
            nothing_else = False
            yield name, _explained(cycle, because)
    if nothing_else:
        yield "G2-item", _explained(_shortest(nx.DiGraph(because.keys()), missed), because)


def _shortest(graph: Graph, through: Sequence[Edge]) -> Sequence[int]:
    """A short cycle of one of these edges and a path in the graph, with its first node again at its end."""
    return min(islice(_closed(graph, through), _COMPARED), key=len, default=())


def _closed(graph: Graph, through: Sequence[Edge]) -> Iterator[Sequence[int]]:
    import networkx as nx

    components = enumerate(nx.strongly_connected_components(graph))
    component = {node: number for number, nodes in components for node in nodes}
    for before, after in through:
        if graph.has_edge(before, after) and component[before] != component[after]:
            continue
        if before in component and after in component and nx.has_path(graph, after, before):
            yield [before, *nx.shortest_path(graph, after, before)]


def _explained(cycle: Sequence[int], because: Mapping[Edge, Why]) -> Sequence[Dependency]:
    """The dependencies along a cycle; of several between two transactions the strictest."""
    order: Sequence[Kind] = ("ww", "wr", "rw")
    return [because[edge][min(because[edge], key=order.index)] for edge in pairwise(cycle)]
