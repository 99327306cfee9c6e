"""The fault-tolerance harness: starts real servers, breaks them while clients use them, and judges what survived.

What a scenario or a foreign suite imports from here is listed in `harness.public`; nothing else is public.
"""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.public import *  # noqa: F403
else:

    def __getattr__(name: str) -> object:
        """Loads the public names with the first use of one: with every client library that takes more than a second,
        and a command, a completion or the watchdog needs none of them.
        """
        if name.startswith("_"):
            raise AttributeError(name)
        from importlib import import_module

        return getattr(import_module("harness.public"), name)
