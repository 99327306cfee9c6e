"""Hazelcast members as node specs: a cluster that finds itself by a TCP/IP list and answers its health over HTTP."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from harness.servers.hazelcast.recipe import HAZELCAST, HAZELCAST_MAPSTORE
from harness.servers.hazelcast.timings import PROPERTIES, silence_s
from harness.servers.postgres import spec as postgres
from harness.topology.given import Given
from harness.topology.nodes import HttpReady, NodeSpec
from harness.topology.timings import Timings

#: Unless somebody says otherwise. Not Hazelcast's default: a client of ours that meets a stranger's member is refused
#: by it, and the other way round.
CLUSTER_NAME = "faulttolerance"
#: A port each for clients, other members and HTTP (docs/decisions/0009): on a shared one, a member that connects to one
#: that hangs keeps an I/O thread so busy that its other connections starve (hazelcast/hazelcast issue 26473).
#: Clients have Hazelcast's own: there somebody's look for members by themselves.
PORT, MEMBER_PORT, HTTP_PORT = 5701, 5702, 5703
#: Hazelcast's default, hazelcast.partition.count.
PARTITION_COUNT = 271
#: Maps and queues whose name begins with this have no backup; a name costs less than a cluster of other settings.
NO_BACKUP = "no-backup-"
#: How many items a queue holds whose name begins with `BOUNDED`.
BOUND = 10
BOUNDED = "bounded-"
#: How many any other queue holds.
UNBOUNDED = 2**31 - 1
#: By the backups that a map has, in words, what its name begins with.
BACKUPS: dict[str, str] = {
    "0": NO_BACKUP,
    "0 + 1 async": "one-async-",
    "1": "",
    "1 + 1 async": "one-and-one-async-",
    "2": "two-backups-",
}
#: By what becomes of the puts of a smaller side when a split is over, what the name of a map begins with: what the
#: merge policy makes of them, or that they were refused.
SPLITS: dict[str, str] = {"kept": "", "discarded": "discarding-", "refused": "majority-"}
#: What a map has whose entries stay until somebody removes them, which is Hazelcast's default.
LASTING = {"time-to-live-seconds": "0", "max-idle-seconds": "0", "eviction-policy": "NONE"}
#: By how many seconds after they were put the entries of a map are gone, what its name begins with; 0: never.
EXPIRING: dict[int, str] = {0: "", 1: "expiring-", 600: "expiring-late-"}
#: In this map there is never anything: whoever asks it hears whether all members take part.
PROBED = f"{SPLITS['refused']}asked"
#: Only a majority of the members serves structures of these names: what the services keep messages in is so.
PROTECTED = ("logging-*", "messages-*", f"{SPLITS['refused']}*")
_MAJORITY = {"split-brain-protection-ref": "majority"}
#: A member without a sign of life from a majority serves nobody from this part on of the time after which the others
#: give it up, and own what it owned.
_RECENTLY = 0.6
_STRUCTURES: dict[str, dict[str, dict[str, object]]] = {
    "map": {
        f"{BACKUPS['0']}*": {"backup-count": 0},
        f"{BACKUPS['0 + 1 async']}*": {"backup-count": 0, "async-backup-count": 1},
        f"{BACKUPS['1 + 1 async']}*": {"backup-count": 1, "async-backup-count": 1},
        f"{BACKUPS['2']}*": {"backup-count": 2},
        f"{SPLITS['discarded']}*": {"merge-policy": {"class-name": "DiscardMergePolicy"}},
        f"{SPLITS['refused']}{BACKUPS['2']}*": {"backup-count": 2},
        **{f"{begins}*": {"time-to-live-seconds": after_s} for after_s, begins in EXPIRING.items() if after_s},
    },
    "queue": {f"{NO_BACKUP}*": {"backup-count": 0}, f"{BOUNDED}*": {"max-size": BOUND}},
    "set": {},
}
#: How long an entry of a write-behind map waits before it is written to the external store, in seconds.
WRITE_DELAY_S = 15
#: By how a map writes to the external store, where the members have one, what its name begins with. The store is asked
#: for a table of the map's name when the map is first used.
STORES: dict[str, str] = {"none": "", "write-through": "stored-now-", "write-behind": "stored-later-"}
#: The system properties that decide what may be lost, as members have them here.
_DECIDING = {
    # Otherwise a write is acknowledged after the backup timed out, and may be lost though nothing permits it.
    "hazelcast.operation.fail.on.indeterminate.state": "true",
    # Otherwise the old owner of a partition answers reads while it moves, also once the new one has acknowledged a
    # write: a GET lacks a message that was acknowledged before it (docs/decisions/0011).
    "hazelcast.partition.migration.stale.read.disabled": "true",
}
_CONFIG = "hazelcast.yaml"


def deciding(settings: Mapping[str, str]) -> Mapping[str, str]:
    """The system properties that decide what may be lost, of members that have `settings` of their own."""
    return {name: settings.get(name, value) for name, value in _DECIDING.items()}


def cluster_of(spec: NodeSpec) -> str:
    """The name of the cluster that a member is in, as its configuration has it."""
    return str(json.loads(spec.files[_CONFIG])["hazelcast"]["cluster-name"])


def members(
    count: int, *, cluster: str, timings: Timings, zoned: bool, stored: bool, settings: Mapping[str, str], version: str
) -> tuple[NodeSpec, ...]:
    """The node specs of so many members; see `harness.servers.hazelcast.kind.hazelcast`."""
    kind = HAZELCAST_MAPSTORE if stored else HAZELCAST.release(version) if version else HAZELCAST
    names = [f"hazelcast-{index}" for index in range(1, count + 1)]
    groups = [names[: count // 2], names[count // 2 :]] if zoned else []
    protection = _protection(count, silence_s(timings, settings))
    return tuple(
        NodeSpec(
            name=name,
            role="hazelcast",
            index=index,
            kind=kind,
            ports={"member": MEMBER_PORT, "client": PORT, "http": HTTP_PORT},
            ready=HttpReady("http", "/hazelcast/health", {"nodeState": "ACTIVE"}),
            environment={
                "HAZELCAST_CONFIG": f"${{file:{_CONFIG}}}",
                "JAVA_OPTS": _java({**_properties(name, timings), **settings}),
            },
            # Looking for members that are not up yet costs seconds, so the first start knows one address only; a
            # restarted member needs the whole list, or the first one founds a cluster of its own.
            files={_CONFIG: _config(cluster, names[:1], groups, protection, stored=stored)},
            files_when_ready={_CONFIG: _config(cluster, names, groups, protection, stored=stored)},
            stop_timeout_s=20.0,
        )
        for index, name in enumerate(names, start=1)
    )


def found(given: Sequence[Given], cluster: str) -> tuple[NodeSpec, ...]:
    """Members that run already; of their configuration only the cluster's name is known. `known_as` is host:port."""
    return tuple(
        NodeSpec(
            name=f"hazelcast-{index}",
            role="hazelcast",
            index=index,
            kind=each,
            ports={
                "client": int(each.where.rpartition(":")[2]),
                "member": int(each.known_as.rpartition(":")[2]),
                "http": int(dict(each.endpoints)["http"].rpartition(":")[2]),
            },
            ready=HttpReady("http", "/hazelcast/health", {"nodeState": "ACTIVE"}),
            files={_CONFIG: json.dumps({"hazelcast": {"cluster-name": cluster}})},
            stop_timeout_s=60.0,
        )
        for index, each in enumerate(given, start=1)
    )


