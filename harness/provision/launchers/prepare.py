"""Makes, once, what every start of a server reuses: Kafka's formatted storage, and Java's ahead-of-time cache.

    python prepare.py format-kafka
    python prepare.py train hazelcast|hazelcast-mapstore|kafka
    python prepare.py unpack-postgres

Standard library only: this machine and an image's build run the same file. It writes where the launchers look
(HARNESS_KAFKA_FORMATTED, HARNESS_AOT, HARNESS_POSTGRES, or an image's places). A failure is a line on stderr, the log's
last lines after it, and exit code 1.

JDK 25: `-XX:AOTCacheOutput=` records a run and writes the cache when that run ends; `-XX:AOTCache=` uses it. A cache
fits only the JVM, the class path and the options that it was recorded with, and the JVM goes without where it does not
fit. So the recording is a start by the very launcher, and the cache is proven by a second start that must use it.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import jvm
import mapstore_training
import postgres_files

_HERE = Path(__file__).resolve().parent
_START_TIMEOUT_S = 60.0
_WRITE_TIMEOUT_S = 120.0
#: What each server logs when it is up; a port that listens comes too early for that.
_UP = {"hazelcast": " is STARTED", "hazelcast-mapstore": " is STARTED", "kafka": "Kafka Server started"}
_LAUNCHERS = {"hazelcast-mapstore": "hazelcast"}
_STORAGE = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093
log.dirs={folder}
"""


class PreparationError(Exception):
    """The message is what a person reads."""


def format_kafka() -> None:
    """Runs Kafka's storage tool and keeps the folder it made.

    Raises:
        PreparationError: the tool failed.
    """
    target = jvm.place("HARNESS_KAFKA_FORMATTED", "/opt/harness/kafka-formatted")
    with tempfile.TemporaryDirectory(dir=target.parent, prefix="formatting-") as scratch:
        folder, settings = Path(scratch, "formatted"), Path(scratch, "server.properties")
        settings.write_text(_STORAGE.format(folder=folder))
        java = str(jvm.place("HARNESS_JAVA", "/opt/harness/java/bin/java"))
        tool = ["kafka.tools.StorageTool", "format", "-t", "5L6g3nShT-eMCtK--X86sw", "-c", str(settings)]
        done = subprocess.run(
            [java, jvm.TUNED[0], "-cp", jvm.classpath("kafka"), *tool],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=_START_TIMEOUT_S,
        )
        if done.returncode:
            raise PreparationError(f"Kafka's storage could not be formatted\n{_tail(done.stdout)}")
        # The folder's identity is of no use to anybody: a broker's launcher writes its own.
        (folder / "meta.properties").unlink()
        folder.rename(target)


def train(server: str) -> None:
    """Records one start of a server and writes its cache, then proves by another start that the JVM takes it.

    Raises:
        PreparationError: it did not start, or the JVM refuses what it wrote.
    """
    target = jvm.cache_file(server)
    recording = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        _start_and_stop(server, {"HARNESS_AOT_OUTPUT": str(recording)})
        if not recording.exists():
            raise PreparationError(f"the JVM wrote no cache for {server}")
        _start_and_stop(server, {"HARNESS_AOT": str(recording), "HARNESS_AOT_MUST": "1"})
        recording.replace(target)
    finally:
        recording.unlink(missing_ok=True)


def _start_and_stop(server: str, more: Mapping[str, str]) -> None:
    with tempfile.TemporaryDirectory(prefix="harness-training-") as name, _settings(server, Path(name)) as settings:
        log = Path(name, "log")
        with log.open("wb") as output:
            process = subprocess.Popen(
                [sys.executable, str(_HERE / f"launch_{_LAUNCHERS.get(server, server)}.py")],
                env={**os.environ, **settings, **more, "HARNESS_DATA": name},
                cwd=name,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        try:
            _await_up(server, process, log)
            if server == "hazelcast-mapstore":
                _load_an_entry(settings["HAZELCAST_CONFIG"])
            process.send_signal(signal.SIGTERM)
            process.wait(_WRITE_TIMEOUT_S)
        except (PreparationError, subprocess.TimeoutExpired) as error:
            raise PreparationError(f"{error}\n{_tail(log.read_text(errors='replace'))}") from error
        finally:
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _load_an_entry(config: str) -> None:
    port = json.loads(Path(config).read_text())["hazelcast"]["network"]["port"]["port"]
    if (seen := mapstore_training.use(port)) != mapstore_training.VALUE:
        raise PreparationError(f"the training start loaded {seen!r} from PostgreSQL, not {mapstore_training.VALUE!r}")


def _await_up(server: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + _START_TIMEOUT_S
    while _UP[server] not in log.read_text(errors="replace"):
        if process.poll() is not None:
            raise PreparationError(f"the training start of {server} ended by itself, status {process.returncode}")
        if time.monotonic() > deadline:
            raise PreparationError(f"the training start of {server} took longer than {_START_TIMEOUT_S:g} s")
        time.sleep(0.05)


@contextmanager
def _settings(server: str, folder: Path) -> Iterator[Mapping[str, str]]:
    """The environment of a server that is alone in the world, but for its external store if it has one."""
    port, other = _free_ports(2)
    if server == "hazelcast":
        yield _member(folder, port, {})
    elif server == "hazelcast-mapstore":
        with mapstore_training.store(folder, other) as store:
            yield _member(folder, port, store)
    else:
        yield _broker(port, other)


def _member(folder: Path, port: int, more: Mapping[str, object]) -> Mapping[str, str]:
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


def _broker(port: int, controller: int) -> Mapping[str, str]:
    return {
        "KAFKA_NODE_ID": "1",
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": f"1@127.0.0.1:{controller}",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_LISTENERS": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
    }


def _free_ports(count: int) -> list[int]:
    probes = [socket.socket() for _ in range(count)]
    try:
        for probe in probes:
            probe.bind(("127.0.0.1", 0))
        return [int(probe.getsockname()[1]) for probe in probes]
    finally:
        for probe in probes:
            probe.close()


def _tail(text: str) -> str:
    return "\n".join(f"  {line}" for line in text.splitlines()[-10:])


def main(arguments: list[str]) -> None:
    """Does what the arguments say."""
    try:
        if arguments == ["format-kafka"]:
            format_kafka()
        elif len(arguments) == 2 and arguments[0] == "train" and arguments[1] in _UP:
            train(arguments[1])
        elif arguments == ["unpack-postgres"]:
            postgres_files.unpack()
        else:
            sys.exit("usage: prepare.py format-kafka | train hazelcast|hazelcast-mapstore|kafka | unpack-postgres")
    except (PreparationError, postgres_files.UnpackingError) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
