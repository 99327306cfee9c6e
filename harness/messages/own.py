"""How the services of this project are described: by a file beside them, as anybody's are."""

from __future__ import annotations

import tomllib
from functools import cache

import msgspec

from harness.messages.description.model import Description
from harness.messages.speaking.speech import Speech
from harness.provision.resources import at_the_top


@cache
def description() -> Description:
    """What services/system.toml says."""
    told = tomllib.loads((at_the_top("services") / "system.toml").read_text(encoding="utf-8"))
    return msgspec.convert(told, Description)


def speech() -> Speech:
    """How to speak to them."""
    return Speech.of(description())
