"""What people's systems do wrong is on the page for the owner, in a sentence: each in a variant of examples/flask."""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from harness.backends.namespaces import why_not
from tests.messages import hostile
from tests.messages.variants import Changes, variant
from tests.running import ROOT, Forked

pytestmark = [pytest.mark.servers, pytest.mark.process]
#: The servers start anew, and a scenario waits for what may never come.
_WITHIN_S = 560
SCENARIOS = """
import pytest

from harness import Kill, every, node
from harness.messages import assert_delivered_and_aggregated, messages

pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("all is kept"), pytest.mark.system(messages("any"))]


def judged(system, posted):
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


def test_posts(system):
    judged(system, system.post(30))


def test_a_logging_instance_dies(system, faults):
    with system.traffic() as traffic:
        traffic.await_answers(5)
        faults.inject(Kill(), node("logging-1"))
        traffic.await_answers(20)
    judged(system, traffic.posted)


def test_all_logging_instances_die(system, faults):
    with system.traffic() as traffic:
        traffic.await_answers(5)
        dead = faults.inject(Kill(), every("logging"))
        traffic.await_failures(6)
        dead.undo()
        traffic.await_answers(5)
    judged(system, traffic.posted)


@pytest.mark.system(messages("any", consumers=False))
def test_consumers_come_late(system):
    posted = system.post(30)
    system.messages.start()
    judged(system, posted)
"""


@pytest.mark.parametrize(
    ("changes", "scenario", "title", "sentence"),
    [
        pytest.param(
            hostile.CONSUMER_THAT_DIES,
            "posts",
            "What broke",
            r"Thread Thread-1 \(consume\) of messages_service_\d ended of an uncaught exception, ZeroDivisionError: "
            r".*; the service went on, and answered to the end with the 5 messages that it had, of 30 acknowledged",
            id="consumer that dies",
        ),
        pytest.param(
            hostile.FACADE_THAT_EXITS,
            "a_logging_instance_dies",
            "What broke",
            r"Facade ended by itself \S+ m?s after the kill of logging_service_1, with status 3; its last lines: .*"
            r"[Cc]onnection",
            id="facade that exits",
        ),
        pytest.param(
            hostile.FACADE_THAT_GIVES_UP,
            "a_logging_instance_dies",
            "What broke",
            r"(?s)Lost: 1 of 1 scenarios.*From the kill of logging_service_1 on, no post was acknowledged for 60 s: "
            r"\d+ got 500 .error: no connection left",
            id="facade that gives up",
        ),
        pytest.param(
            hostile.FACADE_THAT_EXITS_AND_IS_STARTED_AGAIN,
            "a_logging_instance_dies",
            "What broke",
            r"Facade ended by itself .*, with status 3, and was started again: it is ready",
            id="facade that exits and is started again",
        ),
        pytest.param(
            hostile.HALF_STORED,
            "posts",
            "What broke",
            r"Of (\d+) posts that were refused, the message of \1 is in logging, and no messages instance ever showed "
            r"it: .*500 .error: no brokers available",
            id="half stored",
        ),
        pytest.param(
            hostile.SHORT_QUEUE,
            "posts",
            "What else was seen",
            r"\d+ of \d+ posts that had no answer were delivered later all the same: ",
            id="short queue",
        ),
        pytest.param(
            hostile.ERROR_AS_AN_ANSWER,
            "all_logging_instances_die",
            "What broke",
            r"\d+ of \d+ GETs were answered with success, and with no messages: .*error: no logging service answers",
            id="error as an answer",
        ),
        pytest.param(
            hostile.LATEST,
            "consumers_come_late",
            "What broke",
            r"Each of the 30 messages that were lost was acknowledged before the consumers had started",
            id="latest",
        ),
        pytest.param(
            hostile.ONE_PARTITION,
            "posts",
            "What else was seen",
            r"All 30 messages went to messages_service_\d, none to messages_service_\d: no loss",
            id="one partition",
        ),
    ],
)
def test_the_page_says_what_is_wrong(
    tmp_path: Path, changes: Changes, scenario: str, title: str, sentence: str
) -> None:
    if why := why_not():
        pytest.skip(f"local processes have no networks of their own: {why}")
    system = variant(tmp_path / "system", hostile.FEW, changes)
    (tmp_path / "test_own.py").write_text(SCENARIOS)
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider", f"--rootdir={tmp_path}")
    arguments = (f"--system={system}", "--backend=process", "-k", f"test_{scenario}", str(tmp_path))
    _, output = Forked("pytest", *plugin, *arguments, environment=os.environ, cwd=tmp_path).ended(_WITHIN_S)
    page = (tmp_path / "reports" / "owner.md").read_text().replace("\\", "")
    assert re.search(sentence, page.partition(f"## {title}\n")[2].partition("\n## ")[0]), f"{page}\n{output}"
    assert "waited" not in page.lower()
