"""Somebody's Dockerfile as the harness has it built: with other images in place of those that can't be pulled. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from harness.messages.drafting.interpolation import interpolate
from harness.provision.bases import BASES

_FROM = re.compile(r"^([ \t]*FROM[ \t]+(?:--\S+[ \t]+)*)(\S+)", re.IGNORECASE | re.MULTILINE)
_COPIED_FROM = re.compile(r"^([ \t]*COPY[ \t]+(?:--\S+[ \t]+)*?--from=)(\S+)", re.IGNORECASE | re.MULTILINE)
_ARG = re.compile(r"^[ \t]*ARG[ \t]+(\w+)=(\S*)", re.IGNORECASE | re.MULTILINE)
#: A build argument whose value is the image of one of the harness' bases.
_ARGUMENT = "HARNESS_BASE_{}"


@dataclass(frozen=True)
class Replaced:
    """A Dockerfile with other images in it.

    Attributes:
        text: the Dockerfile.
        bases: the build arguments that stand in it for the harness' own bases, with the names of these.
    """

    text: str
    bases: Mapping[str, str]


def replaced(text: str, images: Mapping[str, str], arguments: Mapping[str, str]) -> Replaced:
    """A Dockerfile with other images in place of those that it names.

    Args:
        text: the Dockerfile.
        images: what stands in, by the names of images: another image, or one of the harness' own bases.
        arguments: its build arguments, which the name of an image may have.
    """
    bases: dict[str, str] = {}
    values = {**_global_arguments(text), **arguments}

    def instead(found: re.Match[str]) -> str:
        name = interpolate(found[2], values, lambda _: None).strip("\"'")
        other = images.get(name)
        if other is None:
            return found[0]
        if other not in BASES:
            return found[1] + other
        argument = _ARGUMENT.format(list(BASES).index(other) + 1)
        bases[argument] = other
        return f"{found[1]}${{{argument}}}"

    text = _FROM.sub(instead, _COPIED_FROM.sub(instead, text))
    if bases and (first := _FROM.search(text)):
        # Only what is declared before the first stage can be used in FROM.
        declared = "".join(f"ARG {argument}\n" for argument in bases)
        text = text[: first.start()] + declared + text[first.start() :]
    return Replaced(text, bases)


def begins_with(text: str, arguments: Mapping[str, str]) -> list[str]:
    """The images that a Dockerfile begins with, without its own stages."""
    values = {**_global_arguments(text), **arguments}
    stages = {each.lower() for each in re.findall(r"^[ \t]*FROM[ \t].*[ \t]AS[ \t]+(\S+)", text, re.I | re.M)}
    names = [interpolate(found[2], values, lambda _: None) for found in _FROM.finditer(text)]
    return [name for name in dict.fromkeys(names) if name.lower() not in stages]


def _global_arguments(text: str) -> Mapping[str, str]:
    """The build arguments that are declared before the first stage, with their defaults."""
    first = _FROM.search(text)
    declared = _ARG.findall(text[: first.start()] if first else text)
    return {name: value.strip("\"'") for name, value in declared}
