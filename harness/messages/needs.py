"""What a scenario may need of services beside faults: the marker `needs` names it, such as `needs(CONFIG)`.

Our own services have all of it. A scenario that names none of these runs on whatever somebody's own file describes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.declared import Need

CONFIG = Need("a config service that tells who is live, as ours does")
HEALTH = Need("services that say why they can't do their job now, as ours do")
LOGS = Need("services that log each step of their work, as ours do")
IDS = Need("posts that can be repeated under the client's own id ([post] headers with ${id})")
IN_MEMORY = Need(
    "messages instances that are known to keep what they take in memory alone ([settings] "
    '"messages.from_beginning" = "false")'
)
COMMITS = Need(
    'messages instances that commit what they have kept before they take more ([settings] "messages.commits" = "after '
    'storing")'
)
HARD_TEXTS = Need('texts of any kind that come back as they were sent ([promises] text = "any")')
PLACES = Need("acknowledgements that name the partition of the message ([post.answer] partition)")
GROUP = Need("a group of Kafka consumers whose name is known ([queue] group)")
TAKERS = Need("acknowledgements that name the logging instance ([post.answer] logged_by)")
MESSAGES = Need("messages instances that show what they have")
MESSAGES_READ = Need("messages instances that can be asked directly ([read.messages])")
LOGGING_READ = Need("logging instances that can be asked directly ([read.logging])")

#: What one of each is called: instances of services, by their roles, and servers, by the names of their kinds.
_NOUNS: Mapping[str, str] = {
    "logging": "logging instance",
    "messages": "messages instance",
    "hazelcast": "Hazelcast member",
    "kafka": "Kafka broker",
}


@dataclass(frozen=True)
class AtLeast(Need):
    """So many instances of a service, or servers of a kind, at the least.

    Attributes:
        count: how many.
        of: the role, or the name of the kind.
    """

    count: int
    of: str


def at_least(count: int, of: str) -> AtLeast:
    """The need of so many instances of a service, or servers of a kind.

    A scenario that names no number of instances needs one. Of the servers that it is about it needs as many as it is
    written for, unless it says by this that fewer will do; then it runs with as many as there are.

    Args:
        count: how many at the least.
        of: "logging" or "messages", "hazelcast" or "kafka".
    """
    return AtLeast(f"{count} {_NOUNS[of]}{'s' * (count != 1)}", count, of)