def _java(properties: Mapping[str, str]) -> str:
    return " ".join(f"-D{key}={value}" for key, value in properties.items())


def _properties(name: str, timings: Timings) -> dict[str, str]:
    return {
        "hazelcast.phone.home.enabled": "false",
        "hazelcast.local.localAddress": f"${{{name}}}",
        "hazelcast.socket.bind.any": "false",
        # The default terminates on SIGTERM without handing over its partitions: a stop would be a kill.
        "hazelcast.shutdownhook.policy": "GRACEFUL",
        "hazelcast.graceful.shutdown.max.wait": "15",
        **_DECIDING,
        # A cold member loads its SQL engine for the first map with a store: 20 s where three share two busy cores.
        "hazelcast.mapstore.init.timeout": "60000",
        **PROPERTIES[timings.name],
    }


#: How long a member looks for a master before it claims to be one, in seconds. A member that is let in just while it
#: claims to be one has no master from then on (docs/track-record.md). On a busy machine a join takes up to 2 s; by
#: default it is 5, which every start of a cluster would take.
_JOIN_S = 3


def _config(
    cluster: str, members: list[str], groups: list[list[str]], protection: Mapping[str, object], *, stored: bool
) -> str:
    """The member configuration as JSON, which is YAML as well."""
    network = {
        "enabled": True,
        "member-server-socket-endpoint-config": _endpoint(MEMBER_PORT),
        "client-server-socket-endpoint-config": _endpoint(PORT),
        "rest-server-socket-endpoint-config": {
            **_endpoint(HTTP_PORT),
            "endpoint-groups": {"HEALTH_CHECK": {"enabled": True}, "CLUSTER_READ": {"enabled": True}},
        },
        "join": {
            "auto-detection": {"enabled": False},
            "multicast": {"enabled": False},
            "tcp-ip": {
                "enabled": True,
                "connection-timeout-seconds": _JOIN_S,
                "member-list": [f"${{{member}}}:{MEMBER_PORT}" for member in members],
            },
        },
    }
    settings: dict[str, Any] = {"cluster-name": cluster, "advanced-network": network, **_STRUCTURES}
    if stored:
        settings |= _store()
    if groups:
        addresses = [[f"${{{member}}}" for member in group] for group in groups]
        settings["partition-group"] = {"enabled": True, "group-type": "CUSTOM", "member-group": addresses}
    if protection:
        settings |= {kind: _protected(settings[kind]) for kind in _STRUCTURES}
        settings["split-brain-protection"] = protection
    return json.dumps({"hazelcast": settings}, indent=1)


