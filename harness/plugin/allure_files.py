"""What Allure can't write, on a full disk say, is missing in its report and said; it does not end the run."""

from __future__ import annotations

from collections.abc import Generator

import allure_commons

from harness.report.lacking import Lacking

_wrapper = allure_commons.hookimpl(wrapper=True)


class AllureFiles:
    """Stands around Allure's own writer for the time of a run."""

    def __init__(self, lacking: Lacking) -> None:
        self._lacking = lacking
        allure_commons.plugin_manager.register(self)

    @_wrapper
    def report_result(self, result: object) -> Generator[None, object, object]:
        """A scenario."""
        return (yield from self._tried("a scenario on the page"))

    @_wrapper
    def report_container(self, container: object) -> Generator[None, object, object]:
        """What was set up for it."""
        return (yield from self._tried("a fixture on the page"))

    @_wrapper
    def report_attached_data(self, body: object, file_name: str) -> Generator[None, object, object]:
        """An attachment."""
        return (yield from self._tried(f"the attachment {file_name}"))

    @_wrapper
    def report_attached_file(self, source: str, file_name: str) -> Generator[None, object, object]:
        """An attachment that was a file before."""
        return (yield from self._tried(f"the attachment {file_name}"))

    def pytest_unconfigure(self) -> None:
        """Leaves."""
        allure_commons.plugin_manager.unregister(self)

    def _tried(self, what: str) -> Generator[None, object, object]:
        with self._lacking.part(what):
            return (yield)
        return None
