"""Notes how long each scenario took, for even shards: `python -m harness.plugin.durations reports/junit.xml`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

from harness.errors import EXIT_BAD_INPUT, BadInputError
from harness.plugin.sharding import DURATIONS


def read(junit: Path) -> Mapping[str, float]:
    """The seconds of every scenario that passed, by its id.

    Raises:
        BadInputError: it is no JUnit XML, or nothing passed.
    """
    try:
        cases = list(ElementTree.parse(junit).iter("testcase"))
    except (OSError, ElementTree.ParseError) as error:
        raise BadInputError(f"{junit} is no JUnit XML ({error}); give the reports/junit.xml of a run") from error
    # One that failed may have been cut short, or have waited for a time-out.
    passed = [case for case in cases if case.find("failure") is None and case.find("error") is None]
    took = {_id(case): round(float(case.get("time", "0")), 1) for case in passed if case.find("skipped") is None}
    if not took:
        raise BadInputError(f"{junit} holds no scenario that passed; give the reports/junit.xml of a run")
    return took


def _id(case: ElementTree.Element) -> str:
    return f"{case.get('classname', '').replace('.', '/')}.py::{case.get('name')}"


def main() -> None:
    """Adds what the run measured to the durations that are known."""
    try:
        took = read(Path(sys.argv[1] if len(sys.argv) == 2 else "reports/junit.xml"))
    except BadInputError as error:
        sys.stderr.write(f"error: {error}\n")
        sys.exit(EXIT_BAD_INPUT)
    known = json.loads(DURATIONS.read_text()) if DURATIONS.exists() else {}
    DURATIONS.write_text(json.dumps({**known, **took}, indent=1, sort_keys=True) + "\n")
    sys.stdout.write(f"{DURATIONS}: {len(took)} scenarios, {sum(took.values()):.0f} s\n")


if __name__ == "__main__":
    main()
