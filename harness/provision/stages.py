"""Stages of a Dockerfile: which of them an image is made of, and what these copy from the context."""

from __future__ import annotations

import re

from harness.errors import BadInputError

_STAGE = re.compile(r"^FROM (\S+) AS (\S+)$", re.MULTILINE)
_FROM_STAGE = re.compile(r"^COPY --from=(\S+) ", re.MULTILINE)
_FROM_CONTEXT = re.compile(r"^COPY (?!--from=)(?:--\S+ )*(.+) \S+$", re.MULTILINE)


def needed(target: str, text: str) -> str:
    """The stages that a target begins with or copies from, however far away, in their order, and what precedes all.

    Raises:
        BadInputError: there is no such target.
    """
    first, *stages = re.split(r"^(?=FROM )", text, flags=re.MULTILINE)
    wanted, kept = {target}, [first]
    for stage in reversed(stages):
        if (begins := _STAGE.match(stage)) and begins[2] in wanted:
            wanted |= {begins[1], *_FROM_STAGE.findall(stage)}
            kept.insert(1, stage)
    if not kept[1:]:
        raise BadInputError(f"the kind {target!r} has no Dockerfile stage of that name: FROM ... AS {target}")
    return "".join(kept)


def copied(text: str) -> tuple[str, ...]:
    """The files and folders of the context that a Dockerfile copies."""
    return tuple(source for sources in _FROM_CONTEXT.findall(text) for source in sources.split())
