"""Makes Java's ahead-of-time cache of a member with an external store: it loads an entry of a map from PostgreSQL.

    python prepare_mapstore.py train

The cache of a mere start would lack the SQL engine, which is most of what the first such map costs. Standard library
only; PostgreSQL's launchers have to be on the path.
"""

from __future__ import annotations

import json
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
import prepare
import prepare_hazelcast

_MAP, _KEY, _VALUE = "trained", "key", "value"
_TABLE = f"""\
CREATE TABLE {_MAP} (id varchar PRIMARY KEY, value varchar)
ALTER TABLE {_MAP} OWNER TO harness
INSERT INTO {_MAP} VALUES ('{_KEY}', '{_VALUE}')
"""
_TIMEOUT_S = 60.0


@contextmanager
def settings(folder: Path) -> Iterator[Mapping[str, str]]:
    """PostgreSQL for as long as the block lasts, and the environment of a member that is alone with it."""
    port, stores = prepare.free_ports(2)
    # For the user that takes root's place.
    folder.chmod(0o711)
    postgres_files.copy(folder / "postgres")
    postgres_files.execute(folder / "postgres", "harness", _TABLE)
    prepared = str(jvm.place("HARNESS_POSTGRES", "/opt/harness/postgres"))
    server = subprocess.Popen(
        [sys.executable, str(Path(postgres_files.__file__).with_name("launch_postgres.py"))],
        env={"HARNESS_POSTGRES": prepared, "HARNESS_DATA": str(folder), "POSTGRES_HOST": "127.0.0.1"}
        | {"POSTGRES_PORT": str(stores)}
        | {name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    try:
        url = f"jdbc:postgresql://127.0.0.1:{stores}/harness"
        connection = {"type": "JDBC", "shared": True, "properties": {"jdbcUrl": url, "user": "harness"}}
        properties = {"data-connection-ref": "postgres", "single-column-as-value": "true"}
        map_store = {"enabled": True, "class-name": "com.hazelcast.mapstore.GenericMapStore", "properties": properties}
        store = {
            "jet": {"enabled": True},
            "data-connection": {"postgres": connection},
            "map": {_MAP: {"map-store": map_store}},
        }
        yield prepare_hazelcast.member(folder, port, store)
    finally:
        server.send_signal(signal.SIGINT)
        server.wait(_TIMEOUT_S)


def load_an_entry(settings: Mapping[str, str]) -> None:
    """Reads the entry by HTTP, the protocol that needs no client.

    Raises:
        PreparationError: the member says something else.
    """
    config = json.loads(Path(settings["HAZELCAST_CONFIG"]).read_text())
    port = config["hazelcast"]["network"]["port"]["port"]
    try:
        url = f"http://127.0.0.1:{port}/hazelcast/rest/maps/{_MAP}/{_KEY}"
        with urllib.request.urlopen(url, timeout=_TIMEOUT_S) as answer:
            seen = str(answer.read().decode())
    except OSError as error:
        seen = str(error)
    if seen != _VALUE:
        raise prepare.PreparationError(f"the training start loaded {seen!r} from PostgreSQL, not {_VALUE!r}")


if __name__ == "__main__":
    training = prepare.Training(
        "hazelcast-mapstore", prepare_hazelcast.LAUNCHER, prepare_hazelcast.UP, settings, load_an_entry
    )
    prepare.main({"train": training.train})
