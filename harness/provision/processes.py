"""Prepares everything that local processes need, and says how a node of each kind is started."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait

from harness.progress import Say
from harness.provision import prebuilt, preparing
from harness.provision.cache import exclusively
from harness.provision.kinds import sorter
from harness.topology.kinds import NodeKind, Program

#: How often it looks whether what it has ended has ended.
_LOOK_S = 0.2


def prepare_processes(kinds: Iterable[NodeKind], say: Say) -> Mapping[NodeKind, Program]:
    """How to start nodes of these kinds; makes what they lack, and only checks what is there.

    Raises:
        EnvironmentUnfitError: something can't be had, with what to do.
    """
    begun: list[Future[Program]] = []

    def begin(kind: NodeKind) -> Future[Program]:
        begun.append(pool.submit(kind.prepare, say))
        return begun[-1]

    with exclusively("java", say), ThreadPoolExecutor() as pool:
        prebuilt.sweep()
        try:
            return _each(kinds, begin)
        except (KeyboardInterrupt, SystemExit):
            # Who ends a run does not wait for a server's training start: 20 s, a minute on a busy machine.
            pool.shutdown(wait=False, cancel_futures=True)
            while wait(begun, timeout=_LOOK_S).not_done:
                preparing.end_all()
            raise


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
