"""Has the scenarios here write into the report folder, as those of a suite do; the harness' own tests don't."""

import pytest

from harness.plugin import fixtures
from harness.report.scenario import ScenarioReport


@pytest.fixture
def report(request: pytest.FixtureRequest) -> ScenarioReport:
    return fixtures.report(request)
