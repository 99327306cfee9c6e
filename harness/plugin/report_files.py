"""Has Allure's and pytest's own writers of results write to the report folder.

Both make up their minds when pytest is configured, and whether there is anything to report is known only when all items
are collected; so they are started then, unless a person has told them where to write.
"""

from __future__ import annotations

from functools import partial

import allure_commons
import pytest
from _pytest import junitxml
from allure_commons.logger import AllureFileLogger
from allure_pytest.listener import AllureListener

from harness.report.folder import ReportFolder


def begin(session: pytest.Session, folder: ReportFolder) -> None:
    """Starts both writers."""
    config = session.config
    if config.pluginmanager.has_plugin("allure_pytest") and not config.option.allure_report_dir:
        _begin_allure(config, folder)
    if not config.option.xmlpath:
        config.option.xmlpath = str(folder.junit)
        _begin_junit(config)


def _begin_allure(config: pytest.Config, folder: ReportFolder) -> None:
    config.option.allure_report_dir = str(folder.allure_results)
    listener = AllureListener(config)
    config.pluginmanager.register(listener, "allure_listener")
    for plugin in (listener, AllureFileLogger(config.option.allure_report_dir, config.option.clean_alluredir)):
        name = allure_commons.plugin_manager.register(plugin)
        config.add_cleanup(partial(allure_commons.plugin_manager.unregister, name=name))


def _begin_junit(config: pytest.Config) -> None:
    junitxml.pytest_configure(config)
    if xml := config.stash.get(junitxml.xml_key, None):
        xml.pytest_sessionstart()
        # What could not be collected has been told already.
        for report in config.pluginmanager.getplugin("terminalreporter").stats.get("error", ()):
            if isinstance(report, pytest.CollectReport):
                xml.pytest_collectreport(report)
