"""What turns the scenarios of the external store red: a store that is written later than it should be, or sooner."""

import pytest

from harness import Nemesis, System
from harness.assertions import GuaranteeBrokenError
from harness.errors import InconclusiveError
from harness.servers.hazelcast import hazelcast, spec
from harness.servers.postgres import postgres
from scenarios import test_external_store as scenarios

pytestmark = pytest.mark.system(hazelcast(stored=True), postgres())


@pytest.fixture
def written_later(monkeypatch: pytest.MonkeyPatch) -> None:
    """A map that should write before it acknowledges a put writes some seconds after that."""
    monkeypatch.setitem(spec.STORES, "write-through", spec.STORES["write-behind"])


@pytest.mark.usefixtures("written_later")
def test_what_is_written_later_is_not_there_when_all_members_die(system: System, faults: Nemesis) -> None:
    with pytest.raises(GuaranteeBrokenError, match=r"not stored: \d+ keys were acknowledged and due"):
        scenarios.test_losing_all_members_at_once(system, faults, "write-through", 0)


def test_a_store_where_there_should_be_none_brings_everything_back(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spec.STORES, "none", spec.STORES["write-through"])
    with pytest.raises(InconclusiveError, match=r"the store held all 1000 keys, although"):
        scenarios.test_losing_all_members_at_once(system, faults, "none", None)


def test_a_store_that_is_written_at_once_lacks_nothing(
    system: System, faults: Nemesis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(spec.STORES, "write-behind", spec.STORES["write-through"])
    with pytest.raises(InconclusiveError, match=r"the store held all 400 keys, although"):
        scenarios.test_a_write_behind_store_lacks_what_was_put_last(system, faults)


@pytest.mark.usefixtures("written_later")
def test_a_map_that_writes_later_accepts_puts_without_its_store(system: System, faults: Nemesis) -> None:
    with pytest.raises(AssertionError, match=r"5 of 5 puts were acknowledged without the store"):
        scenarios.test_a_write_through_map_refuses_puts_without_its_store(system, faults)
