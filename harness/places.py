"""The places of the harness' own things: beside its package in a checkout, within it once it is installed.

What a checkout has at its top and an installed package needs as well (the Dockerfile, the services, the lock) a wheel
has in `harness/_bundled` (pyproject.toml). What the harness keeps on the machine goes to the checkout's `.cache`, or to
the user's cache folder, for the folder of an installed package is none to write to.
"""

from __future__ import annotations

import os
from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_BUNDLED = _PACKAGE / "_bundled"
_INSTALLED = _BUNDLED.is_dir()


def _user_cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "faulttolerance-harness"


#: The folder with Dockerfile, requirements.lock and services.
TOP = _BUNDLED if _INSTALLED else _PACKAGE.parent
#: The folder for what was downloaded or made once, and for where a session and its commands meet.
CACHE = _user_cache() if _INSTALLED else TOP / ".cache"
