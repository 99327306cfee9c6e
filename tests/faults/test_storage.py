"""What a node has stored is removed, cut off or inverted, on both backends, seen from outside; and it starts again."""

from collections.abc import Iterator
from pathlib import Path
from typing import cast

import httpx
import pytest

from harness.backends.protocol import Backend, Deployment, Phase, Rewritable
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.events import faults, takes
from harness.faults import Kill, TornTail, Wipe
from harness.faults.offered import plain_faults
from harness.history import History
from harness.pool import restore
from harness.taken import DEATH, Taken
from harness.topology.nodes import Topology
from tests.faults.acting import asking_nobody, only
from tests.faults.storing import storing


@pytest.fixture(scope="module")
def deployment(backend: Backend) -> Iterator[Deployment]:
    with backend.deploy(Topology("one that stores", (storing(1),)), print) as deployment:
        yield deployment


@pytest.fixture
def node(deployment: Deployment) -> Rewritable:
    """One that runs and has stored that it started, often enough to be torn."""
    node = cast(Rewritable, deployment.nodes["tiny-1"])
    restore(node)
    node.write_data("starts", b"y" * 50)
    return node


def starts(node: Rewritable) -> int:
    return int(httpx.get(f"http://{node.endpoint('http')}/", timeout=2).json()["starts"])


def test_files_are_told_by_their_sizes_and_the_one_written_last_comes_last(node: Rewritable) -> None:
    node.kill()
    node.write_data("starts", b"123")
    assert list(node.data_files().items()) == [("starts", 3)]
    node.start()
    assert node.data_files() == {"starts": 4}
    assert node.read_data("starts") == b"123x"


def test_a_node_that_is_wiped_begins_again_with_nothing(backend: Backend, node: Rewritable, tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        wiped = asking_nobody(history, backend.abilities).inject(Wipe(), only(node))
        (noted,) = faults(history.events)
        assert takes(noted) == DEATH | {Taken.DISK}
        assert node.state().phase is Phase.EXITED
        assert node.data_files() == {}
        assert wiped.proofs["tiny-1"].endswith("; nothing is left of 1 file with 50 bytes")
        wiped.undo()
    assert starts(node) == 1


def test_a_node_that_is_killed_begins_again_with_what_it_had(node: Rewritable) -> None:
    assert Taken.DISK not in Kill().takes
    Kill().inject([node])
    Kill().undo([node])
    assert starts(node) == 51


def test_what_has_stored_nothing_can_not_be_wiped(node: Rewritable) -> None:
    node.empty_data()
    with pytest.raises(FaultDidNotBiteError, match="wipe of tiny-1 would take nothing: it has nothing stored"):
        Wipe().control([node])
    assert node.state().phase is Phase.RUNNING


def test_a_wipe_that_left_something_has_no_proof(node: Rewritable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(node), "empty_data", lambda self: None)
    fault = Wipe()
    fault.control([node])
    fault.inject([node])
    with pytest.raises(FaultDidNotBiteError, match="wipe of tiny-1 did not bite: it still has 1 file with 50 bytes"):
        fault.proof([node])


def test_a_wipe_of_a_node_that_runs_has_no_proof(node: Rewritable) -> None:
    with pytest.raises(FaultDidNotBiteError, match=r"wipe of tiny-1 did not bite: its process \d+ still runs"):
        Wipe().proof([node])


@pytest.mark.parametrize(
    ("inverted", "left"), [(False, b"y" * 43), (True, b"y" * 43 + b"\x86" * 7)], ids=["cut off", "inverted"]
)
def test_the_end_of_what_was_written_last_is_torn(
    backend: Backend, node: Rewritable, inverted: bool, left: bytes, tmp_path: Path
) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        fault = TornTail("st*s", size=7, inverted=inverted)
        torn = asking_nobody(history, backend.abilities).inject(fault, only(node))
        (noted,) = faults(history.events)
        assert (noted.value["files"], noted.value["size"], noted.value["inverted"]) == ("st*s", 7, inverted)
        assert takes(noted) == DEATH | {Taken.DISK}
        assert node.read_data("starts") == left
        done = "inverted" if inverted else "cut off"
        assert torn.proofs["tiny-1"].endswith(f"; the last 7 of 50 bytes of starts are {done}")
        torn.undo()
    assert starts(node) == len(left) + 1


def test_no_more_is_torn_off_than_there_is(node: Rewritable) -> None:
    fault = TornTail("*", size=1000)
    fault.inject([node])
    assert fault.proof([node])["tiny-1"].endswith("; the last 50 of 50 bytes of starts are cut off")
    assert node.read_data("starts") == b""
    fault.undo([node])


def test_where_no_file_holds_anything_nothing_is_torn(node: Rewritable) -> None:
    with pytest.raises(FaultDidNotBiteError, match=r"torn-tail of tiny-1 would take nothing: it has no file \*\.log"):
        TornTail("*.log").control([node])
    assert node.state().phase is Phase.RUNNING


def test_a_file_that_was_left_whole_is_no_proof(node: Rewritable, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(node), "write_data", lambda self, path, content: None)
    fault = TornTail("starts", size=7)
    fault.inject([node])
    with pytest.raises(FaultDidNotBiteError, match="did not bite: starts holds 50 bytes, and not the 43 that were"):
        fault.proof([node])


def test_no_bytes_are_no_tail() -> None:
    with pytest.raises(BadInputError, match="torn-tail: 0 bytes can't be torn off; give 1 or more"):
        TornTail("*", size=0)


def test_a_wipe_is_offered_as_a_command_and_a_torn_tail_is_not() -> None:
    assert "wipe" in plain_faults()
    assert "torn-tail" not in plain_faults()
