"""The checkers that there are by their names, and what each may be given."""

from __future__ import annotations

import inspect
import json
from collections.abc import Callable, Mapping
from functools import cache
from typing import Annotated, Any, Literal, get_args, get_origin, get_type_hints

from harness.checkers.shapes import in_short
from harness.checkers.verdict import Verdict, name_of
from harness.errors import BadInputError
from harness.offered import modules

Checker = Callable[..., Verdict]


@cache
def checkers() -> Mapping[str, Checker]:
    """Every checker of the packages by its name."""
    return {
        name_of(value): value
        for module in modules("checkers")
        for name, value in vars(module).items()
        if not name.startswith("_") and _is_checker(value) and value.__module__ == module.__name__
    }


def _is_checker(value: object) -> bool:
    return (
        inspect.isfunction(value)
        and value.__annotations__.get("return") in ("Verdict", Verdict)
        and "events" in inspect.signature(value).parameters
    )


def refuse_arguments(checker: Checker, arguments: Mapping[str, object], name: str) -> None:
    """Refuses arguments that the checker can't be given.

    Raises:
        BadInputError: one is unknown, missing, or not of its type or within its bounds.
    """
    parameters = {n: p for n, p in inspect.signature(checker).parameters.items() if n != "events"}
    if unknown := arguments.keys() - parameters:
        takes = ", ".join(parameters) or "none"
        # A file may name them as it likes, line ends included.
        others = ", ".join(each if each.isidentifier() else repr(each) for each in sorted(unknown))
        raise BadInputError(f"{name} has no argument {others}; it takes {takes}")
    if missing := [n for n, p in parameters.items() if p.default is p.empty and n not in arguments]:
        raise BadInputError(f"{name} needs {', '.join(missing)}: {name}:{missing[0]}=...")
    hints = get_type_hints(checker, include_extras=True)
    for argument, value in arguments.items():
        if not _fits(value, hints[argument]):
            due = f"{parameters[argument].annotation}{_bounds(hints[argument])}"
            raise BadInputError(f"{name} can't be given {argument}={in_short(value)}; due was {due}")


def _fits(value: object, hint: Any) -> bool:
    if get_origin(hint) is Annotated:
        kind, *bounds = get_args(hint)
        return _fits(value, kind) and all(bound.least <= value <= bound.most for bound in bounds)
    if get_origin(hint) is Literal:
        return value in get_args(hint)
    if get_origin(hint) is list:
        (kind,) = get_args(hint)
        return isinstance(value, list) and all(_fits(each, kind) for each in value)
    if kinds := get_args(hint):
        return any(_fits(value, kind) for kind in kinds)
    if hint is float:
        return isinstance(value, int | float) and not isinstance(value, bool)
    if hint is int:
        return isinstance(value, int) and not isinstance(value, bool)
    return isinstance(value, hint)


def _bounds(hint: Any) -> str:
    """The words for the first part of a type hint that has bounds, or for the texts that it permits."""
    if get_origin(hint) is Literal:
        return f" ({', '.join(map(json.dumps, get_args(hint)))})"
    for part in (hint, *get_args(hint)):
        if get_origin(part) is Annotated and (bound := get_args(part)[1]):
            return f" ({bound.least:g} to {bound.most:g})"
    return ""
