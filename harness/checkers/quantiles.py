"""Quantiles of times: nearest rank, so that each is a time that was measured."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt


def quantiles_s(times_ns: Sequence[int] | npt.NDArray[np.int64], at: Sequence[float]) -> list[float]:
    """The quantiles `at` (0 to 1) of some times in nanoseconds, of which there is at least one, in seconds."""
    # Here: numpy takes as long to import as pytest, and a run in which nothing is timed needs none.
    import numpy as np

    values = np.quantile(times_ns, at, method="inverted_cdf")
    return [float(time) / 1e9 for time in values]
