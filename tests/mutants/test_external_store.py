"""The scenarios of the external store can fail: each is run with a map that writes in another way than it says."""

from math import inf

import pytest

from harness import Nemesis, System
from harness.errors import InconclusiveError
from harness.judgement import GuaranteeBrokenError
from harness.topology.hazelcast import STORES, WRITE_DELAY_S
from scenarios.test_external_store import test_a_write_behind_store_lacks_what_was_put_last as put_last
from scenarios.test_external_store import test_a_write_through_map_refuses_puts_without_its_store as refuses_puts
from scenarios.test_external_store import test_losing_all_members_at_once as losing_all_members

pytestmark = pytest.mark.system(stored=True, running=False, brokers=0)


def test_write_behind_is_no_write_through(system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STORES, "write-through", STORES["write-behind"])
    with pytest.raises(GuaranteeBrokenError, match=r"not stored: \d+ keys were acknowledged and due"):
        losing_all_members(system, faults, "write-through", 0)


def test_a_loss_of_everything_that_was_none_proves_nothing(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(STORES, "none", STORES["write-through"])
    with pytest.raises(InconclusiveError, match=r"the store held all 1000 keys, although it never gets any"):
        losing_all_members(system, faults, "none", inf)


def test_write_through_lacks_nothing(system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STORES, "write-behind", STORES["write-through"])
    with pytest.raises(InconclusiveError, match=rf"the store held all 400 keys, although .* {WRITE_DELAY_S} s late"):
        put_last(system, faults)


def test_without_a_store_no_put_is_refused(system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(STORES, "write-through", STORES["none"])
    with pytest.raises(AssertionError, match=r"5 of 5 puts were acknowledged without the store"):
        refuses_puts(system, faults)
