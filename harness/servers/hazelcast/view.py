"""The view of a Hazelcast cluster, asked of its members: member lists, safety, partition owners, keys per member.

Member lists and safety come over HTTP from each member that answers (`harness.servers.hazelcast.rest`); partition
owners come from a client, which every member keeps informed.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from types import TracebackType

from hazelcast.client import HazelcastClient
from hazelcast.errors import HazelcastError

from harness.backends.protocol import Node
from harness.clusters import DetectorQuestions, Duty, DutyQuestions, View, Waiting
from harness.errors import InconclusiveError, LeftOutError
from harness.servers.hazelcast import rest
from harness.servers.hazelcast.clients import client_of, connect
from harness.servers.hazelcast.effective import groups_of, member_config, names, properties_of, settings_of
from harness.servers.hazelcast.spec import PROBED
from harness.servers.hazelcast.timings import DETECTORS
from harness.topology.given import Given
from harness.waiting import until

_OWNER_TIMEOUT_S = 10.0


class HazelcastView(View):
    """Asks the members of one deployment. A context manager: it holds a client connection once it needed one."""

    def __init__(self, nodes: Sequence[Node], declared: Mapping[str, str]) -> None:
        super().__init__(nodes)
        #: The system properties that decide what may be lost, as the members were declared to have them.
        self.declared = declared
        #: What there was when they were first complete; None before that.
        self._before: frozenset[str] | None = None
        self._client: HazelcastClient | None = None
        self._lock = threading.Lock()

    def members_seen_by(self, node: Node) -> tuple[Node, ...]:
        """The member list that `node` holds, oldest first, as nodes."""
        return tuple(map(self._by_address, rest.listed(node)))

    def members(self) -> tuple[Node, ...]:
        """The member list that all running nodes agree on, oldest first.

        Raises:
            InconclusiveError: no node runs, or they disagree.
        """
        views = {node.spec.name: self.members_seen_by(node) for node in self.running()}
        distinct = {tuple(member.spec.name for member in view) for view in views.values()}
        if len(distinct) != 1:
            lists = "; ".join(f"{name} lists {', '.join(m.spec.name for m in view)}" for name, view in views.items())
            raise InconclusiveError(f"the Hazelcast members do not agree on who they are: {lists or 'none runs'}")
        return next(iter(views.values()))

    def partition_of(self, name: str) -> int:
        """The partition of a key, or of the structure (queue, lock, ...) of that name."""
        return int(self._connected().partition_service.get_partition_id(name))

    @property
    def partition_count(self) -> int:
        """The number of partitions that all keys and structures are spread over."""
        return int(self._connected().partition_service.get_partition_count())

    def owner_of(self, partition: int) -> Node:
        """The member that owns a partition now.

        Raises:
            AwaitTimeoutError: it has no owner among the members for some seconds.
        """
        return self.owners_of([partition])[partition]

    def owners_of(self, partitions: Iterable[int]) -> Mapping[int, Node]:
        """The members that own these partitions now.

        Raises:
            AwaitTimeoutError: one has no owner among the members for some seconds.
        """
        asked = sorted(set(partitions))
        return until(
            f"{f'partition {asked[0]}' if len(asked) == 1 else f'{len(asked)} partitions'} to be owned by a member",
            lambda: self._owners_as_told(asked),
            lambda owners: len(owners) == len(asked),
            timeout_s=_OWNER_TIMEOUT_S,
        )

    def owner_without(self, hurt: Sequence[Node], structure: str) -> Node | None:
        """The member that owns the partition of a structure, or of a key, by those that were not hurt; None if it is
        one of those that were, or nobody is left or answers.

        Asked with a client of its own: the view's may be connected to one of those that were.
        """
        left = [node for node in self.running() if node not in hurt]
        if not left:
            return None
        try:
            with connect(left) as client:
                partition = client.partition_service.get_partition_id(structure)
                owner = _owners(client, [partition]).get(partition)
        except (HazelcastError, OSError):
            return None
        return next((node for node in left if owner and node is self._by_address(owner)), None)

    def _owners_as_told(self, partitions: Sequence[int]) -> Mapping[int, Node]:
        """The owner of each of these partitions as the cluster tells a client; empty if one is missing."""
        owners = _owners(self._connected(), partitions)
        if len(owners) == len(partitions):
            return {partition: self._by_address(owner) for partition, owner in owners.items()}
        # A client can keep the table of before a member's death for good; a new one is told what is.
        self.close()
        return {}

    def assign_partitions(self, *, timeout_s: float) -> None:
        """Makes the cluster assign its partitions, which it puts off until the first use of any, and waits for it.

        Before that "safe" means nothing, as there is nothing to back up. A member serves what only a majority may once
        it has had a sign of life of the others.
        """
        until(
            "every Hazelcast member to take part in a majority",
            lambda: self._connected().get_map(PROBED).blocking().size(),
            lambda size: size == 0,
            timeout_s=timeout_s,
        )
        client = self._connected()
        partitions = range(client.partition_service.get_partition_count())
        until(
            "every Hazelcast partition to have an owner",
            lambda: sum(client.partition_service.get_partition_owner(partition) is None for partition in partitions),
            lambda without: without == 0,
            timeout_s=timeout_s,
        )

    def keys_per_member(self, map_name: str) -> Mapping[str, int]:
        """How many of a map's keys each running member owns, by the owner of each key's partition."""
        keys: list[str] = self._connected().get_map(map_name).blocking().key_set()
        partitions = Counter(self.partition_of(key) for key in keys)
        counts: Counter[str] = Counter()
        for partition, owner in self.owners_of(partitions).items():
            counts[owner.spec.name] += partitions[partition]
        return {node.spec.name: counts[node.spec.name] for node in self.running()}

    def queue_size(self, name: str) -> int:
        """How many items a queue holds."""
        return int(self._connected().get_queue(name).blocking().size())

    def wipe(self) -> None:
        """Destroys every map, queue and other structure that clients have made."""
        for structure in self._connected().get_distributed_objects():
            structure.destroy()

    def tidy(self, run: str) -> None:
        """Destroys the structures of one run, and the map that was asked for a majority."""
        before = self._before or frozenset()
        for structure in self._connected().get_distributed_objects():
            if structure.name not in before and (f"-{run}-" in structure.name or structure.name == PROBED):
                structure.destroy()

    def refuse_plain(self, kind: str, name: str) -> None:
        """Checks that members which run already know of a structure that is a special one by the beginning of its name.

        Args:
            kind: "queue" or "set".
            name: of the structure.

        Raises:
            LeftOutError: their configuration says nothing of such names.
        """
        if not any(isinstance(node.spec.kind, Given) for node in self.nodes):
            return
        with self._asked_for_settings() as client:
            known = names(member_config(client), kind, name)
        if not known:
            beginning = name.partition("-")[0]
            raise LeftOutError(
                f"the Hazelcast members, which the harness did not start, have nothing set for a {kind} whose name "
                f"begins with {beginning}-"
            )

    def settings_of(
        self,
        *,
        maps: Iterable[str] = (),
        queues: Iterable[str] = (),
        sets: Iterable[str] = (),
        claims: Iterable[str] = (),
    ) -> Mapping[str, str]:
        """The settings that decide what may be lost, of these structures and of all, as a member has them.

        Args:
            maps: the names of maps that keep what somebody put there.
            queues: the names of queues.
            sets: the names of sets.
            claims: the names of maps that say who has taken what; their settings are told as those of claims.

        Raises:
            InconclusiveError: no member says them.
        """
        with self._asked_for_settings() as client:
            config = member_config(client)
            settings = [properties_of(client, self.declared)]
        settings += [settings_of(config, "map", name) for name in maps]
        settings += [settings_of(config, "queue", name) for name in queues]
        settings += [settings_of(config, "set", name) for name in sets]
        settings += [settings_of(config, "map", name, told_as="claims") for name in claims]
        return {setting: value for each in settings for setting, value in each.items()}

    @property
    def detectors(self) -> DetectorQuestions:
        """The settings of the failure detectors that a member has as system properties.

        One that it was not given is at Hazelcast's default, which no member says.
        """
        return {"a Hazelcast member": self._detectors}

    def _detectors(self) -> Mapping[str, str]:
        with self._asked_for_settings() as client:
            said = properties_of(client, DETECTORS)
        return {name: value for name, value in said.items() if value}

    def partition_groups(self) -> Sequence[Sequence[str]]:
        """The names of the members of each partition group; none where every member is for itself.

        Raises:
            InconclusiveError: no member says them.
        """
        names = {node.address: node.spec.name for node in self.nodes}
        with self._asked_for_settings() as client:
            groups = groups_of(member_config(client))
        return [[names[address] for address in group] for group in groups]

    @contextmanager
    def _asked_for_settings(self) -> Iterator[HazelcastClient]:
        """The client, for as long as a member is asked for its configuration."""
        try:
            yield self._connected()
        except (HazelcastError, OSError) as error:
            raise InconclusiveError(f"no Hazelcast member says with which settings it works: {error!r}") from error

    def sizes(self) -> Mapping[str, int]:
        """The number of members that each running node lists."""
        return {node.spec.name: rest.size(node) for node in self.running()}

    def is_safe(self) -> bool:
        """Whether every running node says that all backups are in place and nothing migrates."""
        return rest.is_safe(self.running())

    def await_formed(self, *, timeout_s: float) -> None:
        """Waits until the members are one cluster, its partitions have owners, and every backup is in place."""
        self.await_members(len(self.nodes), timeout_s=timeout_s)
        if self._before is None:
            self._before = frozenset(each.name for each in self._connected().get_distributed_objects())
        self.assign_partitions(timeout_s=timeout_s)
        self.await_safe(timeout_s=timeout_s)

    @property
    def duties(self) -> DutyQuestions:
        """Who is a member, and which is the oldest."""
        return {"members": self._member_duties}

    def _member_duties(self) -> Sequence[tuple[str, Duty]]:
        members = self.members() if self.running() else ()
        oldest, member = Duty("oldest", "oldest member", "oldest"), Duty("member", "member")
        return [(node.spec.name, member if age else oldest) for age, node in enumerate(members)]

    def owners_duty(self, queue: str) -> Sequence[tuple[str, Duty]]:
        """Which member owns the partition of a queue, by name."""
        if not self.running():
            return []
        partition = self.partition_of(queue)
        duty = Duty("owner", f"owns the queue's partition {partition}", "owns the queue")
        return [(self.owner_of(partition).spec.name, duty)]

    def waiting(self, queue: str) -> Sequence[Waiting]:
        """How many items a queue holds."""
        size = self.queue_size(queue) if self.running() else 0
        return [Waiting(queue, size, f"{queue} holds {size} items")]

    def await_members(self, size: int, *, timeout_s: float) -> None:
        """Waits until every running node lists exactly `size` members."""
        until(
            f"every running Hazelcast node to list {size} members",
            self.sizes,
            lambda sizes: set(sizes.values()) == {size},
            timeout_s=timeout_s,
        )

    def await_safe(self, *, timeout_s: float) -> None:
        """Waits until all backups are in place."""
        until("the Hazelcast cluster to be safe (all backups in place)", self.is_safe, timeout_s=timeout_s)

    def _by_address(self, address: str) -> Node:
        host, _, port = address.rpartition(":")
        there = [node for node in self.nodes if node.address == host.strip("[]")]
        # Members that the harness did not start may share an address.
        for node in there:
            if len(there) == 1 or int(port) in node.spec.ports.values():
                return node
        raise InconclusiveError(f"Hazelcast names a member at {address} that is not of this deployment")

    def _connected(self) -> HazelcastClient:
        with self._lock:
            # One that found no member for too long has given up for good.
            if self._client is None or not self._client.lifecycle_service.is_running():
                self._client = client_of(self.running())
            return self._client

    def close(self) -> None:
        """Closes the client connection, if there is one; the next question opens another."""
        with self._lock:
            client, self._client = self._client, None
        if client is not None:
            client.shutdown()

    def __enter__(self) -> HazelcastView:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _owners(client: HazelcastClient, partitions: Iterable[int]) -> Mapping[int, str]:
    """The addresses of the members that own these partitions, as the cluster tells a client; of those that have one."""
    members = {each.uuid: f"{each.address.host}:{each.address.port}" for each in client.cluster_service.get_members()}
    owners = {partition: client.partition_service.get_partition_owner(partition) for partition in partitions}
    return {partition: members[owner] for partition, owner in owners.items() if owner in members}
