"""What a logging instance acknowledges has its backup, and what it shows is all there was: against real members."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from hazelcast.errors import IndeterminateOperationStateError
from hazelcast.predicate import not_equal
from hazelcast.proxy.map import Map

from harness import Nemesis, Pause, System, node
from harness.servers.hazelcast import Hazelcast, hazelcast
from harness.servers.hazelcast.spec import CLUSTER_NAME
from harness.waiting import until
from services import settings
from services.hazelcast_client import Cluster
from services.logging import Logging, Message, PoorAnswerError
from services.logs import Log

pytestmark = pytest.mark.system(hazelcast(2))


@pytest.fixture
def logging(system: System) -> Iterator[Logging]:
    """A logging instance's own part, connected to hazelcast-1 first."""
    host, _, port = system.clusters.nodes["hazelcast-1"].endpoint("client").rpartition(":")
    log = Log("test")
    members = settings.Hazelcast(CLUSTER_NAME, (settings.Address(host, int(port)),))
    name = system.new_name("logging")
    cluster = Cluster(members, lambda client: client.get_map(name), log)
    cluster.start()
    until("the client to be connected", cluster.problem, lambda problem: problem is None, timeout_s=10)
    yield Logging(cluster, name, log)
    cluster.stop(1.0)


def owned_by(system: System, name: str) -> str:
    """An id that this member owns, so that the other one of the two has its backup."""
    view = system.clusters[Hazelcast]
    view.assign_partitions(timeout_s=10)
    ids = (f"id-{number}" for number in range(1000))
    return next(id_ for id_ in ids if view.owner_of(view.partition_of(id_)).spec.name == name)


def test_a_message_that_is_there_without_its_backup_is_not_acknowledged(
    system: System, faults: Nemesis, logging: Logging
) -> None:
    message = Message(owned_by(system, "hazelcast-1"), "text")
    hung = faults.inject(Pause(), node("hazelcast-2"))
    # A facade that had no answer in time asks the next instance while the first put still waits for the backup.
    with ThreadPoolExecutor(2) as pool:
        tries = [pool.submit(logging.add, message) for _ in range(2)]
    assert [type(a_try.exception()) for a_try in tries] == [IndeterminateOperationStateError] * 2
    hung.undo()
    system.clusters[Hazelcast].await_safe(timeout_s=30)
    assert logging.add(message) == ("text", False)


def test_an_id_that_is_there_keeps_its_text(system: System, logging: Logging) -> None:
    assert logging.add(Message("id-1", "text")) == ("text", True)
    assert logging.add(Message("id-1", "another")) == ("text", False)
    assert logging.add(Message("id-1", "text")) == ("text", False)
    assert logging.all() == [Message("id-1", "text")]


def test_an_answer_with_fewer_entries_than_there_were_is_none(
    logging: Logging, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A member that has just merged answers so; when it does can't be had on purpose."""
    for number in range(3):
        logging.add(Message(f"id-{number}", "text"))
    assert [message.id for message in logging.all()] == ["id-0", "id-1", "id-2"]
    whole = Map.entry_set
    monkeypatch.setattr(Map, "entry_set", lambda self: whole(self, not_equal("__key", "id-1")))
    with pytest.raises(PoorAnswerError, match="2 entries of a map that had 3 before"):
        logging.all()
