"""Imports what pytest, the command line and the services need, for the process from which a test forks them."""

import gc
import importlib
import inspect
from importlib.metadata import entry_points

from _pytest.config import default_plugins

from harness.offered import modules
from harness.provision import kinds
from services import launcher

_MODULES = (
    *(f"_pytest.{name}" for name in default_plugins),
    *(entry.module for entry in entry_points(group="pytest11")),
    "_pytest._argcomplete",
    "anyio._backends._asyncio",
    "encodings.unicode_escape",
    "faulthandler",
    "harness.cli",
    "harness.plugin.fixtures",
    "harness.plugin.quarantine",
    "harness.plugin.repeating",
    "harness.plugin.sharding",
    "harness.session.server",
    "hypothesis",
    "packaging.version",
    "readline",
    "rich._emoji_codes",
    "rich.progress",
    "rich.syntax",
    "xdist.newhooks",
    *launcher.WARM,
)

for _name in _MODULES:
    importlib.import_module(_name)
kinds.every_kind()
for _name in ("checkers", "guarantees", "telling"):
    list(modules(_name))
# Where each module lies, which a run with a failure would find out again.
inspect.getmodule(compile("", "", "exec"))
# A fork that collects garbage would go through all of this, and copy it.
gc.collect()
gc.freeze()
