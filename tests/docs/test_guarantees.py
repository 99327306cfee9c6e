"""The page on what settings permit is true: `harness explain` prints what it shows, and its tables are the rules."""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
from harness.guarantees import Guarantees
from harness.offered import modules
from tests.docs.blocks import follow
from tests.running import ROOT


def explain(line: str) -> tuple[int, str]:
    program, *arguments = shlex.split(line)
    assert program == "harness"
    done = CliRunner().invoke(main, arguments)
    return done.exit_code, done.output


def test_what_the_page_shows_is_what_is_printed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    assert follow(ROOT / "docs" / "guarantees.md", tmp_path, explain) == 1


def test_scenarios_of_the_same_settings_are_explained_together(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status, output = explain("harness explain --json test_losing_the_controller_loses_no_message")
    (explained,) = json.loads(output)["explained"]
    assert status == 0
    assert len(explained["scenarios"]) == 2
    assert explained["settings"]["kafka.producer.acks"] == "all"
    assert "acks=1" in {rule["setting"] for rule in explained["rules_out"]}


def test_a_scenario_that_is_not_there_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status, output = explain("harness explain test_of_nothing")
    assert status == 2
    assert output.count("\n") == 1
    assert output.startswith("error: no scenario is 'test_of_nothing'; give a test as pytest names it")


def test_of_servers_alone_the_rules_of_their_kinds_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status, output = explain("harness explain test_no_backup_loses_what_the_member_owned")
    assert status == 0
    assert "Servers alone: the scenario makes their structures. These settings would permit:" in output
    assert "as many members lost at once as a map has copies" in output
    assert "acks" not in output


def rows() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The rows of the page's tables, each with the module of the rules that its heading names."""
    module = ""
    for line in (ROOT / "docs" / "guarantees.md").read_text().splitlines():
        if heading := re.fullmatch(r"### .+ \(`(harness/.+/guarantees)\.py`\)", line):
            module = heading[1].replace("/", ".")
        elif row := re.fullmatch(r"\| (.+) \| (.+) \| (.+) \| (`.+`) \|", line):
            yield module, row.groups()


def test_every_rule_has_a_row() -> None:
    said = sorted((module, *cells[:3]) for module, cells in rows())
    assert said == sorted(
        (module.__name__, rule.setting, rule.when, ", ".join(rule.permits) or "no loss")
        for module in modules("guarantees")
        for value in vars(module).values()
        if isinstance(value, Guarantees)
        for rule in value.rules
    )


def test_every_row_names_scenarios_with_settings_that_its_rule_is_about(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status, output = explain("harness explain --json scenarios")
    assert status == 0
    theirs: dict[str, set[str]] = {}
    for each in json.loads(output)["explained"]:
        about = {rule["setting"] for rule in (*each["permits"], *each["may_permit"])}
        for scenario in each["scenarios"]:
            for name in (scenario, scenario.partition("[")[0]):
                theirs.setdefault(name.removeprefix("scenarios/"), set()).update(about)
    for _, (setting, *_, shown_by) in rows():
        for name in re.findall(r"`(.+?)`", shown_by):
            assert setting in theirs.get(name, ()), f"{name} is no scenario, or not one of {setting}"
