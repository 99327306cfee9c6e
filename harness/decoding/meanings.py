"""What the docstrings of the types say of a file's tables and keys: what they mean."""

from __future__ import annotations

import inspect
import re
from collections.abc import Mapping
from typing import Any

_ATTRIBUTE = re.compile(r"^    (\w+): (.*(?:\n {8}.*)*)$", re.MULTILINE)


def purpose(table: type[Any]) -> str:
    """What a table is for: the first paragraph of its docstring, in one line."""
    return " ".join((inspect.getdoc(table) or "").partition("\n\n")[0].split())


def meanings(table: type[Any]) -> Mapping[str, str]:
    """What each key of a table means, by its name, each in one line; those of the tables that it extends as well."""
    told: dict[str, str] = {}
    for each in reversed(table.__mro__):
        _, _, attributes = inspect.cleandoc(each.__doc__ or "").partition("Attributes:\n")
        told |= {found[1]: " ".join(found[2].split()) for found in _ATTRIBUTE.finditer(attributes)}
    return told
