"""The pipelines: they share every scenario, call only what there is, and tell what an exit status means."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.running import ROOT

GITHUB = ROOT / ".github" / "workflows" / "faulttolerance.yml"
GITLAB = ROOT / "examples" / "ci" / "gitlab-ci.yml"
TINY = """import pytest
from harness.checkers import Anomaly, Validity, Verdict
from harness.errors import FaultDidNotBiteError
from harness.assertions import GuaranteeBrokenError

pytestmark = pytest.mark.faulttolerance


def test_it():
    {body}
"""


def load(path: Path) -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load(path.read_text())
    return loaded


def lines(path: Path) -> Iterator[str]:
    """Every line that a job of a pipeline runs."""
    pipeline = load(path)
    for job in pipeline.get("jobs", pipeline).values():
        steps = job.get("steps", []) if isinstance(job, dict) else []
        scripts = [step["run"] for step in steps if "run" in step]
        if isinstance(job, dict):
            scripts += [*job.get("before_script", []), *job.get("script", []), *job.get("after_script", [])]
        for script in scripts:
            yield from script.splitlines()


@pytest.mark.parametrize("path", [GITHUB, GITLAB], ids=lambda path: path.name)
def test_what_a_pipeline_calls_is_there(path: Path) -> None:
    called = [line for line in lines(path) if line.startswith((".ci/", "make "))]
    assert len(called) >= 5
    targets = set(re.findall(r"^([a-z$()/.A-Z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    for line in called:
        command, *arguments = line.split()
        if command == "make":
            assert arguments[0].replace(".venv", "$(VENV)") in targets, line
        else:
            assert os.access(ROOT / command, os.X_OK), line


def test_the_shards_of_the_matrix_are_all_the_parts() -> None:
    job = load(GITHUB)["jobs"]["scenarios"]
    shards = job["strategy"]["matrix"]["shard"]
    (step,) = [step for step in job["steps"] if step.get("name") == "Scenarios"]
    whole = int(step["env"]["SHARD"].rpartition("/")[2])
    assert shards == list(range(1, whole + 1))
    assert job["name"].endswith(f"/{whole}")


def test_what_a_cache_key_names_is_there() -> None:
    keys = [str(cache["key"]["files"]) for name, cache in load(GITLAB).items() if name.startswith(".")]
    named = re.findall(r"hashFiles\('([^']+)'\)", GITHUB.read_text()) + re.findall(r"'([^']+)'", "".join(keys))
    assert len(named) >= 5
    for pattern in named:
        assert list(ROOT.glob(pattern)), pattern


def scenarios(tmp_path: Path, body: str, *, shard: str = "1/1", reports: str = "reports") -> tuple[int, str, str]:
    """Exit status, output, and the job's page, of one tiny scenario run as a pipeline does."""
    tiny = tmp_path / "test_tiny.py"
    tiny.write_text(TINY.format(body=body))
    page = tmp_path / "page.md"
    done = subprocess.run(
        [".ci/scenarios", shard, "-c", "pytest.ini", "-p", "harness.plugin", "-p", "no:hypothesispytest", str(tiny)],
        cwd=ROOT,
        env={
            **{name: value for name, value in os.environ.items() if name not in ("MARKS", "BACKEND")},
            **{"PYTHONPATH": str(ROOT), "GITHUB_ACTIONS": "true", "GITHUB_STEP_SUMMARY": str(page)},
            "REPORTS": str(tmp_path / reports),
        },
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr, page.read_text()


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        ("pass", 0, "::notice title=shard 1/1::everything held"),
        (
            "raise GuaranteeBrokenError(Verdict(Validity.INVALID, (Anomaly('lost', 'one is'),)))",
            1,
            "::error title=shard 1/1::a guarantee was broken",
        ),
        ("pytest.exit('no engine', returncode=2)", 2, "::error title=shard 1/1::bad input or an unfit environment"),
        ("raise FaultDidNotBiteError('still there')", 3, "::warning title=shard 1/1::inconclusive"),
    ],
)
def test_the_exit_status_reaches_the_job_and_its_page(tmp_path: Path, body: str, status: int, says: str) -> None:
    found, output, page = scenarios(tmp_path, body)
    assert found == status, output
    assert says in output
    assert page.startswith(f"## Shard 1/1: {says.rpartition('::')[2]}")


def test_a_bad_shard_fails_the_job(tmp_path: Path) -> None:
    found, output, page = scenarios(tmp_path, "pass", shard="3/2")
    assert found == 2
    assert "--shard '3/2' is not a part of a whole" in output
    assert "bad input" in page


@pytest.mark.skipif(not shutil.which("npx"), reason="there is no npx, which makes the report")
def test_the_shards_become_one_report(tmp_path: Path) -> None:
    more = "pass\n\n\ndef test_another():\n    pass\n\n\ndef test_a_third():\n    pass"
    for shard in (1, 2):
        found, output, _ = scenarios(tmp_path, more, shard=f"{shard}/2", reports=f"shards/{shard}")
        assert found == 0, output
    merged = tmp_path / "merged"
    done = subprocess.run(
        [".ci/merge", str(tmp_path / "shards")],
        cwd=ROOT,
        env={**os.environ, "REPORTS": str(merged)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "merged the results of 2 shards" in done.stdout
    assert len(list((merged / "allure-results").glob("*-result.json"))) == 3
    assert (merged / "allure" / "index.html").stat().st_size > 100_000
    assert len((merged / "history.jsonl").read_text().splitlines()) == 1


def test_without_results_there_is_nothing_to_merge(tmp_path: Path) -> None:
    done = subprocess.run([".ci/merge", str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 2
    assert "no shard left results" in done.stderr
