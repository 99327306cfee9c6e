"""One node that the harness did not start."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import httpx
from docker.errors import NotFound

from harness.backends import engine
from harness.backends.given.journal import Journal
from harness.backends.given.order import Order
from harness.backends.gone import accepts, await_exit
from harness.backends.protocol import ExecContext, NodeState, Phase
from harness.backends.ready import probed
from harness.errors import (
    AwaitTimeoutError,
    BadInputError,
    EnvironmentUnfitError,
    LeftOutError,
    NodeStartError,
    NotEndedError,
)
from harness.topology.given import UNDOING, Given
from harness.topology.nodes import NodeSpec
from harness.waiting import until

_READY_TIMEOUT_S = 120.0
_GONE_TIMEOUT_S = 20.0
_POLL_S = 0.1
_READY = "ready"
_PHASES = {"running": Phase.RUNNING, "restarting": Phase.RUNNING, "paused": Phase.PAUSED}


class GivenNode:
    """A node as it was found; without an ability: subclasses add those that commands or a container give it."""

    def __init__(self, spec: NodeSpec, journal: Journal) -> None:
        assert isinstance(spec.kind, Given)
        self.spec = spec
        self._given = spec.kind
        self._journal = journal

    @property
    def address(self) -> str:
        """The node's address as the other nodes see it."""
        return self._given.address

    def endpoint(self, port: str) -> str:
        """The host:port at which a port of it is reached from here, as somebody has said, else that of the others."""
        return dict(self._given.endpoints).get(port, f"{self.address}:{self.spec.ports[port]}")

    def state(self) -> NodeState:
        """The state of its container as the engine tells it; else by its port, which nobody answers at if it is gone.

        A port stays open while a process is paused: that it is comes from the journal then, and a proof asks the node.
        """
        if self._given.container:
            return self._state_of_container()
        if not accepts(self.endpoint(self.spec.ready.port)):
            return NodeState(Phase.EXITED, None)
        paused = Order.to(self._given, self.spec.name, "resume") in self._journal.pending
        return NodeState(Phase.PAUSED if paused else Phase.RUNNING, None)

    def _state_of_container(self) -> NodeState:
        inspected = self._inspected()
        if inspected is None:
            return NodeState(Phase.EXITED, None)
        seen = inspected["State"]
        phase = _PHASES.get(seen["Status"], Phase.EXITED)
        return NodeState(phase, None, seen["ExitCode"]) if phase is Phase.EXITED else NodeState(phase, seen["Pid"])

    def _inspected(self) -> Mapping[str, Any] | None:
        """What the engine says of its container; None if there is none of that name."""
        client = engine.connect()
        try:
            with engine.complaining(f"tell the state of {self._given.container}"):
                inspected: Mapping[str, Any] = client.api.inspect_container(self._given.container)
                return inspected
        except EnvironmentUnfitError as error:
            if isinstance(error.__cause__, NotFound):
                return None
            raise
        finally:
            client.close()

    def assert_its_container(self) -> None:
        """Checks that its container runs, if it is said to be one: it listens, so another one would be broken.

        Raises:
            BadInputError: it does not.
        """
        if self._given.container and self.state().phase is Phase.EXITED:
            raise BadInputError(
                f"{self.spec.name} listens at {self._given.where}, and no container {self._given.container} runs on "
                "the engine that is used here: correct `container`"
            )

    def write_file(self, name: str, text: str) -> None:
        """Refuses: its files are not the harness' own.

        Raises:
            EnvironmentUnfitError: always.
        """
        raise self._not_ours(f"its file {name} can't be written")

    def read_data(self, path: str) -> bytes | None:
        """Refuses: its data is not the harness' own.

        Raises:
            EnvironmentUnfitError: always.
        """
        raise self._not_ours(f"its {path} can't be read")

    def logs(self, *, since: float = 0.0) -> str:
        """The log of its container; of a node that is none nobody has said where its log is."""
        if not self._given.container:
            return ""
        client = engine.connect()
        try:
            with engine.complaining(f"read the log of {self._given.container}"):
                # The engine's SDK takes no 0 here.
                return bytes(client.api.logs(self._given.container, since=int(since) or None)).decode(errors="replace")
        finally:
            client.close()

    def exec_context(self) -> ExecContext:
        """The node's container, in which a command can run.

        Raises:
            BadInputError: it is none that anybody has told of.
        """
        if not self._given.container:
            raise BadInputError(f"nobody has said where {self.spec.name} runs, so no command can run beside it")
        return ExecContext(container=self._given.container)

    def await_ready(self, timeout_s: float | None = None) -> None:
        """Waits until it is ready by its spec, for as long as that gives it unless it is said.

        Raises:
            NodeStartError: it is not.
        """
        with httpx.Client(verify=False, trust_env=False, timeout=1.0) as client:
            try:
                until(
                    f"{self.spec.name} at {self._given.where} to {self.spec.ready.words}",
                    lambda: probed(client, self),
                    lambda seen: seen == _READY,
                    timeout_s=timeout_s or self.spec.ready_within_s or _READY_TIMEOUT_S,
                )
            except AwaitTimeoutError as error:
                raise NodeStartError(str(error)) from error

    def restore(self) -> None:
        """Undoes what this run has done to it and not undone yet."""
        for order in self._journal.pending:
            if order.node == self.spec.name:
                self._undo(order)

    def _do(self, deed: str) -> None:
        """Does it, once what undoes it is written down.

        Raises:
            LeftOutError: nobody has said how.
        """
        if deed not in self._given.deeds:
            raise LeftOutError(f"{self.spec.name} can't be made to {deed}: nobody has said how (`{deed}`, `container`)")
        self._journal.note(Order.to(self._given, self.spec.name, UNDOING[deed]))
        Order.to(self._given, self.spec.name, deed).do()

    def _undo(self, order: Order) -> None:
        order.do()
        if order.deed == "start":
            self.await_ready()
        self._journal.undone(order)

    def _not_ours(self, what: str) -> EnvironmentUnfitError:
        return EnvironmentUnfitError(f"{self.spec.name} was not started by the harness: {what}")


