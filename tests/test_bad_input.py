"""Bad input and an unfit machine get one clear line, exit status 2 or a failed fixture, and leave nothing behind."""

import contextlib
import os
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends.engine import connect, owned, why_unavailable
from harness.backends.loopback import FIRST_HOST
from harness.backends.session import Session
from harness.provision.cache import cache_folder
from harness.provision.jars import jars_folder
from harness.servers.hazelcast.recipe import HAZELCAST
from tests.running import MEMBERS_ONLY, ROOT, SCENARIO, run

needs_docker = pytest.mark.skipif(bool(why_unavailable()), reason="no Docker engine answers")
NOBODY = "http://127.0.0.1:1"


def scenario(tmp_path: Path, *arguments: str, **environment: str) -> tuple[int, str]:
    return run("pytest", SCENARIO, "--reports", str(tmp_path / "reports"), *arguments, **environment)


def assert_no_traceback(output: str) -> None:
    assert "Traceback" not in output
    assert "INTERNALERROR" not in output


@pytest.mark.parametrize(
    ("option", "value", "line"),
    [
        ("--backend", "podman", "--backend 'podman' is unknown; choose one of auto, docker, process"),
        ("--image", "redis=redis:7", "--image: the kind 'redis' is unknown; choose one of "),
        ("--image", "kafka", "--image 'kafka' is not KIND=IMAGE; kinds are "),
        ("--release", "kafka", "--release 'kafka' is not KIND=VERSION; kinds are "),
        ("--release", "kafka=3.9.1", "kafka has no locked jars of release '3.9.1'; choose one of 4.0.2, "),
        ("--release", "postgres=9", "--release: 'postgres' is not known in several releases; choose "),
        ("--timings", "slow", "--timings 'slow' is unknown; choose one of fast, vendor"),
        ("--engines", "there", "--engines there: name two engines or more; DOCKER_HOST names one that has everything"),
        ("--engines", "no.toml", "--engines no.toml can't be read: "),
        ("--seed", "monday", "--seed 'monday' is no seed; give a whole number of at most 18 digits, such as --seed 7"),
    ],
)
def test_an_unknown_value_names_the_possible_ones(tmp_path: Path, option: str, value: str, line: str) -> None:
    status, output = scenario(tmp_path, option, value)
    assert status == 2
    assert line in output
    assert_no_traceback(output)


def test_docker_without_an_engine_says_what_to_do(tmp_path: Path) -> None:
    status, output = scenario(tmp_path, "--backend", "docker", DOCKER_HOST="tcp://127.0.0.1:1")
    assert status == 2
    assert "no Docker engine" in output
    assert "--backend process" in output
    assert_no_traceback(output)


@pytest.fixture
def taken() -> Iterator[int]:
    """A block of loopback addresses that no run leases by itself, where this process has the first member's port."""
    with socket.socket() as holder:
        # Connections of a test before this one may still linger on the port.
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        for block in range(250, 255):
            with contextlib.suppress(OSError):
                holder.bind((f"127.77.{block}.{FIRST_HOST}", 5701))
                holder.listen()
                yield block
                return
    pytest.skip("somebody else has port 5701 on every address of this machine")


@pytest.mark.process
def test_a_taken_port_names_who_has_it(tmp_path: Path, taken: int) -> None:
    (tmp_path / "in_one_block.py").write_text(
        "from harness.backends import loopback, namespaces\n"
        f"loopback._BLOCKS = ({taken},)\n"
        'namespaces._PROGRAMS = ("no-such-program",)\n'
    )
    paths = os.pathsep.join([str(tmp_path), str(ROOT)])
    status, output = scenario(tmp_path, "-p", "in_one_block", "--backend", "process", PYTHONPATH=paths)
    assert status == 2
    assert (
        f"hazelcast-1 needs port 5701 on 127.77.{taken}.{FIRST_HOST}, which is taken by process {os.getpid()} ("
        in output
    )
    assert (
        "nodes have no networks of their own, and what breaks these is skipped: there is no no-such-program" in output
    )
    assert_no_traceback(output)
    assert not leftovers()


