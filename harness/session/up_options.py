"""The options of `harness up`."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass

from harness.errors import BadInputError
from harness.messages.namespace import QueueKind
from harness.topology.timings import Profile


@dataclass(frozen=True)
class UpOptions:
    """The options of `harness up`, which starts the session's process with them as its argument.

    Attributes:
        backend: where nodes run.
        timings: the failure detectors' profile.
        queue: which server carries the messages.
        consumers: whether the messages instances run from the beginning.
        ui: whether the servers' own consoles come up beside it.

    Raises:
        BadInputError: on what can't be had together.
    """

    backend: str = "auto"
    timings: Profile = "fast"
    queue: QueueKind = "kafka"
    consumers: bool = True
    ui: bool = False

    def __post_init__(self) -> None:
        if self.ui and self.backend == "process":
            raise BadInputError("--ui needs Docker, as the consoles are images; leave --backend process out")

    def text(self) -> str:
        """The options as text, for `of_text`."""
        return json.dumps(asdict(self))

    @classmethod
    def of_text(cls, text: str) -> UpOptions:
        """The options that `text` wrote."""
        return cls(**json.loads(text))
