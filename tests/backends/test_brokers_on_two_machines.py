"""Three real brokers over two engines, by pytest's option: they form a cluster, and survive faults under load."""

import contextlib
import re
from pathlib import Path

import pytest

from harness.backends import engine
from harness.backends.machines import Machine
from harness.provision.carrying import carry
from harness.provision.images import ensure_images
from harness.provision.kinds import every_kind
from tests.backends.engines import needs_engines, there
from tests.backends.naming import engines_file
from tests.running import ROOT, start

pytestmark = [pytest.mark.docker, needs_engines]

_SCENARIO = '''
"""Brokers on two machines."""

import pytest

from harness import Isolate, Kill, Nemesis, Pause, System, assert_holds
from harness.checkers import partition_log
from harness.servers.kafka import full_isr, kafka, leader_holding, new_leader
from harness.servers.kafka.workloads.log import Log
from harness.servers.kafka.workloads.producing import Sending

pytestmark = [pytest.mark.faulttolerance, pytest.mark.system(kafka())]


@pytest.mark.guarantee("no acknowledged message is lost")
def test_leaders_are_lost(system: System, faults: Nemesis) -> None:
    """Leaders are killed, paused and cut off, one after the other, under load."""
    log = Log(system, sending=Sending(a_second=100))
    with log.traffic() as traffic:
        for fault in (Kill(), Pause(), Isolate()):
            traffic.sends.await_acknowledged(100)
            lost = faults.inject(fault, leader_holding(log.topic, traffic.partitions))
            lost.until(new_leader(log.topic), timeout_s=60)
            lost.undo().until(full_isr(log.topic), timeout_s=60)
        traffic.sends.await_acknowledged(100)
    log.read()
    assert_holds(system.history, partition_log.check)
'''
_LONGEST_S = 540


def test_a_log_survives_a_kill_a_pause_and_an_isolation_and_nothing_is_left(
    machines: tuple[Machine, ...], tmp_path: Path
) -> None:
    kafka = every_kind()["kafka"]
    with (
        contextlib.closing(engine.connect()) as own,
        contextlib.closing(engine.connect(machines[0].url, timeout_s=300)) as first,
    ):
        carry(ensure_images(own, {kafka}, print)[kafka], own, first, machines[0].name, print)
    scenario = tmp_path / "test_brokers.py"
    scenario.write_text(_SCENARIO)
    named = ["-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"), f"--reports={tmp_path / 'reports'}"]
    process = start("pytest", *named, "--engines", str(engines_file(tmp_path, machines)), str(scenario))
    output, _ = process.communicate(timeout=_LONGEST_S)
    assert process.returncode == 0, output
    assert "3 Kafka brokers: kafka-1, kafka-3 on machine-1; kafka-2 on machine-2" in output
    for fault in ("kill", "pause", "isolate"):
        assert re.search(rf"^  {fault} kafka-\d, because it leads", output, re.MULTILINE), output
    assert [there(machine) for machine in machines] == [[], []]
