"""Services that no harness has started are given to it: a scenario runs on them, and leaves them as they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from harness.backends.gone import accepts
from harness.errors import EXIT_BAD_INPUT
from tests.given.outside import run
from tests.given.small import BEFORE, Small, small
from tests.running import ROOT

pytestmark = pytest.mark.servers

LOGGING = "scenarios/test_logging_instances.py"
LOST = f"{LOGGING}::test_losing_logging_instances_costs_no_request[1]"
PLUGIN = ("-p", "no:cacheprovider", "-q")


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Small]:
    with small(tmp_path_factory.mktemp("outside") / "small") as services:
        yield services


def test_one_is_killed_and_started_again_and_what_others_posted_is_passed_over(services: Small, tmp_path: Path) -> None:
    before = {name: services.pid(name) for name in ("facade", "logging-1", "logging-2", "logging-3")}
    asked = ("--system", str(services.file()), "--yes-break-it", f"--reports={tmp_path / 'reports'}", "-rs")
    chosen = "costs_no_request or share_their_life or logged_the_others"
    status, output = run("pytest", LOGGING, "-k", chosen, *asked, *PLUGIN, cwd=ROOT)
    assert status == 0, output
    assert "3 passed, 1 skipped, " in output
    assert "nobody has said how to pause facade, logging-1, logging-2, logging-3" in output
    assert "it needs 2 Hazelcast members" in output
    assert all(map(accepts, (*services.logging, services.facade)))
    assert before["facade"] == services.pid("facade")
    assert any(services.pid(name) != pid for name, pid in before.items()), "none was started again"
    assert tuple(services.messages[: len(BEFORE)]) == BEFORE
    page = (tmp_path / "reports" / "owner.md").read_text()
    assert "that nothing is shown which nobody posted" in page
    histories = "".join(path.read_text() for path in (tmp_path / "reports" / "histories").glob("*.jsonl"))
    assert not any(text in histories for text in BEFORE[:2])


def test_it_refuses_to_break_what_it_did_not_start_and_names_each(services: Small) -> None:
    before = services.messages
    status, output = run("pytest", LOST, "--system", str(services.file()), *PLUGIN, cwd=ROOT)
    assert status == EXIT_BAD_INPUT, output
    for name, at in (("facade", services.facade), ("logging-2", services.logging[1])):
        assert f"{name} at {at}: kill by `sh -c 'kill -9 $(cat pid-{name})'`; stop by `sh -c " in output
    assert services.messages == before


def test_who_says_nothing_about_breaking_has_those_scenarios_left_out(services: Small) -> None:
    status, output = run("pytest", LOST, "--system", str(services.file("")), *PLUGIN, cwd=ROOT)
    assert status == pytest.ExitCode.NO_TESTS_COLLECTED, output
    assert "it breaks nodes, and nobody has said how facade, logging-1, logging-2, logging-3 are killed" in output


def test_a_try_posts_one_message_and_says_so(services: Small) -> None:
    before = services.messages
    status, output = run("harness", "try", str(services.file()), cwd=ROOT)
    assert status == 0, output
    assert "it runs already: this one message was posted, and stays there" in output
    (posted,) = services.messages[len(before) :]
    assert f"[get.logging] read as: {len(before) + 1} messages: the last of them" in output
    assert posted in output


def test_a_command_that_fails_is_told_with_its_words(services: Small, tmp_path: Path) -> None:
    file = services.file('kill = ["sh", "-c", "echo no such unit; exit 3"]\nstart = ["true"]\n')
    asked = ("--system", str(file), "--yes-break-it", f"--reports={tmp_path / 'reports'}")
    status, output = run("pytest", LOST, *asked, *PLUGIN, cwd=ROOT)
    assert status == EXIT_BAD_INPUT, output
    assert "(sh -c 'echo no such unit; exit 3') ended with status 3: no such unit" in output


def test_services_that_do_not_run_are_named_before_anything_is_done(services: Small, tmp_path: Path) -> None:
    file = tmp_path / "system.toml"
    file.write_text(services.file().read_text().replace(services.logging[1], "127.0.0.1:1"))
    for command in (("harness", "try", str(file)), ("pytest", LOST, "--system", str(file), *PLUGIN)):
        status, output = run(*command, cwd=ROOT)
        assert status == EXIT_BAD_INPUT, output
        assert "no logging instance listens at 127.0.0.1:1; give host:port of those that run" in output
        assert "Traceback" not in output


def test_several_workers_are_refused(services: Small) -> None:
    status, output = run("pytest", LOST, "--system", str(services.file()), "-n", "2", *PLUGIN, cwd=ROOT)
    assert status == EXIT_BAD_INPUT, output
    assert "several workers would break the same nodes at once; leave out -n" in output
