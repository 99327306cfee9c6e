"""Compares a tree of plain values with the types of its tables, and finds all that does not fit.

msgspec judges each value. It stops at the first that is wrong, and does not say which key of a mapping that is; so here
the tables are walked by their types, and it is given one value after the other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import msgspec

from harness.decoding.expected import bare, expected, is_table, without_none
from harness.decoding.meanings import meanings
from harness.decoding.positions import Keys
from harness.decoding.problems import Problem, choice, dotted, nearest, shown


@dataclass
class Walked:
    """What the types say of a file.

    Attributes:
        given: the whole file, as plain values.
        problems: what is wrong.
        fitting: by its keys, each value of the file that is right, with its type; a table only if all in it is right.
        tables: by its keys, the type of each table.
        unknown: the keys that there aren't, each with the key that it most likely means, if it is like any.
    """

    given: Mapping[str, Any]
    problems: list[Problem] = field(default_factory=list)
    fitting: dict[Keys, tuple[Any, Any]] = field(default_factory=dict)
    tables: dict[Keys, type[msgspec.Struct]] = field(default_factory=dict)
    unknown: dict[Keys, str | None] = field(default_factory=dict)

    def of(self, kind: object) -> Iterator[tuple[Keys, Any]]:
        """The values of a type, with their keys."""
        return ((keys, value) for keys, (hint, value) in self.fitting.items() if hint == kind)

    def at(self, *keys: str | int) -> Any:
        """The value that is there; None if there is none, or if it is not right."""
        return self.fitting.get(keys, (None, None))[1]

    def right(self, *keys: str) -> bool:
        """Whether nothing there is wrong: it is right, or the file leaves it out, also under a misspelt name."""
        if any(problem.keys[: len(keys)] == keys for problem in self.problems):
            return False
        return not any(
            keys[: len(unknown)] == (*unknown[:-1], meant or keys[len(unknown) - 1])
            for unknown, meant in self.unknown.items()
            if len(unknown) <= len(keys) and (meant or keys not in self.fitting)
        )


def walk(kind: type[msgspec.Struct], given: Mapping[str, Any]) -> Walked:
    """All that is wrong in a file whose top is of that type."""
    walked = Walked(given)
    _walk(walked, kind, given, ())
    return walked


@cache
def hints_of(table: type[msgspec.Struct]) -> Mapping[str, Any]:
    """The types of a table's keys, in their order."""
    return get_type_hints(table, include_extras=True)


def _walk(walked: Walked, hint: Any, value: object, keys: Keys) -> None:
    hint = _arm(without_none(hint), value)
    before = len(walked.problems)
    if isinstance(value, dict) and is_table(hint):
        _table(walked, hint, value, keys)
    elif isinstance(value, dict) and get_origin(bare(hint)) is Mapping:
        _mapping(walked, hint, value, keys)
    elif isinstance(value, list) and get_origin(bare(hint)) is tuple:
        for index, each in enumerate(value):
            _walk(walked, get_args(bare(hint))[0], each, (*keys, index))
    if len(walked.problems) == before:
        try:
            walked.fitting[keys] = hint, msgspec.convert(value, hint)
        except msgspec.ValidationError:
            walked.problems.append(Problem(keys, _unfit(hint, value)))


def _arm(hint: Any, value: object) -> Any:
    """The one of several types that a value is meant to be of, where a list is one of them."""
    if get_origin(hint) not in (Union, UnionType):
        return hint
    lists = [each for each in get_args(hint) if get_origin(bare(each)) is tuple]
    return lists[0] if lists and isinstance(value, list) else hint


def _table(walked: Walked, table: type[msgspec.Struct], value: Mapping[str, object], keys: Keys) -> None:
    known = hints_of(table)
    walked.tables[keys] = table
    meant = {_unknown(walked, (*keys, name), known) for name in value if name not in known}
    for each in msgspec.structs.fields(table):
        if each.name in value:
            _walk(walked, known[each.name], value[each.name], (*keys, each.name))
        elif each.required and each.name not in meant:
            words = f"the key {each.name} is missing: {meanings(table)[each.name].rstrip('.')}"
            walked.problems.append(Problem(keys, words))


def _mapping(walked: Walked, hint: Any, value: Mapping[str, object], keys: Keys) -> None:
    name_hint, value_hint = get_args(bare(hint))
    for name, each in value.items():
        try:
            msgspec.convert(name, name_hint)
        except msgspec.ValidationError:
            if get_origin(name_hint) is Literal:
                _unknown(walked, (*keys, name), get_args(name_hint))
            else:
                walked.problems.append(Problem((*keys, name), f"its name: {_unfit(name_hint, name)}"))
        else:
            _walk(walked, value_hint, each, (*keys, name))


def _unknown(walked: Walked, keys: Keys, known: Collection[str]) -> str | None:
    """Notes that there is no such key; gives the one that it may mean."""
    name = str(keys[-1])
    # In TOML a key after a heading is of that table, which is easily forgotten.
    above = next(
        (each for each in _enclosing(keys[:-1]) if name in hints_of(walked.tables.get(each, msgspec.Struct))), None
    )
    if above is None:
        meant = nearest(name, known)
        words = f"there is no such key{choice(meant, known)}"
    else:
        meant = None
        whose = f"[{dotted(above)}]" if above else "the file itself"
        words = f"there is no such key; it is one of {whose}: put it above [{dotted(keys[:-1])}]"
    walked.problems.append(Problem(keys, words))
    walked.unknown[keys] = meant
    return meant


def _enclosing(keys: Keys) -> Iterator[Keys]:
    """The keys of the tables around a table, the nearest first."""
    return (keys[:length] for length in range(len(keys) - 1, -1, -1))


def _unfit(hint: Any, value: object) -> str:
    names = [each for each in get_args(bare(hint)) if isinstance(each, str)]
    meant = nearest(value, names) if isinstance(value, str) else None
    return f"expected {expected(hint)}, found {shown(value)}{f'; did you mean {meant}?' if meant else ''}"
