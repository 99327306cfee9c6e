"""A logging service that takes four seconds to end after SIGTERM."""

import time

from services import app, hazelcast_client, logging


class Slow(hazelcast_client.Cluster):
    """A part that is slow to stop."""

    def __init__(self, *given: object) -> None:
        super().__init__(*given)  # type: ignore[arg-type]
        self.stop = lambda within_s: time.sleep(4.0)


if __name__ == "__main__":
    app.LIMIT_S = 10.0
    logging.Cluster = Slow  # type: ignore[assignment,attr-defined]
    logging.main()
