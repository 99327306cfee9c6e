"""A messages service whose claims say nobody's name: one that was made and not answered is taken for another's.

Answers that are lost between a claim and its answer are rare, so it loses one of ten itself, as a connection would.
"""

from typing import Any
from uuid import uuid4

from services import messages
from services.hazelcast_client import UnknownOutcomeError
from services.queues import hazelcast

_ONE_OF = 10


class Anonymous(hazelcast.HazelcastSource):
    """A source that does not know its own claims."""

    _asked = 0

    def _is_mine(self, client: Any, entry: str) -> bool:
        self._me = uuid4().hex
        mine = super()._is_mine(client, entry)
        self._asked += 1
        if self._asked % _ONE_OF == 1:
            raise UnknownOutcomeError("the answer to a claim was lost")
        return mine


if __name__ == "__main__":
    hazelcast.HazelcastSource = Anonymous  # type: ignore[misc]
    messages.main()
