"""Java's ahead-of-time caches: one training start per server, then every start costs half.

JDK 25: `-XX:AOTCacheOutput=` records a run and writes the cache when it ends, `-XX:AOTCache=` uses it. A cache fits
only the JVM, the class path and the options that it was trained with, so its name carries a hash of these.
"""

from __future__ import annotations

import hashlib
import os
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path

from harness.errors import EnvironmentUnfitError
from harness.narration import Say
from harness.waiting import until

LAUNCHERS = Path(__file__).parent / "launchers"
_TRAINING_TIMEOUT_S = 120.0


def cache_name(server: str, java: Path, jars: Path) -> str:
    """A file name that changes when a cache would no longer fit."""
    seen = hashlib.sha256()
    seen.update((java.parent.parent / "release").read_bytes())
    for jar in sorted(jars.glob("*.jar")):
        seen.update(f"{jar}:{jar.stat().st_size}".encode())
    for launcher in sorted(LAUNCHERS.glob("*.py")):
        seen.update(launcher.read_bytes())
    return f"{server}-{seen.hexdigest()[:16]}.aot"


def train(server: str, target: Path, environment: Mapping[str, str], say: Say) -> None:
    """Starts the server once, alone, and writes its cache to `target`.

    Raises:
        EnvironmentUnfitError: it did not start; with its last log lines.
    """
    say(f"{server}: one training start for Java's cache (about 15 s)")
    with tempfile.TemporaryDirectory(prefix="harness-training-") as folder:
        port = _free_port()
        log = Path(folder) / "log"
        temporary = target.with_suffix(f".{os.getpid()}.part")
        process = subprocess.Popen(
            [sys.executable, str(LAUNCHERS / f"launch_{server}.py")],
            env={
                **environment,
                **_SETTINGS[server](port),
                "HARNESS_AOT_OUTPUT": str(temporary),
                "HARNESS_DATA": folder,
            },
            cwd=folder,
            stdout=log.open("wb"),
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            until(f"{server} to listen in its training start", lambda: _listens(port, process), timeout_s=60)
            process.send_signal(signal.SIGTERM)
            process.wait(_TRAINING_TIMEOUT_S)
            temporary.replace(target)
        except Exception as error:
            tail = "\n  ".join(log.read_text(errors="replace").splitlines()[-10:])
            raise EnvironmentUnfitError(f"the training start of {server} failed: {error}\n  {tail}") from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _listens(port: int, process: subprocess.Popen[bytes]) -> bool:
    if process.poll() is not None:
        raise EnvironmentUnfitError(f"it exited with status {process.returncode}")
    with socket.create_connection(("127.0.0.1", port), timeout=1):
        return True


def _hazelcast(port: int) -> dict[str, str]:
    return {
        "HZ_NETWORK_PORT_PORT": str(port),
        "HZ_NETWORK_JOIN_AUTODETECTION_ENABLED": "false",
        "HZ_NETWORK_JOIN_MULTICAST_ENABLED": "false",
        "JAVA_OPTS": "-Dhazelcast.phone.home.enabled=false -Dhazelcast.local.localAddress=127.0.0.1 "
        "-Dhazelcast.socket.bind.any=false",
    }


def _kafka(port: int) -> dict[str, str]:
    controller = _free_port()
    return {
        "CLUSTER_ID": "5L6g3nShT-eMCtK--X86sw",
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@127.0.0.1:{controller}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    }


_SETTINGS: Mapping[str, Callable[[int], dict[str, str]]] = {"hazelcast": _hazelcast, "kafka": _kafka}


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
