"""Keeps a run going when Allure can't write, on a full disk say: what is missing in its report is said."""

from __future__ import annotations

from collections.abc import Generator

import allure_commons
from allure_commons.model2 import TestResultContainer

from harness.report.lacking import Lacking

_wrapper = allure_commons.hookimpl(wrapper=True)


class AllureFiles:
    """Wraps Allure's own writer for the time of a run."""

    def __init__(self, lacking: Lacking) -> None:
        self._lacking = lacking
        allure_commons.plugin_manager.register(self)

    @_wrapper
    def report_result(self, result: object) -> Generator[None, object, object]:
        """Writes the result of a scenario."""
        return (yield from self._tried("a scenario on the page"))

    @_wrapper
    def report_container(self, container: TestResultContainer) -> Generator[None, object, object]:
        """Writes what was set up for a scenario, and how it ended.

        Pytest's own end of a fixture is not over yet, so Allure would show one of unknown outcome for each.
        """
        container.afters = [after for after in container.afters if after.stop is not None]
        return (yield from self._tried("a fixture on the page"))

    @_wrapper
    def report_attached_data(self, body: object, file_name: str) -> Generator[None, object, object]:
        """Writes an attachment."""
        return (yield from self._tried(f"the attachment {file_name}"))

    @_wrapper
    def report_attached_file(self, source: str, file_name: str) -> Generator[None, object, object]:
        """Writes an attachment that was a file before."""
        return (yield from self._tried(f"the attachment {file_name}"))

    def pytest_unconfigure(self) -> None:
        """Stops wrapping Allure's writer."""
        allure_commons.plugin_manager.unregister(self)

    def _tried(self, what: str) -> Generator[None, object, object]:
        with self._lacking.part(what):
            return (yield)
        return None
