"""The options of `harness up`."""

from __future__ import annotations

import base64
import pickle
from dataclasses import dataclass

from harness.declared import Declared
from harness.errors import BadInputError
from harness.topology.timings import Profile


@dataclass(frozen=True)
class UpOptions:
    """The options of `harness up`, which starts the session's process with them as its argument.

    Attributes:
        declared: what the system is made of.
        backend: where nodes run.
        timings: the failure detectors' profile.
        ui: whether the servers' own consoles come up beside it.

    Raises:
        BadInputError: on what can't be had together.
    """

    declared: Declared
    backend: str = "auto"
    timings: Profile = "fast"
    ui: bool = False

    def __post_init__(self) -> None:
        if self.ui and self.backend == "process":
            raise BadInputError("--ui needs Docker, as the consoles are images; leave --backend process out")

    def text(self) -> str:
        """The options as text, for `of_text`."""
        return base64.b64encode(pickle.dumps(self)).decode()

    @staticmethod
    def of_text(text: str) -> UpOptions:
        """The options that `text` wrote."""
        options: UpOptions = pickle.loads(base64.b64decode(text))
        return options
