"""A disk of a given size is filled, on both backends: it takes nothing from outside any more, until there is room."""

import errno
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import cast

import pytest

from harness.backends.protocol import Backend, Deployment, Fillable, Phase, Rewritable
from harness.errors import BadInputError, FaultDidNotBiteError
from harness.events import faults, takes
from harness.faults import FullDisk
from harness.history import History
from harness.pool import restore
from harness.taken import DEATH, Taken
from harness.topology.nodes import Topology
from tests.faults.acting import asking_nobody, only
from tests.faults.storing import BACKENDS, backend_named, storing


class Both(Fillable, Rewritable):
    """What the nodes of both backends can be, where root may mount a disk."""


@pytest.fixture(scope="module", params=BACKENDS)
def backend(request: pytest.FixtureRequest) -> Iterator[Backend]:
    with backend_named(request.param) as backend:
        if Fillable not in backend.abilities:
            pytest.skip("mounting a disk needs root")
        yield backend


@pytest.fixture(scope="module")
def deployment(backend: Backend) -> Iterator[Deployment]:
    specs = (replace(storing(1), disk_mb=2), storing(2))
    with backend.deploy(Topology("one on a small disk", specs), print) as deployment:
        yield deployment


@pytest.fixture
def node(deployment: Deployment) -> Iterator[Both]:
    """One that runs and has room."""
    yield cast(Both, deployment.nodes["tiny-1"])
    restore(deployment.nodes["tiny-1"])


def test_a_full_disk_takes_nothing_until_the_fault_is_undone(backend: Backend, node: Both, tmp_path: Path) -> None:
    with History.open(tmp_path / "h.jsonl") as history:
        nemesis = asking_nobody(history, backend.abilities)
        before = node.read_data("starts")
        filled = nemesis.inject(FullDisk(), only(node))
        (noted,) = faults(history.events)
        assert takes(noted) == DEATH - {Taken.ANSWERS}
        assert filled.proofs == {
            "tiny-1": "its disk of 2 MB refuses a write from outside: No space left on device (ENOSPC)"
        }
        assert node.refusal() == errno.ENOSPC
        assert node.state().phase is Phase.RUNNING
        filled.undo()
    assert node.refusal() is None
    assert node.read_data("starts") == before
    assert set(node.data_files()) == {"starts"}


def test_a_node_that_ended_for_want_of_room_is_started_again_with_what_it_had(node: Both) -> None:
    before = node.read_data("starts") or b""
    fault = FullDisk()
    fault.inject([node])
    node.kill()
    assert fault.proof([node])
    fault.undo([node])
    assert node.read_data("starts") == before + b"x"


def test_what_a_node_on_a_disk_of_its_own_has_stored_outlives_its_process(node: Both) -> None:
    before = node.read_data("starts") or b""
    node.kill()
    assert node.read_data("starts") == before
    node.start()
    assert node.read_data("starts") == before + b"x"


def test_a_disk_that_is_full_already_is_no_control(node: Both) -> None:
    FullDisk().control([node])
    FullDisk().inject([node])
    with pytest.raises(FaultDidNotBiteError, match="full-disk of tiny-1 would change nothing: its disk takes no file"):
        FullDisk().control([node])


def test_a_disk_with_room_is_no_proof(node: Both) -> None:
    with pytest.raises(FaultDidNotBiteError, match="full-disk of tiny-1 did not bite: it takes what is written"):
        FullDisk().proof([node])


def test_the_disk_of_the_machine_is_never_filled(deployment: Deployment) -> None:
    other = cast(Both, deployment.nodes["tiny-2"])
    with pytest.raises(BadInputError, match="full-disk of tiny-2: its data is on the machine's disk, which is not for"):
        FullDisk().control([other])
    with pytest.raises(BadInputError, match=r"the disk of tiny-2 is the .*: its spec gives it none of its own"):
        FullDisk().inject([other])


def test_a_node_in_its_place_has_an_empty_disk_of_that_size(deployment: Deployment, node: Both) -> None:
    FullDisk().inject([node])
    deployment.put([node.spec])
    new = cast(Both, deployment.nodes["tiny-1"])
    assert new.read_data("starts") == b"x"
    FullDisk().inject([new])
    assert FullDisk().proof([new])
