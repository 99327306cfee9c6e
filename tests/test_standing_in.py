"""`--system FILE` runs scenarios on the system that a file describes, and leaves out those that need what it lacks."""

from pathlib import Path

import pytest

from harness.errors import EXIT_BAD_INPUT
from tests.messages.variants import WITHOUT_A_QUEUE, variant
from tests.running import ROOT, run

FLASK = ROOT / "examples" / "flask" / "system.toml"
SCENARIOS = """import pytest
from harness.messages import messages
from harness.messages.needs import CONFIG, PLACES
from harness.servers.hazelcast import hazelcast
from harness.servers.kafka import kafka

pytestmark = pytest.mark.faulttolerance


@pytest.mark.system(messages())
def test_usual(system):
    pass


@pytest.mark.system(messages(), hazelcast(), kafka(2, settings={"a": "b"}))
def test_servers_of_its_own(system):
    pass


@pytest.mark.system(messages(), hazelcast(), kafka(5))
def test_more_servers(system):
    pass


@pytest.mark.system(messages())
@pytest.mark.needs(CONFIG, PLACES)
def test_with_config(system):
    pass


@pytest.mark.system(messages("hazelcast"))
def test_another_queue(system):
    pass


@pytest.mark.system(messages(replay=True))
def test_our_manners(system):
    pass


@pytest.mark.system(kafka())
def test_servers_alone(system):
    pass


def test_of_no_system():
    pass
"""


ANY_QUEUE = """import pytest
from harness.messages import messages
from harness.messages.needs import MESSAGES

pytestmark = pytest.mark.faulttolerance


@pytest.mark.system(messages("any"))
@pytest.mark.parametrize("role", ["logging", pytest.param("messages", marks=pytest.mark.needs(MESSAGES))])
def test_of_any(system, role):
    pass


@pytest.mark.system(messages())
def test_of_kafka(system):
    pass
"""


ABOUT_SERVERS = """import pytest
from harness.messages import messages

pytestmark = [pytest.mark.faulttolerance, pytest.mark.system(messages("any"))]


@pytest.mark.hazelcast
def test_about_members(system):
    pass


@pytest.mark.kafka
def test_about_brokers(system):
    pass


def test_about_services(system):
    pass
"""


@pytest.fixture
def suite(tmp_path: Path) -> Path:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p harness.plugin -p no:cacheprovider\n")
    (tmp_path / "test_suite.py").write_text(SCENARIOS)
    return tmp_path


def collected(suite: Path, *options: str) -> set[str]:
    status, output = run("pytest", "--collect-only", "-q", *options, cwd=suite)
    assert status == 0, output
    return {line.rpartition("::")[2] for line in output.splitlines() if "::" in line}


def test_what_needs_more_than_the_system_has_is_left_out(suite: Path) -> None:
    everything = collected(suite)
    assert len(everything) == 8
    left = collected(suite, "--system", str(FLASK))
    assert left == {"test_of_no_system", "test_servers_of_its_own", "test_usual"}


def test_what_is_not_about_a_queue_fits_whichever_there_is_and_none(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -p harness.plugin -p no:cacheprovider\n")
    (tmp_path / "test_suite.py").write_text(ANY_QUEUE)
    assert collected(tmp_path) == {"test_of_any[logging]", "test_of_any[messages]", "test_of_kafka"}
    assert collected(tmp_path, "--system", str(FLASK)) == collected(tmp_path)
    without = variant(tmp_path / "without", WITHOUT_A_QUEUE)
    assert collected(tmp_path, "--system", str(without)) == {"test_of_any[logging]"}


def test_what_is_about_servers_needs_as_many_as_it_declares(tmp_path: Path) -> None:
    (tmp_path / "pytest.ini").write_text(
        "[pytest]\naddopts = -p harness.plugin -p no:cacheprovider\nmarkers =\n kafka\n hazelcast\n"
    )
    (tmp_path / "test_suite.py").write_text(ABOUT_SERVERS)
    members = "[servers.hazelcast]\ncount = 3\n"
    one = variant(tmp_path / "one", {"system.toml": [(members, members.replace("3", "1"))]})
    assert collected(tmp_path, "--system", str(one)) == {"test_about_brokers", "test_about_services"}
    _, output = run("pytest", "-q", "--system", str(one), "-k", "members", cwd=tmp_path)
    assert "it needs 3 Hazelcast members, and the file has 1 Hazelcast member (1)" in output


def test_a_facade_and_its_logging_service_alone_have_scenarios_of_their_own(tmp_path: Path) -> None:
    without = variant(tmp_path, WITHOUT_A_QUEUE)
    left = collected(ROOT, "-p", "no:cacheprovider", "--system", str(without), "-m", "faulttolerance", "scenarios")
    assert len(left) >= 8
    assert {
        "test_losing_logging_instances_costs_no_request[2]",
        "test_a_member_that_is_cut_off_answers_nothing",
    } <= left


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, "there is no such file"),
        ("name = ", "system.toml:1: not TOML"),
        ('nam = "a"', "system.toml:1: nam: there is no such key; did you mean name?"),
    ],
)
def test_a_file_that_can_t_be_used_ends_the_run_before_anything_is_collected(
    suite: Path, text: str | None, said: str
) -> None:
    file = suite / "system.toml"
    if text is not None:
        file.write_text(text)
    status, output = run("pytest", "--system", str(file), cwd=suite)
    assert status == EXIT_BAD_INPUT
    assert said in output
    assert "Traceback" not in output
