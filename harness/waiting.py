"""Waits for a condition with a deadline, on top of tenacity.

Not for retrying requests: a workload that retries hides what it is meant to measure.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from tenacity import (
    RetryCallState,
    Retrying,
    retry_if_exception_type,
    retry_if_not_result,
    stop_after_delay,
    wait_fixed,
)

from harness.errors import AwaitTimeoutError, HarnessError
from harness.spent import On, spending

Seen = TypeVar("Seen")


@dataclass(frozen=True, eq=False)
class Wait:
    """A condition that is awaited now. Times in seconds of the monotonic clock."""

    what: str
    since_s: float
    deadline_s: float


_waits: list[Wait] = []


def under_way() -> Sequence[Wait]:
    """The conditions that all threads of this process wait for now, for a display; the longest first."""
    return tuple(_waits)


@contextmanager
def _shown(what: str, timeout_s: float) -> Iterator[None]:
    wait = Wait(what, time.monotonic(), time.monotonic() + timeout_s)
    _waits.append(wait)
    try:
        yield
    finally:
        _waits.remove(wait)


def until(
    what: str,
    probe: Callable[[], Seen],
    accept: Callable[[Seen], bool] = bool,
    *,
    timeout_s: float,
    interval_s: float = 0.05,
    passing: tuple[type[Exception], ...] = (Exception,),
) -> Seen:
    """Calls `probe` every `interval_s` seconds until `accept` holds for what it returns, and returns that.

    Exceptions of the types in `passing` count as "not yet" (a server that is starting refuses connections);
    errors of the harness itself never do.

    Raises:
        AwaitTimeoutError: after `timeout_s` seconds, naming `what` and the value or exception seen last.
    """

    def give_up(state: RetryCallState) -> Seen:
        seen = "nothing: the probe never returned"
        if state.outcome is not None:
            failed = state.outcome.exception()
            seen = f"{type(failed).__name__}: {failed}" if failed else repr(state.outcome.result())
        raise AwaitTimeoutError(f"waited {timeout_s:g} s for {what}; last seen: {seen[:600]}", seen=seen[:600])

    def checked() -> Seen:
        try:
            return probe()
        except AwaitTimeoutError:
            raise
        except HarnessError as error:
            raise _Stop(error) from error

    retrying = Retrying(
        stop=stop_after_delay(timeout_s),
        wait=wait_fixed(interval_s),
        retry=retry_if_not_result(accept) | retry_if_exception_type(passing),
        retry_error_callback=give_up,
        sleep=time.sleep,
    )
    try:
        with spending(On.WAIT), _shown(what, timeout_s):
            return retrying(checked)
    except _Stop as stop:
        raise stop.error from stop


class _Stop(BaseException):
    """Carries an error of the harness past tenacity's `Exception` filter."""

    def __init__(self, error: HarnessError) -> None:
        self.error = error


@contextmanager
def awaiting(what: str) -> Iterator[None]:
    """Has whatever a client raises within the block say what was awaited, and that as what was seen last.

    Raises:
        AwaitTimeoutError: in place of what is no error of the harness, which says all that by itself.
    """
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        seen = " ".join(str(error).split()) or "no word on why"
        raise AwaitTimeoutError(f"waited for {what}; last seen: {type(error).__name__}: {seen}") from error
