"""The messages suite: facade, logging and messages services, their nodes, their clients, and what they guarantee."""

from harness.messages.application import Messages, messages
from harness.messages.assertions import assert_delivered_and_aggregated
from harness.messages.system import MessageSystem

__all__ = ["MessageSystem", "Messages", "assert_delivered_and_aggregated", "messages"]