class _Ending(GivenNode):
    """One that can be ended and started again."""

    def kill(self) -> None:
        """Kills it as was said; returns when its port is silent."""
        self._end("kill")

    def stop(self) -> None:
        """Asks it to end as was said; returns when its port is silent."""
        self._end("stop")

    def start(self) -> None:
        """Starts it as was said; returns when it is ready."""
        starting = Order.to(self._given, self.spec.name, "start")
        if self.state().phase is Phase.EXITED:
            starting.do()
        self.await_ready()
        self._journal.undone(starting)

    def _end(self, deed: str) -> None:
        self._do(deed)
        try:
            await_exit(self, deed, timeout_s=max(_GONE_TIMEOUT_S, self.spec.stop_timeout_s), interval_s=_POLL_S)
        except NotEndedError as error:
            raise NotEndedError(f"{error}{self._why_not_ended()}") from error
        # One that was paused before has nothing to go on with.
        self._journal.undone(Order.to(self._given, self.spec.name, "resume"))

    def _why_not_ended(self) -> str:
        """What may keep a container from ending when it is asked to, as the end of a sentence."""
        inspected = self._inspected() if self._given.container else None
        if not inspected or inspected["HostConfig"].get("Init"):
            return ""
        return (
            "; its program is the first process of its container, and such a one ends at SIGTERM only if it handles "
            "that: handle it, or have the container made with an init (`init: true` in a compose file)"
        )


class _Freezing(GivenNode):
    """One that can be frozen."""

    def pause(self) -> None:
        """Pauses it as was said."""
        self._do("pause")

    def resume(self) -> None:
        """Lets it go on as was said."""
        self._undo(Order.to(self._given, self.spec.name, "resume"))


class _EndingAndFreezing(_Ending, _Freezing):
    """One that can be both."""


_CLASSES: Mapping[tuple[bool, bool], type[GivenNode]] = {
    (False, False): GivenNode,
    (True, False): _Ending,
    (False, True): _Freezing,
    (True, True): _EndingAndFreezing,
}


def given_node(spec: NodeSpec, journal: Journal) -> GivenNode:
    """The node that a spec of a given kind is about, with the abilities that commands or a container give it."""
    assert isinstance(spec.kind, Given)
    return _CLASSES[spec.kind.killable, spec.kind.pausable](spec, journal)