def _protected(structures: Mapping[str, Mapping[str, object]]) -> Mapping[str, Mapping[str, object]]:
    """The structures of a kind by the patterns of their names, those that a majority alone serves among them."""
    served = (*PROTECTED, *(name for name in structures if name.startswith(SPLITS["refused"])))
    return {**structures, **{name: {**structures.get(name, {}), **_MAJORITY} for name in served}}


def _protection(count: int, given_up_s: float) -> dict[str, object]:
    """Who is cut off from a majority, or was not scheduled, answers nothing (docs/decisions/0014); one alone is all.

    Args:
        count: how many members there are.
        given_up_s: after how many seconds without a sign of life they give one up.
    """
    if count == 1:
        return {}
    tolerance = {"heartbeat-tolerance-millis": int(1000 * _RECENTLY * given_up_s)}
    return {
        "majority": {
            "enabled": True,
            "minimum-cluster-size": count // 2 + 1,
            "protect-on": "READ_WRITE",
            "recently-active-split-brain-protection": tolerance,
        }
    }


def _endpoint(port: int) -> dict[str, object]:
    return {"port": {"port": port, "auto-increment": False}}


def _store() -> dict[str, object]:
    """The external store as Hazelcast ships it: a generic map store on a JDBC data connection; it needs Jet."""
    return {
        "jet": {"enabled": True},
        "data-connection": {
            postgres.NAME: {
                "type": "JDBC",
                "shared": True,
                "properties": {
                    "jdbcUrl": f"jdbc:postgresql://${{{postgres.NAME}}}:{postgres.PORT}/{postgres.DATABASE}"
                    "?connectTimeout=1&socketTimeout=4",
                    "user": postgres.DATABASE,
                    # Of the pool, in milliseconds. With the default of 30 s a put would outlive its caller's patience
                    # while the store is gone, and nobody would know whether it happened.
                    "connectionTimeout": "1000",
                },
            }
        },
        "map": {
            **_STRUCTURES["map"],
            f"{STORES['write-through']}*": {"map-store": _map_store(delay_s=0)},
            f"{STORES['write-behind']}*": {"map-store": _map_store(delay_s=WRITE_DELAY_S)},
        },
    }


def _map_store(*, delay_s: int) -> dict[str, object]:
    return {
        "enabled": True,
        "class-name": "com.hazelcast.mapstore.GenericMapStore",
        "write-delay-seconds": delay_s,
        "properties": {"data-connection-ref": postgres.NAME, "single-column-as-value": "true"},
    }
