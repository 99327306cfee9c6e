"""What a member with an external store does in its training start: it loads an entry of a map from PostgreSQL.

The cache of a mere start would lack the SQL engine, which is most of what the first such map costs. Standard library
only.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jvm
import postgres_files

_MAP, _KEY = "trained", "key"
#: What `use` has to return.
VALUE = "value"
_TABLE = f"""\
CREATE TABLE {_MAP} (id varchar PRIMARY KEY, value varchar)
ALTER TABLE {_MAP} OWNER TO harness
INSERT INTO {_MAP} VALUES ('{_KEY}', '{VALUE}')
"""
_TIMEOUT_S = 60.0


@contextmanager
def store(folder: Path, port: int) -> Iterator[Mapping[str, object]]:
    """PostgreSQL for as long as the block lasts; gives what the member's configuration says of it."""
    # For the user that takes root's place.
    folder.chmod(0o711)
    postgres_files.copy(folder / "postgres")
    postgres_files.execute(folder / "postgres", "harness", _TABLE)
    prepared = str(jvm.place("HARNESS_POSTGRES", "/opt/harness/postgres"))
    server = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("launch_postgres.py"))],
        env={"HARNESS_POSTGRES": prepared, "HARNESS_DATA": str(folder), "POSTGRES_HOST": "127.0.0.1"}
        | {"POSTGRES_PORT": str(port), "PATH": os.environ.get("PATH", os.defpath)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = f"jdbc:postgresql://127.0.0.1:{port}/harness"
        connection = {"type": "JDBC", "shared": True, "properties": {"jdbcUrl": url, "user": "harness"}}
        properties = {"data-connection-ref": "postgres", "single-column-as-value": "true"}
        map_store = {"enabled": True, "class-name": "com.hazelcast.mapstore.GenericMapStore", "properties": properties}
        yield {
            "jet": {"enabled": True},
            "data-connection": {"postgres": connection},
            "map": {_MAP: {"map-store": map_store}},
        }
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(_TIMEOUT_S)


def use(port: int) -> str:
    """Reads the entry by HTTP, the protocol that needs no client; what the member says."""
    url = f"http://127.0.0.1:{port}/hazelcast/rest/maps/{_MAP}/{_KEY}"
    try:
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
            return str(answer.read().decode())
    except OSError as error:
        return str(error)
