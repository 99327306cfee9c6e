"""Prepares everything that local processes need, and says how a node of each kind is started."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from harness.progress import Say
from harness.provision import prebuilt
from harness.provision.cache import exclusively
from harness.provision.kinds import sorter
from harness.topology.kinds import NodeKind, Program


def prepare_processes(kinds: Iterable[NodeKind], say: Say) -> Mapping[NodeKind, Program]:
    """How to start nodes of these kinds; makes what they lack, and only checks what is there.

    Raises:
        EnvironmentUnfitError: something can't be had, with what to do.
    """
    with exclusively("java", say), ThreadPoolExecutor() as pool:
        prebuilt.sweep()
        return _each(kinds, lambda kind: pool.submit(kind.prepare, say))


def _each(kinds: Iterable[NodeKind], begin: Callable[[NodeKind], Future[Program]]) -> Mapping[NodeKind, Program]:
    """Prepares kinds at once, but each after those that it uses."""
    order = sorter(kinds)
    order.prepare()
    programs: dict[NodeKind, Program] = {}
    begun: dict[Future[Program], NodeKind] = {}
    while order.is_active():
        begun |= {begin(kind): kind for kind in order.get_ready()}
        done, _ = wait(begun, return_when=FIRST_COMPLETED)
        for future in done:
            kind = begun.pop(future)
            programs[kind] = future.result()
            order.done(kind)
    return programs
