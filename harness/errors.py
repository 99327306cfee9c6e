"""The errors the harness raises on purpose: one tree, one clear message each.

A message names the thing, says what was expected and what to do next. Nothing here is raised for a broken guarantee:
that is a verdict, not an error.
"""

from __future__ import annotations

#: Exit status for bad input or a bad environment (0 held, 1 a guarantee was broken, 3 inconclusive).
EXIT_BAD_INPUT = 2
EXIT_INCONCLUSIVE = 3


class HarnessError(Exception):
    """The base of all errors; `str(error)` is what a person reads, so it is complete without a traceback.

    Attributes:
        finding: what it is called where it is the fault of the system that is tested; empty where it is not.
    """

    finding = ""


class BadInputError(HarnessError):
    """An option, a file or a value that a person gave can't be used."""


class HistoryError(BadInputError):
    """A history that can't be used as it is; names the line and the reason."""


class EnvironmentUnfitError(HarnessError):
    """The machine lacks something: an engine, a free port, disk space, a registry that answers."""


class NodeStartError(HarnessError):
    """A node did not come up; the message carries its last log lines."""

    finding = "not started"


class AwaitTimeoutError(HarnessError):
    """A condition was not met before its deadline; the message says what was awaited and what was seen last.

    Attributes:
        seen: what was seen last, in words.
    """

    def __init__(self, message: str, *, seen: str = "") -> None:
        super().__init__(message)
        self.seen = seen


class NotEndedError(AwaitTimeoutError):
    """A node still runs long after it was asked to end."""

    finding = "does not end"


class WentWrongError(HarnessError):
    """The tested system did not do what it has to by itself; the message says what was seen in its place.

    Attributes:
        finding: what that is called.
    """

    def __init__(self, message: str, *, finding: str) -> None:
        super().__init__(message)
        self.finding = finding


class FaultDidNotBiteError(HarnessError):
    """A fault could not prove that it took effect, so the scenario says nothing: inconclusive, never green."""


class LeftOutError(HarnessError):
    """Somebody's own system lacks what a scenario needs; the message is the reason for which it is left out."""


class InconclusiveError(HarnessError):
    """An assumption of the experiment did not hold (no traffic, no settled state), so there is no verdict."""


class NotSaidError(InconclusiveError):
    """The description of somebody's system lacks what was asked for; the message names the key that would say it."""
