"""Preparing a machine removes and ends what is ours by marker and name, and nothing that is somebody else's."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from harness.errors import BadInputError, EnvironmentUnfitError
from harness.processes import kill_all, runs
from harness.progress import Say
from harness.provision import cache, jars, prebuilt, preparing
from harness.provision.cache import cache_folder
from harness.provision.processes import prepare_processes
from harness.topology.kinds import NodeKind, Program
from harness.waiting import until

#: Starts a server of its own, in a session of its own, as the real one does; then it hangs.
_HANGS = """
import os, subprocess, sys, tempfile, time
data = tempfile.mkdtemp(prefix="harness-training-")
server = subprocess.Popen(["sleep", "300"], env={**os.environ, "HARNESS_DATA": data}, start_new_session=True)
open(sys.argv[1], "w").write(str(server.pid))
time.sleep(300)
"""


@pytest.fixture
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The machine's temporary folder for this test, with something of somebody else's in it."""
    folder = tmp_path / "temporary"
    (folder / "harness-preparing-hand-made").mkdir(parents=True)
    (folder / "harness-preparing-hand-made" / "thesis").write_text("precious")
    (folder / "harness-preparing-link").symlink_to(folder / "harness-preparing-hand-made")
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    return folder


@pytest.fixture
def own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache for this test alone."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    return cache_folder()


