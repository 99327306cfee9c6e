"""Says in a line why a test did not hold, for tables of many runs."""

from __future__ import annotations

from textwrap import shorten

import pytest

from harness.errors import HarnessError

_LONGEST = 300


def sentence(error: BaseException) -> str:
    """The first line of an error; of one that is not meant for people it begins with its kind."""
    meant = isinstance(error, HarnessError | pytest.fail.Exception | pytest.skip.Exception)
    words = str(error) if meant else f"{type(error).__name__}: {error}"
    return shorten("".join(words.strip().splitlines()[:1]), _LONGEST, placeholder=" ...")
