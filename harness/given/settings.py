"""Leaves out scenarios whose structures are not, in servers that run already, what the scenarios are written for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.backends.protocol import Node
from harness.errors import LeftOutError
from harness.topology.given import Given


def refuse_other_settings(nodes: Sequence[Node], recorded: Mapping[str, Mapping[str, Any]]) -> None:
    """Checks what was read back, as `harness.readback` compares it; of servers of the harness' own nothing is checked.

    Raises:
        LeftOutError: servers that run already have other settings than were declared.
    """
    if not any(isinstance(node.spec.kind, Given) for node in nodes):
        return
    for whose, settings in recorded["differing"].items():
        wanted = ", ".join(
            f"{name} = {recorded['declared'][name]!r} (it is {value!r})" for name, value in settings.items()
        )
        raise LeftOutError(f"{whose}, which the harness did not start, would have to have {wanted}")
