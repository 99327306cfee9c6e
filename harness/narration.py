"""The seam through which an experiment tells its steps; Allure's `step` fits it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

#: Shows a step by its words for as long as the block lasts.
Narrate = Callable[[str], AbstractContextManager[object]]
