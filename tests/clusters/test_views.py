"""What the views and targets say of real clusters is what these say themselves, before and after a fault."""

import ipaddress

import pytest

from harness import Kill, Nemesis, Pause, PeerPartition, Stop
from harness.messages import MessageSystem, messages
from harness.servers.hazelcast import (
    Hazelcast,
    lowest_ip,
    member_list_of,
    oldest_member,
    owner_of,
    partitions_safe,
    saying_who_owns,
)
from harness.servers.kafka import (
    Kafka,
    controller,
    coordinator,
    follower_in_sync,
    followers_holding,
    full_isr,
    leader_holding,
    new_coordinator,
    new_leader,
    out_of_sync,
)
from harness.targets import some

pytestmark = pytest.mark.process


# Beside brokers that it does not need: these run for the other tests anyway.
@pytest.mark.system(messages("hazelcast", consumers=False))
def test_hazelcast_members_owners_and_keys(system: MessageSystem, faults: Nemesis) -> None:
    view = system.clusters[Hazelcast]
    addresses = [ipaddress.ip_address(node.address) for node in view.members()]
    assert lowest_ip(system.clusters).nodes[0].address == str(min(addresses))
    # As text another one would be the lowest; the pool gives addresses that tell the two apart.
    assert min(map(str, addresses)) != str(min(addresses))
    assert oldest_member(system.clusters).nodes == view.members()[:1]

    posted = system.post(60)
    assert view.queue_size(system.queue) == 60
    assert sum(view.keys_per_member(system.namespace.map).values()) == len(posted.acknowledged) == 60
    assert all(view.keys_per_member(system.namespace.map).values())

    owner = owner_of(system.queue)(system.clusters).nodes[0]
    says = saying_who_owns(system.queue, lowest_ip)(system.clusters)
    assert ("it owns" in says.why) == (owner in says.nodes)
    # The oldest leaves by itself: the next one in age is master, and the queue's partition has a living owner.
    oldest, *others = view.members()
    stopped = faults.inject(Stop(), oldest_member).until(member_list_of(2)).until(partitions_safe())
    assert stopped.nodes == (oldest,)
    assert list(view.members()) == others
    assert oldest_member(system.clusters).nodes == (others[0],)
    assert view.queue_size(system.queue) == 60


@pytest.mark.system(messages(consumers=False))
def test_kafka_leaders_isr_and_controller(system: MessageSystem, faults: Nemesis) -> None:
    view = system.clusters[Kafka]
    posted = system.post(30)
    (leader,) = leader_holding(system.topic, posted.partitions)(system.clusters).nodes
    held = [posted.partitions.count(partition.id) for partition in view.partitions(system.topic)]
    fullest = {id_ for id_, count in enumerate(held) if count == max(held)}
    assert any(view.partitions(system.topic)[id_].leader == view.id_of(leader) for id_ in fullest)
    followers = followers_holding(system.topic, posted.partitions)(system.clusters).nodes
    assert sorted(node.spec.name for node in (leader, *followers)) == ["kafka-1", "kafka-2", "kafka-3"]
    (follower,) = follower_in_sync(system.topic, posted.partitions)(system.clusters).nodes
    assert follower in followers
    assert view.is_fully_replicated(system.topic)
    named = view.leaders(system.topic)
    assert list(named) == ["0", "1", "2"]
    assert leader.spec.name in {named[str(id_)] for id_ in fullest}

    paused = faults.inject(Pause(), controller).until(new_leader(system.topic)).until(out_of_sync(system.topic))
    assert controller(system.clusters).nodes != paused.nodes
    assert not view.is_fully_replicated(system.topic)
    paused.undo().until(full_isr(system.topic))
    assert view.live() == {1, 2, 3}


@pytest.mark.system(messages())
def test_some_are_chosen_by_seed_among_those_that_run(system: MessageSystem, faults: Nemesis) -> None:
    def chosen(seed: int) -> set[str]:
        return {node.spec.name for node in some("logging", 2, seed=seed)(system.clusters).nodes}

    assert chosen(1) == chosen(1)
    assert len({frozenset(chosen(seed)) for seed in range(10)}) > 1
    faults.inject(Kill(), some("logging", 1, seed=1))
    assert len({name for seed in range(10) for name in chosen(seed)}) == 2


@pytest.mark.needs(PeerPartition())
@pytest.mark.system(messages(consumers=False))
def test_replicas_are_in_sync_only_if_all_brokers_say_so(system: MessageSystem, faults: Nemesis) -> None:
    view = system.clusters[Kafka]
    posted = system.post(30)
    alone = faults.inject(PeerPartition(), leader_holding(system.topic, posted.partitions))
    alone.until(new_leader(system.topic))
    # The one that is cut off still says that it leads, and that all are in sync with it.
    assert not any(view.is_fully_replicated(system.topic) for _ in range(10))
    assert not view.agreed(system.topic)
    alone.undo().until(full_isr(system.topic))
    assert [partition.leader for partition in view.agreed(system.topic)] != []


# Last: a broker that was killed needs ten seconds before the next test has all three.
@pytest.mark.system(messages())
def test_a_group_gets_a_new_coordinator(system: MessageSystem, faults: Nemesis) -> None:
    group = system.namespace.group
    killed = faults.inject(Kill(), coordinator(group)).until(new_coordinator(group))
    assert coordinator(group)(system.clusters).nodes != killed.nodes
    assert sum(lag.behind for lag in system.clusters[Kafka].lag(group, system.topic)) == 0