@pytest.fixture
def hanging(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A preparation that never ends."""
    script = tmp_path / "prepare.py"
    script.write_text(_HANGS)
    monkeypatch.setattr(preparing, "_TIMEOUT_S", 2.0)
    return script


def assert_untouched(temporary: Path) -> None:
    assert sorted(path.name for path in temporary.iterdir()) == [
        "harness-preparing-hand-made",
        "harness-preparing-link",
    ]
    assert (temporary / "harness-preparing-hand-made" / "thesis").read_text() == "precious"


def lives(file: Path) -> bool:
    """Whether the server runs whose id is in the file."""
    pid = int(file.read_text())
    with suppress(psutil.NoSuchProcess):
        return runs(psutil.Process(pid))
    return False


def end(run: "subprocess.Popen[bytes]") -> None:
    """Kills a run and the preparation that it started."""
    kill_all([psutil.Process(run.pid), *psutil.Process(run.pid).children()], timeout_s=5)
    run.wait(5)


def test_of_a_preparation_that_hangs_neither_servers_nor_folders_are_left(
    tmp_path: Path, temporary: Path, hanging: Path
) -> None:
    with pytest.raises(EnvironmentUnfitError, match="took longer than 2 s"):
        preparing.prepare(hanging, [str(tmp_path / "pid")], {})
    assert not lives(tmp_path / "pid")
    assert_untouched(temporary)


@dataclass(frozen=True)
class Slow(NodeKind):
    """A kind whose preparation never ends."""

    script: Path
    pid: Path
    name: str = "slow"

    def prepare(self, say: Say) -> Program:
        preparing.prepare(self.script, [str(self.pid)], {})
        return Program(("slow",))


@pytest.mark.usefixtures("own_cache")
def test_who_ends_a_run_does_not_wait_for_what_is_prepared(
    tmp_path: Path, temporary: Path, hanging: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "_TIMEOUT_S", 30.0)
    pid = tmp_path / "pid"

    def end_it() -> None:
        until("a server", lambda: pid.exists() and pid.read_text(), timeout_s=20)
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)

    threading.Thread(target=end_it, daemon=True).start()
    began_s = time.monotonic()
    with pytest.raises(KeyboardInterrupt):
        prepare_processes([Slow(hanging, pid)], print)
    assert time.monotonic() - began_s < 20
    assert not lives(pid)
    assert_untouched(temporary)


def test_what_a_killed_run_was_preparing_is_swept_and_what_somebody_works_on_is_not(
    tmp_path: Path, temporary: Path
) -> None:
    code = (
        "import sys, pathlib\nfrom harness.provision import preparing\n"
        "preparing.prepare(pathlib.Path(sys.argv[1], 'prepare.py'), [sys.argv[2]], {})"
    )
    (tmp_path / "prepare.py").write_text(_HANGS)
    pids = [tmp_path / "killed", tmp_path / "working"]
    killed, working = (
        subprocess.Popen(
            [sys.executable, "-c", code, str(tmp_path), str(pid)], env={**os.environ, "TMPDIR": str(temporary)}
        )
        for pid in pids
    )
    try:
        for pid in pids:
            until("a server", lambda pid=pid: pid.exists() and pid.read_text(), timeout_s=20)
        # As the machine does that runs out of memory: all but the server, of which nobody else knows.
        end(killed)
        preparing.sweep_scratch()
        assert not lives(pids[0])
        assert lives(pids[1])
    finally:
        end(working)
        preparing.sweep_scratch()
    assert not lives(pids[1])
    assert_untouched(temporary)


def test_a_cache_folder_of_somebody_elses_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "java").mkdir()
    (tmp_path / "java" / "formatting-rules").write_text("precious")
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path))
    with pytest.raises(BadInputError, match=r"HARNESS_CACHE .* holds java and is not marked as ours"):
        prebuilt.sweep()
    assert [path.name for path in tmp_path.iterdir()] == ["java"]
    assert (tmp_path / "java" / "formatting-rules").exists()


def test_the_usual_cache_folder_is_ours_by_its_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HARNESS_CACHE", raising=False)
    monkeypatch.setattr(cache, "_USUAL", tmp_path / "harness")
    (tmp_path / "harness" / "jars").mkdir(parents=True)  # of before there was a marker
    assert cache_folder() == tmp_path / "harness"
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "harness"))
    assert cache_folder() == tmp_path / "harness"


@pytest.mark.usefixtures("temporary")
def test_only_what_is_named_as_we_name_it_is_swept_from_the_cache(own_cache: Path, tmp_path: Path) -> None:
    (own_cache / "java").mkdir()
    old = time.time() - 8 * 24 * 3600
    mine = ["kafka-0123456789abcdef.aot", ".kafka-0123456789abcdef.aot.77.part", ".kafka-0123456789abcdef.77.part"]
    strangers = ["notes.aot", ".thesis.part-1", "formatting-rules", "precious"]
    for name in (*mine, *strangers):
        path = own_cache / "java" / name
        path.write_text("")
        os.utime(path, (old, old))
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "thesis").write_text("precious")
    (own_cache / "java" / ".kafka-0123456789abcdef.78.part").symlink_to(tmp_path / "elsewhere")
    prebuilt.sweep()
    assert sorted(path.name for path in (own_cache / "java").iterdir()) == sorted(strangers)
    assert (tmp_path / "elsewhere" / "thesis").exists()


def test_a_lock_that_is_a_link_truncates_nothing(own_cache: Path, tmp_path: Path) -> None:
    (tmp_path / "thesis").write_text("precious")
    (own_cache / ".java.lock").symlink_to(tmp_path / "thesis")
    with cache.exclusively("java", print):
        pass
    assert (tmp_path / "thesis").read_text() == "precious"


@pytest.mark.usefixtures("own_cache")
def test_checkouts_of_different_locks_share_a_cache_without_taking_each_others_jars(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = _installed(tmp_path, monkeypatch, "1.0")
    second = _installed(tmp_path, monkeypatch, "2.0")
    assert [path.name for path in first.glob("*.jar")] == ["server-1.0.jar"]
    assert [path.name for path in second.glob("*.jar")] == ["server-2.0.jar"]


def test_half_of_the_jars_that_a_killed_run_was_getting_is_removed_and_nothing_beside_it(
    own_cache: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".kafka-abcdefg_", ".kafka-notes", ".hazelcast-abcdefg_"):
        (own_cache / "jars" / name).mkdir(parents=True)
    folder = _installed(tmp_path, monkeypatch, "1.0")
    assert {path.name for path in folder.parent.iterdir()} == {folder.name, ".kafka-notes", ".hazelcast-abcdefg_"}


@pytest.mark.usefixtures("own_cache")
def test_a_jar_that_is_not_locked_is_neither_run_nor_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = _installed(tmp_path, monkeypatch, "1.0")
    (folder / "notes.txt").write_text("precious")
    assert _installed(tmp_path, monkeypatch, "1.0") == folder
    (folder / "mine.jar").write_text("precious")
    with pytest.raises(EnvironmentUnfitError, match=r"mine\.jar is not of the lock, and the server would run it"):
        _installed(tmp_path, monkeypatch, "1.0")
    assert {path.name for path in folder.iterdir()} == {"server-1.0.jar", "mine.jar", "notes.txt"}


def _installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, version: str) -> Path:
    """What a checkout with a lock of that version installs, from the jars of this machine's Maven folder."""
    jar = jars.Jar("org.example", "server", version, "")
    local = tmp_path / "m2" / jar.path
    local.parent.mkdir(parents=True, exist_ok=True)
    local.write_bytes(version.encode())
    lock = tmp_path / version / "kafka" / "jgo.lock.toml"
    lock.parent.mkdir(parents=True, exist_ok=True)
    lock.write_text(
        "[metadata]\ngenerated = '2026-01-01T00:00:00+00:00'\njgo_version = '2.0.0'\n"
        "[environment]\nname = 'kafka'\n"
        "[[dependencies]]\ngroupId = 'org.example'\nartifactId = 'server'\n"
        f"version = '{version}'\npackaging = 'jar'\nsha256 = '{jars._sha256(local)}'\n"
    )
    monkeypatch.setenv("M2_REPO", str(tmp_path / "m2"))
    return jars.install("kafka", lock, print)
