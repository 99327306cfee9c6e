"""The map workload: keys that are put into a Hazelcast map by a client of its own, and read back.

Guarantee under test: what may be lost follows from the number of copies and of members lost at once; see
`harness.servers.hazelcast.checkers.lost_partitions`. Operations recorded:

    add     a key; ok once a member acknowledged it, fail if it refused it, info if its client can't know
    read    ok: all keys; info if the member that was asked does not answer

each with the map's name, as a scenario may have several (`harness.checkers.elements`).
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence, Set
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import Any

from hazelcast.client import HazelcastClient

from harness.backends.protocol import Node
from harness.checkers.elements import read_of
from harness.errors import AwaitTimeoutError
from harness.guarantees import Settings
from harness.servers.hazelcast.clients import connect
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.losses import partition_losses
from harness.servers.hazelcast.view import HazelcastView
from harness.servers.hazelcast.workloads.maps import NewMap
from harness.servers.hazelcast.workloads.puts import Puts
from harness.system import System
from harness.waiting import until

_READ_TIMEOUT_S = 20.0
_TOLD_S = 5.0
_OWNING_TIMEOUT_S = 30.0
_EXPIRY_TIMEOUT_S = 20.0
_ON_DOUBT = "hazelcast.client.fail_on_indeterminate_operation_state"
#: A client that knows who owns what, sends each write to the owner itself and waits for the backups' word itself; where
#: it does not come in time, it takes the write for done.
_IN_DOUBT = {
    "smart_routing": True,
    "fail_on_indeterminate_operation_state": False,
    "operation_backup_timeout": 2.0,
}


def owned_by(view: HazelcastView, member: str, count: int) -> Sequence[str]:
    """The names of `count` keys whose partitions the member of that name owns.

    One that has just come back is waited for until it was given its share of the partitions.

    Raises:
        AwaitTimeoutError: it was not, for some seconds.
    """
    least = view.partition_count // (2 * len(view.running()))
    mine = until(
        f"{member} to own at least {least} partitions",
        lambda: _partitions_of(view, member),
        lambda owned: len(owned) >= least and view.is_safe(),
        timeout_s=_OWNING_TIMEOUT_S,
    )
    names = (f"key-{member}-{number}" for number in itertools.count(1))
    return list(itertools.islice((name for name in names if view.partition_of(name) in mine), count))


def _partitions_of(view: HazelcastView, member: str) -> Set[int]:
    # A client can keep the table of before a member came back for good; a new one is told what is.
    view.close()
    owners = view.owners_of(range(view.partition_count))
    return {partition for partition, owner in owners.items() if owner.spec.name == member}


class Keys:
    """A map and its keys, which listens to the members from the first put to the read."""

    def __init__(
        self, system: System, *, backups: str = "1", split: str = "kept", in_doubt: str = "", expires_s: int = 0
    ) -> None:
        """A new map.

        Args:
            system: where it is.
            backups: how many it has ("0", "0 + 1 async", "1", "1 + 1 async", "2").
            split: what becomes of what the smaller side of a split is given ("kept", "discarded", "refused"); if
                anything but the first, of a map with one backup.
            in_doubt: the member, if any, through which puts go by a client that takes for done what its backup did not
                confirm in time. It is there from the beginning: a new one would wait for members that hang.
            expires_s: after how many seconds its entries are gone (1, 600), 0 if never; of a map with one backup.
        """
        self._view = system.clusters[Hazelcast]
        new = NewMap(system, "keys", backups=backups, split=split, expires_s=expires_s)
        self._name = new.name
        self._history = system.history
        self._puts = Puts(self._name, self._history)
        self._listening = ExitStack()
        self._losses: Mapping[int, int] = {}
        self._partitions: Mapping[str, int] = {}
        system.at_end(self._listening.close)
        self._clients: dict[str, HazelcastClient] = {}
        if in_doubt:
            client = self._listening.enter_context(connect(self._named(in_doubt), **_IN_DOUBT))
            client.get_map(self._name)  # asks a member when it is done for the first time, which may be one that hangs
            self._clients[in_doubt] = client
        clients = {f"the client of {name}": partial(_told_by, client) for name, client in self._clients.items()}
        new.note_settings({_ON_DOUBT: "false"} if clients else {}, clients)

    def put(self, count: int, *, first: int = 0) -> None:
        """Puts `count` keys from key-<first> on and records who owns each, and how many each member owns."""
        keys = [f"key-{number}" for number in range(first, first + count)]
        self._puts.in_turn(self._view.nodes, keys)
        self._history.event("owners", {"keys": self._owners(keys)})
        self.note_shares()
        self._losses = self._listening.enter_context(partition_losses(self._view.running()))

    def owned_by(self, member: str, count: int) -> Sequence[str]:
        """The names of `count` keys that the member of that name owns; none of them is in the map. See `owned_by`."""
        return owned_by(self._view, member, count)

    def put_through(self, member: str, keys: Sequence[str], *, length: int = 0) -> Sequence[str]:
        """Puts these keys, all at once, through the member of that name alone; gives those that it acknowledged.

        Args:
            member: its name.
            keys: to put.
            length: how long each value is, in letters: sockets hold back a certain number of bytes, whatever they mean.
        """
        with ExitStack() as own:
            client = self._clients.get(member) or own.enter_context(connect(self._named(member)))
            return self._puts.at_once(client, keys, "v" * length)

    @contextmanager
    def traffic(self, *, put: str, read: str) -> Iterator[None]:
        """Puts keys through one member and reads all through another, in turn, for as long as the block lasts.

        It ends when the member that is read from does not answer.

        Args:
            put: the name of the first.
            read: that of the other.
        """
        with self._puts.beside_reads(put=self._named(put), read=self._named(read)):
            yield

    def _named(self, member: str) -> Sequence[Node]:
        return [node for node in self._view.nodes if node.spec.name == member]

    def await_expiry(self, keys: Sequence[str]) -> None:
        """Waits until none of these keys is there, by asking for each: who has one that has expired removes it then.

        Raises:
            AwaitTimeoutError: one is there, also many times later than it had to expire.
        """
        with connect(self._view.nodes) as hazelcast:
            entries: Any = hazelcast.get_map(self._name).blocking()
            until(
                f"no key to be left in {self._name}",
                lambda: sorted(entries.get_all(list(keys))),
                lambda found: not found,
                timeout_s=_EXPIRY_TIMEOUT_S,
            )

    def read(self) -> None:
        """Reads all keys, once a member answers; records how many each member owns now, and what the members lost."""
        operation = self._history.client().invoke("read", read_of(self._name))
        with connect(self._view.nodes) as hazelcast:
            keys = self._once_answered(hazelcast)
        operation.ok(read_of(self._name, keys))
        self._note_losses({partition for key, partition in self._partitions.items() if key not in keys})
        self.note_shares()

    def note_shares(self) -> None:
        """Records how many keys each running member owns, once the clients were told who owns what."""
        with connect(self._view.nodes) as hazelcast:
            size = len(self._once_answered(hazelcast))  # the map's own size counts what has expired as well
        shares = until(
            f"all {size} keys to have an owner that runs",
            lambda: self._view.keys_per_member(self._name),
            lambda shares: sum(shares.values()) == size,
            timeout_s=_READ_TIMEOUT_S,
        )
        self._history.event("keys-per-member", dict(shares))

    def _once_answered(self, hazelcast: HazelcastClient) -> Sequence[str]:
        """All keys, as soon as the members answer."""
        return until(
            f"the keys of {self._name}",
            lambda: _all(hazelcast.get_map(self._name).blocking()),
            lambda _: True,
            timeout_s=_READ_TIMEOUT_S,
        )

    def _note_losses(self, lost: Set[int]) -> None:
        """Records what the members said of lost partitions; their word may come a moment after the read."""
        with suppress(AwaitTimeoutError):  # if it never comes, that is for a checker to find
            until("the members' word on every lost partition", lambda: lost <= self._losses.keys(), timeout_s=_TOLD_S)
        self._history.event("partition-losses", {"backups": sorted(self._losses.items())})
        self._listening.close()

    def _owners(self, keys: Sequence[str]) -> dict[str, tuple[int, str]]:
        self._partitions = {key: self._view.partition_of(key) for key in keys}
        owners = self._view.owners_of(self._partitions.values())
        return {key: (p, owners[p].spec.name) for key, p in self._partitions.items()}


def _told_by(client: HazelcastClient) -> Settings:
    """What a client that puts has that decides what may be lost."""
    return {_ON_DOUBT: str(client._config.fail_on_indeterminate_operation_state).lower()}


def _all(entries: Any) -> list[str]:
    return sorted(entries.key_set())
