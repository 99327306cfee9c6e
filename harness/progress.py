"""The ways in which the harness tells a person what it does, without knowing how that is shown."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager

#: Shows a step by its words for as long as the block lasts.
Step = Callable[[str], AbstractContextManager[object]]

#: Shows a line of progress; called for everything that can take longer than about two seconds.
Say = Callable[[str], None]