@pytest.fixture
def cache(tmp_path: Path) -> Path:
    """A cache of its own that has the jars, to spoil."""
    # What other tests put there beside the jars comes and goes, and a copy of a checkout may lead to nowhere.
    others = [path.name for path in cache_folder().iterdir() if path.is_dir() and path.name != "jars"]
    shutil.copytree(cache_folder(), tmp_path / "cache", ignore=shutil.ignore_patterns(*others))
    return tmp_path / "cache"


@pytest.mark.process
def test_a_corrupt_jar_is_named_and_never_run(tmp_path: Path, cache: Path) -> None:
    (jar,) = (cache / "jars" / jars_folder(HAZELCAST.name, HAZELCAST.lock).name).glob("*.jar")
    with jar.open("r+b") as file:
        file.seek(1000)
        file.write(b"broken")
    # Of a scenario with brokers it would be told only after these have been prepared in the new cache.
    arguments = (MEMBERS_ONLY, "--reports", str(tmp_path / "reports"), "--backend", "process")
    status, output = run("pytest", *arguments, HARNESS_CACHE=str(cache))
    assert status == 2
    assert f"{jar} is corrupt: its sha256 is" in output
    assert "Delete that file and run again" in output
    assert_no_traceback(output)


@pytest.mark.process
def test_an_unreachable_registry_is_named_with_what_was_wanted(tmp_path: Path) -> None:
    # Kinds are prepared side by side: of several, the one whose jar is named is the one that fails first.
    arguments = (MEMBERS_ONLY, "--reports", str(tmp_path / "reports"), "--backend", "process")
    status, output = run(
        "pytest",
        *arguments,
        HARNESS_CACHE=str(tmp_path / "cache"),
        M2_REPO=str(tmp_path / "m2"),
        HTTPS_PROXY=NOBODY,
        HTTP_PROXY=NOBODY,
    )
    assert status == 2
    assert "hazelcast-5.7.0.jar can't be had: the package registry" in output
    assert_no_traceback(output)


@pytest.mark.process
def test_a_full_disk_is_said_to_be_full(tmp_path: Path, small_disk: Path) -> None:
    status, output = scenario(tmp_path, "--backend", "process", HARNESS_CACHE=str(small_disk))
    assert status == 2
    assert "No space left on device" in output
    assert_no_traceback(output)


@pytest.mark.docker
@needs_docker
@pytest.mark.parametrize("small_disk", ["200m"], indirect=True)
def test_no_room_for_a_build_is_said_before_it_begins(small_disk: Path) -> None:
    # Another base makes other images, so there is something to build.
    subprocess.run(["docker", "tag", "harness-base:bookworm", "harness-base:test"], check=True)
    status, output = run("harness.provision", "images", HARNESS_CACHE=str(small_disk), HARNESS_BASE="harness-base:test")
    subprocess.run(["docker", "image", "rm", "harness-base:test"], check=True, capture_output=True)
    assert status == 2
    assert re.search(r"no disk space to build the images: 0\.\d GB are free in .*/disk, 0\.5 are needed", output)
    assert_no_traceback(output)


@pytest.mark.docker
@needs_docker
def test_an_image_that_exits_at_once_shows_its_last_lines(tmp_path: Path) -> None:
    image = "harness-exits-at-once:test"
    build = 'FROM harness-base:bookworm\nENTRYPOINT ["sh", "-c", "echo this image is on fire; exit 3"]\n'
    subprocess.run(["docker", "build", "-q", "-t", image, "-"], input=build.encode(), check=True, capture_output=True)
    status, output = scenario(tmp_path, "--backend", "docker", "--image", f"kafka={image}")
    subprocess.run(["docker", "image", "rm", image], check=True, capture_output=True)
    assert status == 2
    # All three exit; which is seen first is chance, and ends the wait for the others.
    assert re.search(r"kafka-[123] exited with status 3 before it was ready", output), output
    assert "this image is on fire" in output
    assert_no_traceback(output)
    assert not leftovers()


def leftovers() -> list[str]:
    """Containers of sessions whose owner has ended; a run beside has its own."""
    if why_unavailable():
        return []
    with contextlib.closing(connect()) as client:
        return list(owned(client, Session.is_over).containers)
