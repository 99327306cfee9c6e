"""The command line, and a run that is to attach, where no system is up."""

from pathlib import Path

import pytest

from tests.running import SCENARIO, run


def harness(*arguments: str, **environment: str) -> tuple[int, str]:
    return run("harness", *arguments, **environment)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_completion_script_is_printed_for_each_shell(shell: str) -> None:
    status, output = harness("completion", shell)
    assert status == 0
    assert f"_HARNESS_COMPLETE={shell}_complete" in output


@pytest.mark.parametrize(
    "command",
    [
        ["send", "1"],
        ["get"],
        ["status"],
        ["kill", "leader"],
        ["heal"],
        ["logs", "facade"],
        ["exec", "a", "b"],
        ["down"],
    ],
)
def test_without_a_system_each_command_says_how_to_get_one(command: list[str]) -> None:
    assert harness(*command) == (2, "error: no system is running: harness up\n")


def test_without_a_system_no_name_is_completed() -> None:
    words = {"COMP_WORDS": "harness kill ", "COMP_CWORD": "2"}
    assert harness(_HARNESS_COMPLETE="bash_complete", **words) == (0, "\n")


def test_an_unknown_backend_is_refused() -> None:
    status, output = harness("up", "--backend", "podman")
    assert status == 2
    assert "'podman' is not one of 'auto', 'docker', 'process'" in output


def test_consoles_without_docker_are_refused() -> None:
    refusal = "error: --ui needs Docker, as the consoles are images; leave --backend process out\n"
    assert harness("up", "--backend", "process", "--ui") == (2, refusal)


def test_without_a_system_nothing_is_attached_to(tmp_path: Path) -> None:
    status, output = run("pytest", "--attach", f"--reports={tmp_path}", SCENARIO)
    assert status == 2
    assert "no system is running: harness up" in output


def test_what_stays_up_anyway_is_not_kept(tmp_path: Path) -> None:
    status, output = run("pytest", "--attach", f"--reports={tmp_path}", SCENARIO, "--keep-topology", "always")
    assert status == 2
    assert "--keep-topology: the system of --attach stays up anyway" in output
