"""Reads a checkout, and prints a digest of it: in a process of its own, as what is read may never end.

python -m harness.grading.reading FILE FOLDER trusted|confined
"""

from __future__ import annotations

import sys
from pathlib import Path

from harness.errors import EXIT_BAD_INPUT, HarnessError
from harness.typed import readable


def main(file: str, folder: str, trusted: str) -> None:
    """Prints the digest, or why the checkout can't be used; status 2 then."""
    try:
        system = readable().read(Path(file), Path(folder), trusted == "trusted")
    except (HarnessError, OSError) as error:
        # All that is wrong, in the one line that is read.
        sys.stdout.write("error: " + "; ".join(str(error).splitlines()) + "\n")
        sys.exit(EXIT_BAD_INPUT)
    sys.stdout.write(f"{system.digest}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
