"""Makes the JSON Schema of the file that describes a system, for editors, and the tables of the page about it.

Nothing is described here: the types say what there is, and their docstrings what it means.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, get_args, get_origin

import msgspec
from msgspec import NODEFAULT

from harness.decoding.expected import bare, expected, is_table, without_none
from harness.decoding.meanings import meanings, purpose
from harness.decoding.walking import hints_of
from harness.messages.description.model import Description

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def schema() -> str:
    """The JSON Schema as the text of a file."""
    whole = msgspec.json.schema(Description)
    for table in _tables():
        definition = whole["$defs"][table.kind.__name__]
        definition["description"] = purpose(table.kind)
        told, hints = meanings(table.kind), hints_of(table.kind)
        for name, key in definition["properties"].items():
            definition["properties"][name] = {**_key(key, hints[name]), "description": told[name]}
    return json.dumps({"$schema": _DIALECT, **whole}, indent=2) + "\n"


def _key(key: Mapping[str, Any], hint: Any) -> Mapping[str, Any]:
    """The schema of a key, without null, which TOML does not have, and with the names that a table may have."""
    if (arms := key.get("anyOf")) and {"type": "null"} in arms:
        (there,) = (arm for arm in arms if arm != {"type": "null"})
        key = {**key, **there}
        del key["anyOf"]
    # None is null, and a table's own keys have their defaults.
    if "$ref" in key or key.get("default", 0) in (None, {}):
        key = {name: value for name, value in key.items() if name != "default"}
    names = get_args(get_args(bare(hint))[0]) if get_origin(bare(hint)) is Mapping else ()
    return {**key, "propertyNames": {"enum": list(names)}} if names and isinstance(names[0], str) else key


@dataclass(frozen=True)
class Table:
    """A kind of table of the file.

    Attributes:
        kind: its type.
        places: where such tables are, as their headings name them; that of the file itself has none.
    """

    kind: type[msgspec.Struct]
    places: list[str] = field(default_factory=list)


def tables() -> str:
    """One section with a table of keys for each kind of table, as Markdown."""
    return "\n".join(map(_section, _tables()))


def _section(table: Table) -> str:
    places = ", ".join(f"`{place}`" for place in table.places if place)
    lines = [f"## {places or 'The file itself'}", "", purpose(table.kind), "", "| key | type | default | meaning |"]
    lines.append("|---|---|---|---|")
    told = meanings(table.kind)
    for key in msgspec.structs.fields(table.kind):
        hint = hints_of(table.kind)[key.name]
        cells = (f"`{key.name}`", expected(hint), _default(key), told[key.name])
        lines.append(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in cells)} |")
    return "\n".join(lines) + "\n"


def _default(key: msgspec.structs.FieldInfo) -> str:
    """What holds if a key is left out, as the file would say it."""
    if key.required:
        return "required"
    if key.default is NODEFAULT or key.default is None or isinstance(key.default, msgspec.Struct) or key.default == ():
        return ""
    return f"`{json.dumps(key.default)}`"


def _tables() -> list[Table]:
    """Every kind of table, in the order of the file."""
    found: dict[type[Any], Table] = {}
    for kind, place in _within(Description, ""):
        found.setdefault(kind, Table(kind)).places.append(place)
    return list(found.values())


def _within(kind: type[msgspec.Struct], place: str) -> Iterator[tuple[type[msgspec.Struct], str]]:
    """A table and those within it, each with its heading."""
    yield kind, place and f"[{place}]"
    for name, hint in hints_of(kind).items():
        inner = bare(without_none(hint))
        within = f"{place}.{name}" if place else name
        if is_table(inner):
            yield from _within(inner, within)
        elif get_origin(inner) is Mapping and is_table(get_args(inner)[1]):
            for key in get_args(get_args(inner)[0]):
                yield from _within(get_args(inner)[1], f"{within}.{key}")
        elif get_origin(inner) is tuple and is_table(get_args(inner)[0]):
            yield get_args(inner)[0], f"[[{within}]]"
