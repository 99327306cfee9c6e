"""What Jepsen wrote is read as a history: its log of a register, and operation maps."""

from __future__ import annotations

import pytest

from bench import jepsen
from harness.errors import HistoryError
from harness.events import operations

LOG = """\
INFO  jepsen.util - Starting the test
INFO  jepsen.util - 0\t:invoke\t:write\t4
INFO  jepsen.util - 1   :invoke :read   nil
INFO  jepsen.util - 0\t:info\t:write\t:timed-out
INFO  jepsen.util - 1   :ok     :read   4
INFO  jepsen.util - 1\t:invoke\t:cas\t[4 0]
INFO  jepsen.util - 1\t:fail\t:cas\t[4 0]
"""


def test_a_log_of_jepsen_is_a_history_of_one_register() -> None:
    found = operations(jepsen.from_log(LOG.splitlines()))
    assert [(o.f, o.outcome, o.value) for o in found] == [
        ("write", "info", ["x", 4]),
        ("read", "ok", ["x", 4]),
        ("cas", "fail", ["x", [4, 0]]),
    ]
    assert found[0].completion
    assert found[0].completion.error == "timed-out"


@pytest.mark.parametrize("text", ["{:index 0}", "[1 2]", "{:index", '{:index 0 "a"}'])
def test_what_is_no_operation_map_is_refused(text: str) -> None:
    with pytest.raises(HistoryError, match="not operation maps in EDN"):
        jepsen.from_edn(text)
