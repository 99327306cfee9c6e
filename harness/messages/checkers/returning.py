"""Whether what some answers lacked came back, in words."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from harness.checkers.verdict import Anomaly
from harness.messages.checkers.reads import Read


@dataclass
class Returning:
    """Counts the messages that answers lacked, and those of them that the last answer lacks, too."""

    missing: int = 0
    gone: int = 0

    def look(self, lacking: Sequence[Anomaly], last: Read) -> None:
        """Looks for what was lacking in the last answer of those that had to show it.

        Args:
            lacking: of each, the last operation is an answer, and the posts are those of what it lacked.
            last: the last answer; if it is the only one of them, nobody has looked again.
        """
        if {anomaly.operations[-1].invoke.index for anomaly in lacking} - {last.operation.invoke.index}:
            missing = {o.invoke.value["id"] for anomaly in lacking for o in anomaly.operations if o.f == "post"}
            self.missing += len(missing)
            self.gone += len(missing.difference(last.ids))

    def added_to(self, anomaly: Anomaly) -> Anomaly:
        """The anomaly with these words; without, if nobody has looked again."""
        if not self.missing:
            return anomaly
        words = (
            f"{self.gone} of {self.missing} messages not in the last answer either" if self.gone else "all came back"
        )
        return replace(anomaly, sentence=f"{anomaly.sentence}; {words}")
