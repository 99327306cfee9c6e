"""Reads a checkout, and prints what is made of it: in a process of its own, as what is read may never end.

python -m harness.grading.reading FILE FOLDER trusted|confined
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from harness.errors import EXIT_BAD_INPUT, HarnessError
from harness.topology.timings import FAST
from harness.typed import readable


def main(file: str, folder: str, trusted: str) -> None:
    """Prints a digest and the kinds of its services as JSON, or why the checkout can't be used; status 2 then."""
    try:
        system = readable().read(Path(file), Path(folder), trusted == "trusted", FAST)
    except (HarnessError, OSError) as error:
        # All that is wrong, in the one line that is read.
        sys.stdout.write("error: " + "; ".join(str(error).splitlines()) + "\n")
        sys.exit(EXIT_BAD_INPUT)
    kinds = {spec.kind.name for spec in system.declared.cast("none", FAST).specs}
    sys.stdout.write(json.dumps({"digest": system.digest, "kinds": sorted(kinds)}) + "\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
