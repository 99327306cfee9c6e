"""A logging service that registers with config, and says that it is healthy, before it has a member of the cluster."""

from services import hazelcast_client, logging


class Optimistic(hazelcast_client.Cluster):
    """A cluster that has no problem."""

    def problem(self) -> str | None:
        """No problem that anybody is told of."""


if __name__ == "__main__":
    logging.Cluster = Optimistic  # type: ignore[attr-defined]
    logging.main()
