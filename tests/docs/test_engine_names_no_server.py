"""Neither the engine nor what people use names a kind of server, or a role or an operation of a suite.

Two sorts of words are looked for. A name that means nothing else, such as that of a kind of server, has no place
anywhere: in code, words or comments. A role or an operation of the suite is often a common word (a configuration, a
message, to get something), so it is only looked for as a whole literal, by which code would tell it from others.
"""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.messages.application import messages
from harness.messages.telling import MESSAGES
from harness.provision.kinds import every_kind
from harness.topology.timings import FAST
from tests.running import ROOT

PARTS = (
    *("backends", "checkers", "export", "faults", "inspect", "provision", "session", "topology", "watch"),
    *("report", "plugin", "cli", "*.py"),
)
READ = sorted(
    path
    for part in PARTS
    for each in (ROOT / "harness").glob(part)
    for path in ([each] if each.is_file() else each.rglob("*"))
    if path.suffix in {".py", ".js", ".html", ".css"}
)
#: What says where the houses are, what is public of a suite, and what a person reads of all of it.
BESIDE = {"offered.py", "kinds.py", "public.py", "reference.py", "assertions.py", "replay.py", "__init__.py"} | {
    # Options that say where servers of a kind run already.
    "options.py",
    # The example that `harness init-suite` writes.
    "test_kafka_leader.py",
}
UNIQUE = sorted({re.split(r"\W", name)[0] for name in every_kind() if name != "service"} | {"facade", "brokers?"})
#: An example, and who first defined something.
EXAMPLES = re.compile(r"such as .*|.*Jepsen.*")
ROLES = {spec.role for spec in messages().cast("x", messages().servers, FAST).specs}
LITERALS = ROLES | MESSAGES.requests.keys() | MESSAGES.others
#: pip has a command of that name, and where the houses are is said in one place.
ALLOWED = {"harness/provision/registries.py": {"config"}, "harness/offered.py": {"messages"}}
#: Where a page's script tells one thing from another: by a string, or by the field of an object.
_IN_SCRIPTS = re.compile(r"""(["'`])(\w+)\1|\.(\w+)\b(?!\()""")


def relative(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.mark.parametrize("path", [p for p in READ if p.name not in BESIDE], ids=relative)
def test_no_module_names_a_server_or_a_role(path: Path) -> None:
    named = [
        line.strip()
        for line in path.read_text().splitlines()
        if any(re.search(rf"\b{name}\b", EXAMPLES.sub("", line), re.IGNORECASE) for name in UNIQUE)
    ]
    assert named == []


@pytest.mark.parametrize("path", READ, ids=relative)
def test_no_module_tells_a_role_or_an_operation_of_the_suite_from_others(path: Path) -> None:
    assert LITERALS.intersection(literals(path)) <= ALLOWED.get(relative(path), set())


def literals(path: Path) -> Iterator[str]:
    """The strings of a module, or the strings and fields of a script."""
    if path.suffix == ".py":
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
    elif path.suffix == ".js":
        for match in _IN_SCRIPTS.finditer(path.read_text()):
            yield match[2] or match[3]


def test_what_is_looked_for_would_be_found(tmp_path: Path) -> None:
    script, module = tmp_path / "page.js", tmp_path / "module.py"
    script.write_text('const found = counts.post || cards.get(name); if (role === "logging") x();')
    module.write_text('def f(x):\n    return x.get(1) if x.f in {"get", "drain"} else logging\n')
    assert LITERALS.intersection(literals(script)) == {"post", "logging"}
    assert LITERALS.intersection(literals(module)) == {"get", "drain"}
    assert {"kafka", "hazelcast", "postgres"} <= set(UNIQUE)
