"""The HTML report's call of Allure: what it says where it can't be made; and what may reach a report at all."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from harness.errors import BadInputError, EnvironmentUnfitError
from harness.report import html
from harness.report.environment import allowed, environment, source
from harness.report.folder import ReportFolder


def test_without_a_run_there_is_nothing_to_report(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="holds no results of a run: run `make faulttolerance` first"):
        html.make(tmp_path)


def test_without_node_it_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    ReportFolder(tmp_path).close()
    html.write_config(tmp_path, {})
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(EnvironmentUnfitError, match=r"needs npx, which comes with Node\.js"):
        html.make(tmp_path)


@pytest.mark.parametrize(
    ("message", "category"),
    [
        ("17 of 100 acknowledged messages never came back\n\nguarantee broken: lost\nevidence", "Lost message"),
        ("...\n\nguarantee broken: wrong aggregation, doubled\n", "Wrong aggregation"),
        ("...\n\nguarantee broken: lost update\n", "Lost message"),
        ("...\n\nguarantee broken: out of order\n", "Another guarantee broken"),
        ("...; these settings permit it: ...\n\npermitted loss: lost\n", "Loss that the settings permit"),
        ("...\n\nbroken test: not as expected\n", "Broken test"),
        ("AssertionError: assert 3 == 4", "Another guarantee broken"),
        ("inconclusive: the kill did not bite", "Inconclusive"),
        ("the system did not come up: kafka-1 exited", "Environment"),
        ("KeyError: 'x'", "Harness error"),
    ],
)
def test_failures_are_filed_by_what_they_say(message: str, category: str) -> None:
    found = next(name for name, regex in html.categories().items() if re.search(regex.replace("[^]", "."), message))
    assert found == category


def test_no_variable_but_those_of_the_list_is_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DEPLOY_TOKEN", "canary-7f3a")
    monkeypatch.setenv("GITHUB_REF_NAME", "main")
    shown = environment(backend="docker", timings="fast")
    assert shown["GITHUB_REF_NAME"] == "main"
    assert "canary-7f3a" not in str(shown)
    assert shown["Kafka"]
    assert shown["Hazelcast"]


def test_a_source_line_is_found_where_a_pipeline_says_whose_commit_it_is() -> None:
    github = {"GITHUB_SERVER_URL": "https://x", "GITHUB_REPOSITORY": "o/r", "GITHUB_SHA": "abc", "PATH": "/bin"}
    assert source("scenarios/test_a.py", 3, github) == "https://x/o/r/blob/abc/scenarios/test_a.py#L3"
    gitlab = {"CI_PROJECT_URL": "https://y/p", "CI_COMMIT_SHA": "abc"}
    assert source("scenarios/test_a.py", 3, gitlab) == "https://y/p/-/blob/abc/scenarios/test_a.py#L3"
    assert source("scenarios/test_a.py", 3, {}) is None
    assert "PATH" not in allowed(github)
