"""A facade that gives the first instance all of a request's time: one that hangs keeps it from asking the next."""

import time
from collections.abc import Iterator, Sequence

from services import facade, posting, reading


def patiently(instances: Sequence[tuple[str, str]], end: float) -> Iterator[tuple[str, str, float]]:
    """Name, URL and time limit of each instance: all that is left."""
    for name, url in instances:
        if (left_s := end - time.monotonic()) > 0:
            yield name, url, left_s


if __name__ == "__main__":
    posting.in_turn = reading.in_turn = patiently  # type: ignore[attr-defined]
    facade.main()
