"""The data for the page of `harness watch`, which asks every second: the snapshot, and the events since last time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict

from harness.events import NEMESIS, Event
from harness.faults.offered import plain_faults, possible_faults
from harness.faults.protocol import Joint
from harness.inspect import snapshot
from harness.session.state import SessionState

#: In one answer; the rest comes with the next.
_MOST_EVENTS = 50_000


def watch(state: SessionState, session: str | None, taken: int) -> Mapping[str, object]:
    """Everything that the page shows, as data.

    Args:
        state: the session's, with the system that it shows.
        session: which one it was that the caller has seen `taken` events of; another one's events begin anew.
        taken: how many events the caller has.
    """
    system = state.system
    mine = f"{system.id}-{state.generation}"
    events = system.history.since(taken if session == mine else 0)[:_MOST_EVENTS]
    known = system.deployment.nodes
    # A button is a node's: what is done to nodes together has none.
    plain = plain_faults()
    return {
        "session": mine,
        "taken": (events[-1].index + 1) if events else taken,
        "events": list(_shown(events)),
        "backend": state.run.backend.name,
        "faults": [name for name in possible_faults(state.run.backend.abilities) if not isinstance(plain[name], Joint)],
        "targets": {name: words for name, (_, words) in system.targets.items()},
        "roles": list(system.roles),
        "actions": [action.label for action in system.actions],
        "requests": list(system.requests),
        "snapshot": asdict(snapshot.of(system)),
        "unstarted": [{"name": spec.name, "role": spec.role} for spec in system.specs if spec.name not in known],
    }


def _shown(events: Sequence[Event]) -> Iterator[Event]:
    """The faults as they are, the operations without what they carried."""
    for event in events:
        yield event if event.process == NEMESIS else event._replace(value=None, error=None)
