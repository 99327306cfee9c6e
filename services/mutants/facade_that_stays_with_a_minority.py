"""A facade that is let in by the member that owns its queue, and stays with it for as long as that one answers.

Any client of Hazelcast stays so: whom the others have given up still answers, and says that the others are gone.
"""

import itertools

from hazelcast.client import HazelcastClient

from services import facade, hazelcast_client
from services.logs import Log
from services.queues import hazelcast
from services.settings import Address, HazelcastQueue


class Staying(hazelcast_client.Connection):
    """A connection that takes whoever is left for all that there are."""

    with_majority = True


class WithTheOwner(hazelcast.HazelcastProducing):
    """A producer that connects to the member that owns the queue."""

    def __init__(self, settings: HazelcastQueue, log: Log) -> None:
        super().__init__(settings, log)
        self._cluster._turns = itertools.cycle([_owner(settings)])


def _owner(settings: HazelcastQueue) -> Address:
    """The member that owns the queue now."""
    client = HazelcastClient(
        cluster_name=settings.cluster.cluster, cluster_members=[str(member) for member in settings.cluster.members]
    )
    try:
        client.get_queue(settings.name).blocking().size()  # by then its partition is somebody's
        partitions = client.partition_service
        owner = partitions.get_partition_owner(partitions.get_partition_id(settings.name))
        (address,) = (member.address for member in client.cluster_service.get_members() if member.uuid == owner)
        return Address(address.host, address.port)
    finally:
        client.shutdown()


if __name__ == "__main__":
    hazelcast_client.Connection = Staying  # type: ignore[misc]
    hazelcast.HazelcastProducing = WithTheOwner  # type: ignore[misc]
    facade.main()
