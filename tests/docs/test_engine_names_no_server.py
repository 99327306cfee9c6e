"""The engine knows nodes, operations and faults; it names no kind of server and no role of a suite."""

import re
from pathlib import Path

import pytest

from harness.provision.kinds import found
from tests.running import ROOT

ENGINE = [
    path
    for part in ("backends", "checkers", "faults", "inspect", "provision", "session", "topology", "watch", "*.py")
    for each in (ROOT / "harness").glob(part)
    for path in ([each] if each.is_file() else sorted(each.rglob("*.py")))
]
#: What says where the houses are, what is public of a suite, and what a person reads of all of it.
BESIDE = {"offered.py", "kinds.py", "public.py", "reference.py", "assertions.py", "replay.py", "__init__.py"}
NAMES = sorted({re.split(r"\W", name)[0] for name in found() if name != "service"} | {"facade"})
#: An example, and who first defined something.
EXAMPLES = re.compile(r"such as .*|.*Jepsen.*")


@pytest.mark.parametrize("path", [p for p in ENGINE if p.name not in BESIDE], ids=lambda p: str(p.relative_to(ROOT)))
def test_no_module_of_the_engine_names_a_server_or_a_role(path: Path) -> None:
    named = [
        line.strip()
        for line in path.read_text().splitlines()
        if any(re.search(rf"\b{name}\b", EXAMPLES.sub("", line), re.IGNORECASE) for name in NAMES)
    ]
    assert named == []
