"""Puts into a wheel what lies beside the package in a checkout; an editable install finds it where it is."""

from __future__ import annotations

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

#: `harness/places.py` looks for them there.
_BUNDLED = ("Dockerfile", "requirements.lock", "services")


class Bundle(BuildHookInterface):  # type: ignore[type-arg]
    """Hatchling's hook."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Adds them before a wheel is built."""
        if version != "editable":
            build_data["force_include"].update({name: f"harness/_bundled/{name}" for name in _BUNDLED})
