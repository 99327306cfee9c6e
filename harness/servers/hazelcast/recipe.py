"""How a Hazelcast member is provisioned, without and with what an external store needs."""

from __future__ import annotations

from pathlib import Path

from harness.provision.maven import MavenServer, Preparation
from harness.servers.postgres.recipe import POSTGRES

_FOLDER = Path(__file__).parent
_LAUNCHER = "launch_hazelcast.py"

HAZELCAST = MavenServer(
    "hazelcast",
    _FOLDER,
    _LAUNCHER,
    (Preparation.of_javas_cache("prepare_hazelcast.py"),),
    client="hazelcast-python-client",
)

#: A kind of its own, as its class path is three times as long and its training needs PostgreSQL.
HAZELCAST_MAPSTORE = MavenServer(
    "hazelcast-mapstore",
    _FOLDER,
    _LAUNCHER,
    (Preparation.of_javas_cache("prepare_mapstore.py"),),
    jars="jars-mapstore",
    uses=(POSTGRES,),
)
