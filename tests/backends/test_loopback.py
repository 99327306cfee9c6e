import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest

from harness.backends import loopback
from harness.backends.loopback import leased_block
from harness.errors import EnvironmentUnfitError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="only there all of 127.0.0.0/8 is local")
_ROOT = Path(__file__).parents[2]
_LEASING = """
from harness.backends import loopback
loopback._BLOCKS = range({first}, {first} + {count})
loopback._LEASE = {lease}
with loopback.leased_block() as block:
    print(block, flush=True)
    input()
"""


@pytest.fixture(autouse=True)
def _leases_of_its_own(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The leases are on a port that nobody else has meanwhile: these tests may run twice at once."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        monkeypatch.setattr(loopback, "_LEASE", (254, held.getsockname()[1]))
        yield


@contextmanager
def leasing(first: int, count: int, *, temporary: Path) -> Iterator[str]:
    """The block that another process holds."""
    process = subprocess.Popen(
        [sys.executable, "-c", _LEASING.format(first=first, count=count, lease=loopback._LEASE)],
        cwd=_ROOT,
        env={**os.environ, "TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield process.stdout.readline().strip()
    finally:
        process.communicate("\n", timeout=10)


def test_two_runs_with_a_temporary_folder_each_get_different_blocks(tmp_path: Path) -> None:
    with ExitStack() as stack:
        blocks = set()
        for number in range(2):
            folder = tmp_path / str(number)
            folder.mkdir()
            blocks.add(stack.enter_context(leasing(240, 2, temporary=folder)))
        assert blocks == {"127.77.240", "127.77.241"}


def test_a_block_that_another_process_holds_is_not_leased_until_that_ends(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loopback, "_BLOCKS", range(242, 243))
    with (
        leasing(242, 1, temporary=tmp_path),
        pytest.raises(EnvironmentUnfitError, match=r"all 1 loopback blocks are leased"),
        leased_block(),
    ):
        pass
    with leased_block() as block:
        assert block == "127.77.242"


def test_a_lease_leaves_no_file_and_takes_no_address_of_a_node(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    with leased_block() as block, socket.socket() as server:
        server.bind((f"{block}.{loopback.FIRST_HOST}", 7777))
    assert not list(tmp_path.iterdir())
