"""A facade whose Hazelcast client sends an offer again that was not answered, and takes one in doubt for a success."""

from typing import Any

from hazelcast.client import HazelcastClient

from services import facade, hazelcast_client


def careless(**settings: Any) -> HazelcastClient:
    """A client as Hazelcast has it by default, but for `redo_operation`."""
    return HazelcastClient(**{**settings, "redo_operation": True, "fail_on_indeterminate_operation_state": False})


if __name__ == "__main__":
    hazelcast_client.HazelcastClient = careless  # type: ignore[assignment,attr-defined]
    facade.main()
