import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from harness.backends.identity import Identity
from harness.waiting import until

_ROOT = Path(__file__).parents[2]
#: Says whether the process named is gone, after the wall clock and with it the idea of the boot was set by an hour.
_AFTER_A_STEP = """
import sys
import psutil
from psutil import _pslinux
boot_time = _pslinux.boot_time
before = psutil.Process().create_time()
_pslinux.boot_time = lambda: boot_time() + {step}
assert psutil.Process().create_time() == before + {step}
from harness.backends.identity import Identity
print(Identity.parse(sys.argv[1]).is_gone())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="only there a start is reckoned from the boot")
@pytest.mark.parametrize("step", [3600, -3600])
def test_a_step_of_the_wall_clock_leaves_a_live_process_alive(step: int) -> None:
    command = [sys.executable, "-c", _AFTER_A_STEP.format(step=step), str(Identity.of_this_process())]
    done = subprocess.run(command, cwd=_ROOT, capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_a_process_that_ended_is_gone_even_before_its_parent_looked() -> None:
    process = subprocess.Popen(["sleep", "60"])
    identity = Identity.of(process.pid)
    assert identity is not None
    assert not identity.is_gone()
    process.kill()
    until("it to be a zombie", identity.is_gone, timeout_s=5)
    assert Identity.of(process.pid) is None
    process.wait(5)
    assert identity.is_gone()


def test_another_process_with_the_same_id_is_not_the_one_that_was_meant() -> None:
    mine = Identity.of_this_process()
    assert replace(mine, started=mine.started - 1).is_gone()


@pytest.mark.parametrize("other", [{"namespace": 1}, {"boot": "another-boot"}], ids=["namespace", "boot"])
def test_nothing_is_known_of_a_process_elsewhere(other: dict[str, object]) -> None:
    elsewhere = replace(Identity.of_this_process(), pid=2**22 + 1, **other)  # type: ignore[arg-type]
    assert not elsewhere.is_of_here()
    assert not elsewhere.is_gone()


def test_it_is_the_same_after_a_label_carried_it() -> None:
    mine = Identity.of_this_process()
    assert Identity.parse(str(mine)) == mine == Identity.of(os.getpid())


@pytest.mark.parametrize("text", ["", "17", "17/1/1/", "x/1/1/boot", "17/1/1/../boot", "17/1/1/boot\n", "-1/1/1/boot"])
def test_what_it_never_wrote_is_not_read(text: str) -> None:
    assert Identity.parse(text) is None
