"""A config service of somebody's own is not asked what only ours tells."""

from types import SimpleNamespace

from harness.messages.description.application import DescribedSystem


def test_nobody_waits_for_it_to_forget_an_instance() -> None:
    # What it has to be asked with is not there, so that asking it would raise an error.
    system = object.__new__(DescribedSystem)
    system.__dict__["deployment"] = SimpleNamespace(nodes={"config": None})
    system.await_forgotten(["logging-1"])
