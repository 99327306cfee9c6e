"""Hazelcast members that run already: who they are, asked of them, and which scenarios they fit."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import httpx

from harness.clusters import Servers
from harness.errors import BadInputError
from harness.given.offer import GivenCluster, Offer, assert_fit, assert_listening
from harness.given.parsing import endpoints
from harness.given.tables import DEV, RunningMembers, given
from harness.servers.hazelcast.kind import Hazelcast
from harness.servers.hazelcast.spec import deciding
from harness.servers.hazelcast.timings import detectors
from harness.topology.given import Given
from harness.topology.timings import VENDOR, Timings

_OPTION = "--hazelcast-members"
_MEMBER = "Hazelcast member"
_TIMEOUT_S = 5.0
_MEMBERS = "/hazelcast/rest/cluster"
_SILENCE = "hazelcast.max.no.heartbeat.seconds"


@dataclass(frozen=True)
class GivenHazelcast(GivenCluster):
    """Members that run already.

    Attributes:
        members: all of the cluster.
        cluster: its name.
        properties: of a member, by name.
    """

    members: tuple[Given, ...]
    cluster: str
    properties: Mapping[str, str]

    @property
    def servers(self) -> Hazelcast:
        """All members."""
        return Hazelcast(len(self.members), cluster=self.cluster, given=self.members)

    def fitting(self, wanted: Servers[Any], *, alone: bool = True) -> Hazelcast:
        """These members in place of those that a scenario is written for."""
        assert isinstance(wanted, Hazelcast)
        special = {
            "in two zones": wanted.zoned,
            "with a map store": wanted.stored,
            "with clocks of their own": wanted.clock,
            f"of release {wanted.version}": wanted.version,
        }
        own = dict(wanted.settings)
        assert_fit(
            _MEMBER,
            len(self.members),
            self.properties,
            needed=wanted.count,
            special=special,
            wanted={**(deciding(own) if alone else {}), **own},
        )
        return replace(wanted, cluster=self.cluster, given=self.members)


def _parse(text: str) -> RunningMembers:
    name, named, places = text.rpartition("@")
    if named and not name:
        raise BadInputError(f"{_OPTION}: {text!r} names no cluster before its @; leave that out for {DEV}")
    return RunningMembers(at=endpoints(_OPTION, places), cluster=name or DEV)


def _find(table: RunningMembers, folder: Path, timings: Timings) -> GivenHazelcast:
    """The cluster that these addresses belong to, as its members tell it."""
    at, http = table.at, table.http or table.at
    assert_listening(_MEMBER, (*at, *http))
    own, others = zip(*(_addresses(each) for each in http), strict=True)
    if len(set(own)) < len(own):
        raise BadInputError(f"{_OPTION}: {', '.join(at)}: two of these are one member; name each once")
    if strangers := sorted({address for seen in others for address in seen} - set(own)):
        raise BadInputError(
            f"the Hazelcast members that were given have others in their cluster, at {', '.join(strangers)}: name all"
        )
    properties = _properties(at, table.cluster)
    silence_s, most_s = float(properties[_SILENCE]), timings.detection_s
    if silence_s > most_s:
        raise BadInputError(
            f"the Hazelcast members that were given give up a silent one after {silence_s:g} s ({_SILENCE}), and "
            f"--timings {timings.name} waits {most_s:g} s for that: pass --timings vendor"
        )
    members = tuple(
        given(
            table,
            place,
            f"hazelcast-{place}",
            address=known_as.rpartition(":")[0].strip("[]"),
            endpoints={"client": client, "http": asked},
            folder=folder,
            known_as=known_as,
        )
        for place, (client, asked, known_as) in enumerate(zip(at, http, own, strict=True), start=1)
    )
    return GivenHazelcast(members, table.cluster, properties)


def _addresses(http: str) -> tuple[str, Sequence[str]]:
    """What the member that answers there calls its own address, and those of all members.

    Raises:
        BadInputError: it does not say that.
    """
    try:
        answer = httpx.get(f"http://{http}{_MEMBERS}", timeout=_TIMEOUT_S, verify=False, trust_env=False)
        members = answer.raise_for_status().json()["members"]
        (own,) = [str(member["address"]) for member in members if member["localMember"]]
    except (httpx.HTTPError, ValueError, KeyError, TypeError) as error:
        raise BadInputError(
            f"{http} does not answer GET {_MEMBERS} as a Hazelcast member does ({str(error).splitlines()[0]}): enable "
            "the REST API of its members, with the groups HEALTH_CHECK and CLUSTER_READ, or say in `http` where it is"
        ) from error
    return own, [str(member["address"]) for member in members]


def _properties(at: Sequence[str], cluster: str) -> Mapping[str, str]:
    """The properties that a member has, and Hazelcast's defaults of its failure detectors.

    Raises:
        BadInputError: no member lets a client in.
    """
    # Here: the client takes its time to import, and only who gives members needs it at this point. pytest does not yet
    # take care of warnings then.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from hazelcast.client import HazelcastClient
        from hazelcast.errors import HazelcastError

        from harness.servers.hazelcast.effective import configured_properties, member_config, system_properties

    logging.getLogger("hazelcast").setLevel(logging.CRITICAL)
    try:
        client = HazelcastClient(
            cluster_name=cluster,
            cluster_members=list(at),
            smart_routing=False,
            connection_timeout=_TIMEOUT_S,
            cluster_connect_timeout=_TIMEOUT_S,
        )
    except (HazelcastError, OSError) as error:
        raise BadInputError(
            f"no Hazelcast member at {', '.join(at)} lets a client of the cluster {cluster!r} in: say its name, as "
            f"cluster = NAME in the file, or {_OPTION} NAME@HOST:PORT"
        ) from error
    try:
        configured = configured_properties(member_config(client))
        return {**detectors(VENDOR), **configured, **system_properties(client)}
    except (HazelcastError, OSError) as error:
        raise BadInputError(f"no Hazelcast member at {', '.join(at)} says how it is configured: {error!r}") from error
    finally:
        client.shutdown()


GIVEN = Offer("hazelcast", _OPTION, RunningMembers, _parse, _find)
