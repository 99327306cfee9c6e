"""Says in words what a type of a table takes: for messages, and for the page about the file."""

from __future__ import annotations

from collections.abc import Mapping
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from msgspec import Meta, Struct, inspect


def without_none(hint: Any) -> Any:
    """The type that a value has which is there: that of `Port | None` is `Port`."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    kinds = [each for each in get_args(hint) if each is not NoneType]
    return Union[tuple(kinds)]  # noqa: UP007  (of as many as there are)


def bare(hint: Any) -> Any:
    """The type without what is noted of it."""
    return get_args(hint)[0] if get_origin(hint) is Annotated else hint


def is_table(hint: Any) -> bool:
    """Whether a type is a table."""
    return isinstance(hint, type) and issubclass(hint, Struct)


def expected(hint: Any) -> str:
    """What a value of this type has to be."""
    hint = without_none(hint)
    kind = bare(hint)
    for note in get_args(hint)[1:] if kind is not hint else ():
        if isinstance(note, Meta) and note.description:
            return note.description
    if get_origin(kind) in (Union, UnionType):
        return ", or ".join(map(expected, get_args(kind)))
    if get_origin(kind) is Literal:
        return f"one of {', '.join(get_args(kind))}"
    if get_origin(kind) is tuple and is_table(get_args(kind)[0]):
        return "a list of tables, each with a heading in two brackets"
    if get_origin(kind) is tuple:
        least = getattr(inspect.type_info(hint), "min_length", None)
        return f"a list{' of at least one' if least else ''}, each {expected(get_args(kind)[0])}"
    if get_origin(kind) is Mapping:
        return f"a table, each value {expected(get_args(kind)[1])}"
    return _plain(inspect.type_info(hint))


def _plain(info: inspect.Type) -> str:
    match info:
        case inspect.BoolType():
            return "true or false"
        case inspect.IntType(ge=None, le=None):
            return "a whole number"
        case inspect.IntType(ge=least, le=None):
            return f"a whole number from {least} on"
        case inspect.IntType(ge=least, le=most):
            return f"a whole number from {least} to {most}"
        case inspect.FloatType(gt=above, le=most):
            return f"a number above {above}, at most {most}"
        case inspect.StrType(min_length=least):
            return "a text that is not empty" if least else "a text"
        case _:
            return "a table"
