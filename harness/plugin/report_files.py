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


def begin_allure(config: pytest.Config, folder: ReportFolder) -> None:
    """Has the process that runs scenarios write Allure's results."""
    if not config.pluginmanager.has_plugin("allure_pytest") or config.option.allure_report_dir:
        return
    config.option.allure_report_dir = str(folder.allure_results)
    listener = AllureListener(config)
    config.pluginmanager.register(listener, "allure_listener")
    for plugin in (listener, AllureFileLogger(config.option.allure_report_dir, config.option.clean_alluredir)):
        name = allure_commons.plugin_manager.register(plugin)
        config.add_cleanup(partial(allure_commons.plugin_manager.unregister, name=name))


def begin_junit(config: pytest.Config, folder: ReportFolder) -> None:
    """Has the process that tells of the whole run write JUnit's file."""
    if config.option.xmlpath:
        return
    config.option.xmlpath = str(folder.junit)
    junitxml.pytest_configure(config)
    if xml := config.stash.get(junitxml.xml_key, None):
        xml.pytest_sessionstart()
        # What could not be collected has been told already.
        for report in config.pluginmanager.getplugin("terminalreporter").stats.get("error", ()):
            if isinstance(report, pytest.CollectReport):
                xml.pytest_collectreport(report)
