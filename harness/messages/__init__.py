"""The messages suite: facade, logging and messages services, their nodes, their clients, and what they guarantee."""

from harness.messages.application import Messages, messages
from harness.messages.system import MessageSystem

__all__ = ["MessageSystem", "Messages", "messages"]
