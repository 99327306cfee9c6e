"""A messages service that takes nothing while config does not answer, as one that asks it before each step would."""

import os
import time
import urllib.request

from services import messages
from services.queues import Store, hazelcast

#: How long config may take to answer, and how soon it is asked again, in seconds.
_ANSWER_S, _AGAIN_S = 0.5, 0.1


class Asking(hazelcast.HazelcastSource):
    """A source that asks config first."""

    def step(self, store: Store) -> None:
        """Takes one message, if config says that it is there."""
        try:
            with urllib.request.urlopen(f"{os.environ['CONFIG_URL']}/instances", timeout=_ANSWER_S):
                pass
        except OSError:
            time.sleep(_AGAIN_S)
        else:
            super().step(store)


if __name__ == "__main__":
    hazelcast.HazelcastSource = Asking  # type: ignore[misc]
    messages.main()
