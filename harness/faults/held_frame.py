"""HeldFrame: one request to the node is held up on its way, while its client may turn to another connection.

Whatever the client does meanwhile, the request arrives afterwards, perhaps after later ones. Its clients are the nodes
of other roles, and the harness. What they have connected is reset when it begins and when it is undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.backends.passing import Held, Passed
from harness.backends.protocol import Interposable
from harness.errors import AwaitTimeoutError, FaultDidNotBiteError
from harness.faults.probes import answered_s
from harness.faults.protocol import each
from harness.taken import Taken
from harness.waiting import until

#: How long clients may take to send such a frame, in seconds.
_SENT_S = 15.0
_ANSWERED_S = 5.0
#: How long it may take, in seconds, to hand over a frame that is due.
_RELEASED_S = 5.0


@dataclass(frozen=True)
class HeldFrame:
    """A proxy holds one frame, and with it what comes after it on its connection; other connections go on.

    For protocols whose frames begin with the length of the rest, in four bytes, the highest first, such as Kafka's.
    Clients have to send such a frame soon: the proof waits for it.

    Attributes:
        seconds: how long.
        key: only frames are counted whose first two bytes after the length are this number; all if there is none.
        nth: which of them is held, from 1.
    """

    seconds: float
    key: int | None = None
    nth: int = 1

    name = "held-frame"
    done = "held up"
    needs = Interposable
    takes = frozenset({Taken.CLIENTS})

    def inject(self, nodes: Sequence[Interposable]) -> None:
        """Puts a proxy between each of the nodes and its clients."""
        held = Held(self.seconds, self.key, self.nth)
        each(nodes, lambda node: node.interpose(self.name, held))

    def undo(self, nodes: Sequence[Interposable]) -> None:
        """Waits until what is held was handed over, and takes the proxies away."""
        each(nodes, self._let_go)

    def proof(self, nodes: Sequence[Interposable]) -> Mapping[str, str]:
        """A frame is held, or was, and a connection that is made now goes on."""
        return each(nodes, self._holds)

    def _holds(self, node: Interposable) -> str:
        which = f"frame {self.nth}" + ("" if self.key is None else f" with the key {self.key}")
        try:
            until(f"{which} to {node.spec.name}", lambda: node.passed(self.name).held, timeout_s=_SENT_S)
        except AwaitTimeoutError as error:
            raise FaultDidNotBiteError(f"held-frame of {node.spec.name} did not bite: {error}") from error
        took_s = answered_s(node, _ANSWERED_S)
        if took_s is None:
            raise FaultDidNotBiteError(f"held-frame of {node.spec.name} did not bite alone: it answers nobody")
        return f"{which} is held for {self.seconds:g} s; on another connection an answer came after {took_s:.3f} s"

    def _let_go(self, node: Interposable) -> None:
        def released(passed: Passed) -> bool:
            return passed.released == passed.held

        until(
            f"what was held on its way to {node.spec.name} to be handed over",
            lambda: node.passed(self.name),
            released,
            timeout_s=self.seconds + _RELEASED_S,
        )
        node.withdraw(self.name)
