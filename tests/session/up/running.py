"""The system of `harness up` as the tests of this folder share it."""

import json
from dataclasses import dataclass

from harness.events import faults
from harness.reading import read
from harness.session.paths import history_path, socket_path
from tests.running import run


@dataclass
class Running:
    """The system that is up.

    Attributes:
        backend: where its nodes run.
        is_down: whether it was taken down.
    """

    backend: str
    is_down: bool = False

    def take_down(self) -> None:
        """Ends it, after which nothing is left."""
        self.is_down = True
        assert run("harness", "down") == (0, "nothing is left of it\n")
        assert not socket_path().exists()
        assert run("harness", "status")[0] == 2

    def is_as_it_came_up(self) -> bool:
        """Whether its services run as in the beginning: no consumer was started yet, and nobody was hurt."""
        _, output = run("harness", "status", "--json")
        services = {node["name"] for node in json.loads(output)["nodes"] if node["kind"] == "service"}
        unstarted = {"messages-1", "messages-2"}.isdisjoint(services)
        return "facade" in services and unstarted and not faults(read(history_path()))
