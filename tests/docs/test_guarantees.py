"""The page on what settings permit is true: `harness explain` prints what it shows, and says the same as data."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest
from click.testing import CliRunner

from harness.cli import main
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


def test_servers_alone_permit_what_their_scenario_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT)
    status, output = explain("harness explain test_no_backup_loses_what_the_member_owned")
    assert status == 0
    assert "nobody knows what these servers alone permit" in output
