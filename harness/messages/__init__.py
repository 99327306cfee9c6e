"""The messages suite: facade, logging and messages services, their nodes, their clients, and what they guarantee."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.messages.application import Messages, messages
    from harness.messages.assertions import assert_delivered_and_aggregated
    from harness.messages.system import MessageSystem
else:
    _PLACES = {
        "Messages": "application",
        "messages": "application",
        "assert_delivered_and_aggregated": "assertions",
        "MessageSystem": "system",
    }

    def __getattr__(name: str) -> object:
        """Loads a name with its first use: the command line looks in here, too, and needs no client of a server."""
        if name not in _PLACES:
            raise AttributeError(f"module {__name__} has no attribute {name}")
        from importlib import import_module

        return getattr(import_module(f"{__name__}.{_PLACES[name]}"), name)


__all__ = ["MessageSystem", "Messages", "assert_delivered_and_aggregated", "messages"]
