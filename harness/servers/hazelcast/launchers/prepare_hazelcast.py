"""Makes Java's ahead-of-time cache of a Hazelcast member. Standard library only.

python prepare_hazelcast.py train
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import prepare

LAUNCHER = Path(__file__).with_name("launch_hazelcast.py")
UP = " is STARTED"


def member(folder: Path, port: int, more: Mapping[str, object]) -> Mapping[str, str]:
    """The environment of a member that is alone, with more of a configuration than its network."""
    network = {
        "port": {"port": port, "auto-increment": False},
        "rest-api": {
            "enabled": True,
            "endpoint-groups": {"HEALTH_CHECK": {"enabled": True}, "DATA": {"enabled": True}},
        },
        "join": {
            "auto-detection": {"enabled": False},
            "multicast": {"enabled": False},
            "tcp-ip": {"enabled": True, "member-list": [f"127.0.0.1:{port}"]},
        },
    }
    config = folder / "hazelcast.yaml"
    config.write_text(json.dumps({"hazelcast": {"network": network, **more}}))
    alone = "-Dhazelcast.local.localAddress=127.0.0.1 -Dhazelcast.socket.bind.any=false"
    return {"HAZELCAST_CONFIG": str(config), "JAVA_OPTS": alone}


@contextmanager
def settings(folder: Path) -> Iterator[Mapping[str, str]]:
    """The settings of a member without an external store."""
    (port,) = prepare.free_ports(1)
    yield member(folder, port, {})


if __name__ == "__main__":
    prepare.main({"train": prepare.Training("hazelcast", LAUNCHER, UP, settings).train})
