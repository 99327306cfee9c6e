"""Says at which line of a TOML text a key, a table, or an element of a list stands."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence

import tree_sitter_toml
from tree_sitter import Language, Node, Parser

#: The way from the top of a file to a value: names of keys, and from 0 on the places in lists.
Keys = tuple[str | int, ...]

_TOML = Language(tree_sitter_toml.language())


def lines_of(text: str) -> Mapping[Keys, int]:
    """The line, from 1 on, of everything that a valid TOML text names, by its keys.

    A table that has no heading of its own stands where the first of its keys does.
    """
    lines: dict[Keys, int] = {}
    # Before it, a key that implies a table: [a.b] implies a.
    for keys, line in _named(Parser(_TOML).parse(text.encode()).root_node):
        for length in range(1, len(keys)):
            lines.setdefault(keys[:length], line)
        lines[keys] = line
    return lines


def line_of(keys: Keys, lines: Mapping[Keys, int]) -> int:
    """The line of what has these keys, or of what encloses it most closely; 1 if nothing does."""
    while keys and keys not in lines:
        keys = keys[:-1]
    return lines.get(keys, 1)


def _named(document: Node) -> Iterator[tuple[Keys, int]]:
    """All keys of a document in its order, each with its line."""
    lengths: dict[Keys, int] = {}
    for node in document.named_children:
        if node.type == "pair":
            yield from _pair(node, ())
        elif node.type in {"table", "table_array_element"}:
            key, *pairs = node.named_children
            names = _names(key)
            if node.type == "table":
                heading = _standing(names, lengths)
            else:
                array = (*_standing(names[:-1], lengths), names[-1])
                lengths[array] = lengths.get(array, 0) + 1
                heading = _standing(names, lengths)
            yield heading, _line(node)
            for pair in pairs:
                yield from _pair(pair, heading)


def _standing(names: Iterable[str], lengths: Mapping[Keys, int]) -> Keys:
    """The keys of what a heading names: within an array of tables that is its last one."""
    keys: Keys = ()
    for name in names:
        keys = (*keys, name)
        if keys in lengths:
            keys = (*keys, lengths[keys] - 1)
    return keys


def _pair(node: Node, within: Keys) -> Iterator[tuple[Keys, int]]:
    if node.type == "pair":
        key, value = node.named_children[0], node.named_children[-1]
        keys = (*within, *_names(key))
        yield keys, _line(node)
        yield from _inside(value, keys)


def _inside(value: Node, keys: Keys) -> Iterator[tuple[Keys, int]]:
    """What is named within a value: the keys of an inline table, the elements of a list."""
    if value.type == "inline_table":
        for pair in value.named_children:
            yield from _pair(pair, keys)
    elif value.type == "array":
        elements = (node for node in value.named_children if node.type != "comment")
        for index, element in enumerate(elements):
            yield (*keys, index), _line(element)
            yield from _inside(element, (*keys, index))


def _names(key: Node) -> Sequence[str]:
    """The names of a key, of which a dotted one has several, without their quotes and escapes."""
    names: list[str] = []
    inner: object = tomllib.loads(f"{(key.text or b'').decode()} = 0")
    while isinstance(inner, dict):
        ((name, inner),) = inner.items()
        names.append(name)
    return names


def _line(node: Node) -> int:
    return node.start_point.row + 1
