"""Kafka brokers that run already: who they are, asked of them, and which scenarios they fit."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from harness.clusters import Servers
from harness.errors import BadInputError
from harness.given.offer import GivenCluster, Offer, assert_fit, assert_listening
from harness.given.parsing import address_of, endpoints
from harness.given.tables import Running, given
from harness.servers.kafka.kind import Kafka
from harness.servers.kafka.timings import session_ms
from harness.topology.given import Given
from harness.topology.timings import Timings

_OPTION = "--kafka-bootstrap"
_BROKER = "Kafka broker"
_ASK_MS = 5000
#: The topics that brokers make for themselves; what scenarios do to a broker has to leave them two copies.
_OWN_COPIES = ("offsets.topic.replication.factor", "transaction.state.log.replication.factor")
_LEAST_SESSION = "group.min.session.timeout.ms"


@dataclass(frozen=True)
class GivenKafka(GivenCluster):
    """Brokers that run already.

    Attributes:
        brokers: all of the cluster.
        settings: that all of them have alike, by name.
    """

    brokers: tuple[Given, ...]
    settings: Mapping[str, str]

    @property
    def servers(self) -> Kafka:
        """All brokers."""
        return Kafka(len(self.brokers), given=self.brokers)

    def fitting(self, wanted: Servers[Any], *, alone: bool = True) -> Kafka:
        """These brokers in place of those that a scenario is written for."""
        assert isinstance(wanted, Kafka)
        copies = str(min(3, len(self.brokers)))
        special = {
            "on disks of their own": wanted.disk_mb,
            "with clocks of their own": wanted.clock,
            "that can be upgraded": wanted.upgrades,
            f"of release {wanted.version}": wanted.version,
        }
        assert_fit(
            _BROKER,
            len(self.brokers),
            self.settings,
            needed=wanted.count,
            special=special,
            wanted={**(dict.fromkeys(_OWN_COPIES, copies) if alone else {}), **dict(wanted.settings)},
        )
        return replace(wanted, given=self.brokers)


def _parse(text: str) -> Running:
    return Running(at=endpoints(_OPTION, text))


def _find(table: Running, folder: Path, timings: Timings) -> GivenKafka:
    """The cluster that these addresses belong to, as its brokers tell it."""
    at = list(table.at)
    assert_listening(_BROKER, at)
    told, settings = _asked(at)
    where = {number: f"{host}:{port}" for number, (host, port) in told.items()}
    places = {_place(host, port): number for number, (host, port) in told.items()}
    said: dict[int, str] = {}
    for each in at:
        host, _, port = each.rpartition(":")
        number = places.get(_place(host, int(port)))
        if number is None:
            raise BadInputError(
                f"{each} is not where a broker of this cluster says that it is; they say {', '.join(where.values())}: "
                "give these"
            )
        said[number] = each
    rest = sorted(told.keys() - said.keys())
    if rest and (table.container or table.commands):
        unsaid = ", ".join(where[number] for number in rest)
        raise BadInputError(f"the cluster has brokers of which nothing is said: {unsaid}; name all of them in `at`")
    _assert_soon(settings, timings)
    brokers = tuple(
        given(
            table,
            place,
            f"kafka-{place}",
            address=address_of(told[number][0]),
            endpoints={"external": where[number]},
            folder=folder,
            known_as=str(number),
        )
        for place, number in enumerate([*said, *rest], start=1)
    )
    return GivenKafka(brokers, settings)


def _asked(at: Sequence[str]) -> tuple[Mapping[int, tuple[str, int]], Mapping[str, str]]:
    """Where each broker says that it is, by its `node.id`, and the settings that all have alike.

    Raises:
        BadInputError: nobody at these addresses says it.
    """
    # Here: the client takes its time to import, and only who gives brokers needs it at this point. pytest does not yet
    # take care of warnings then.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from kafka import KafkaAdminClient
        from kafka.admin import ConfigResource, ConfigResourceType
        from kafka.errors import KafkaError

    logging.getLogger("kafka").setLevel(logging.CRITICAL)
    try:
        admin = KafkaAdminClient(bootstrap_servers=list(at), request_timeout_ms=_ASK_MS, bootstrap_timeout_ms=_ASK_MS)
    except (KafkaError, OSError, ValueError) as error:
        raise BadInputError(f"no Kafka broker answers at {', '.join(at)}: {error}") from error
    try:
        brokers = admin.describe_cluster()["brokers"]
        told = {int(each["broker_id"]): (str(each["host"]), int(each["port"])) for each in brokers}
        every = [ConfigResource(ConfigResourceType.BROKER, str(number)) for number in told]
        answer = admin.describe_configs(every, config_filter="all")["broker"]
    except (KafkaError, OSError) as error:
        raise BadInputError(f"the Kafka brokers at {', '.join(at)} do not say what they are: {error!r}") from error
    finally:
        admin.close()
    settings = [{name: str(said["value"]) for name, said in of_one.items()} for of_one in answer.values()]
    return told, {
        name: value for name, value in settings[0].items() if all(each.get(name) == value for each in settings)
    }


def _assert_soon(settings: Mapping[str, str], timings: Timings) -> None:
    """Checks that the consumers of a workload may be given up as soon as the run expects it."""
    least, wanted = int(settings.get(_LEAST_SESSION, "0")), session_ms(timings)
    if least > wanted:
        raise BadInputError(
            f"the Kafka brokers that were given let no consumer be given up before {least} ms ({_LEAST_SESSION}), and "
            f"--timings {timings.name} means {wanted} ms: pass --timings vendor"
        )


def _place(host: str, port: int) -> tuple[str, int]:
    return address_of(host), port


GIVEN = Offer("kafka", _OPTION, Running, _parse, _find)
