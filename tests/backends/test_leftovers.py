"""Whose processes are found: nobody's but this user's, by labels that are written exactly as a session writes them."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psutil
import pytest

from harness.backends.leftovers import processes_of
from harness.backends.session import Session, variables
from harness.waiting import until

MINE = Session.of_this_process()
#: What a version before this one wrote; its owner's start is by a clock that may have been set since.
EARLIER = {
    "harness.session": MINE.id,
    "harness.host": os.uname().nodename,
    "harness.owner.pid": "4194305",
    "harness.owner.started": "1.00",
}


@contextmanager
def sleeping(labels: Mapping[str, str], *, user: int | None = None) -> Iterator[int]:
    process = subprocess.Popen(
        ["sleep", "60"], env={"PATH": os.environ["PATH"], **variables(labels)}, user=user, group=user
    )
    try:
        until("it to sleep", lambda: psutil.Process(process.pid).name() == "sleep", timeout_s=5)
        yield process.pid
    finally:
        process.kill()
        process.wait(5)


def found() -> set[int]:
    return {process.pid for process in processes_of(lambda session: session.id == MINE.id)}


def test_a_process_with_the_sessions_labels_is_found() -> None:
    with sleeping(MINE.labels()) as pid:
        assert pid in found()


@pytest.mark.skipif(os.getuid() != 0, reason="only root can say which number is given next")
def test_a_process_with_a_number_that_was_another_ones_is_found() -> None:
    """What was seen under the number earlier says nothing of the one that has it now."""
    for _ in range(50):
        with sleeping(MINE.labels()) as former:
            assert former in found()
        Path("/proc/sys/kernel/ns_last_pid").write_text(str(former - 1))
        with sleeping(MINE.labels()) as pid:
            if pid == former:
                assert pid in found()
                return
    pytest.skip("this machine starts so many processes that the number was never had again")


@pytest.mark.skipif(os.getuid() != 0, reason="only root can start another user's process")
def test_what_another_users_process_says_of_itself_counts_for_nothing() -> None:
    asked: set[str] = set()

    def wanted(session: Session) -> bool:
        asked.add(session.id)
        return session == MINE

    with sleeping(MINE.labels(), user=12345):
        assert not processes_of(wanted)
    assert MINE.id not in asked


@pytest.mark.parametrize(
    "labels",
    [EARLIER, {**MINE.labels(), "harness.owner": "1"}, {"harness.session": MINE.id}],
    ids=["an earlier version's", "no owner's", "a mere id"],
)
def test_other_labels_are_a_strangers(labels: Mapping[str, str]) -> None:
    with sleeping(labels) as pid:
        assert pid not in found()
