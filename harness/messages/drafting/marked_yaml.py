"""Reads YAML as plain values, and says at which line each of them stands.

All scalars are texts, as they are written: what Compose passes on is text, and `0800` or `on` is to stay what it is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from harness.decoding.positions import Keys
from harness.errors import BadInputError

#: Aliases can make a short text very long.
_MOST = 50_000
_NULL = "tag:yaml.org,2002:null"


@dataclass(frozen=True)
class Document:
    """A YAML text.

    Attributes:
        top: texts, None, lists, and mappings whose keys are texts.
        lines: the line of each value, from 1 on, by its keys.
    """

    top: Any
    lines: Mapping[Keys, int]


def load(text: str, path: Path) -> Document:
    """The values of a YAML text, with anchors and merge keys resolved.

    Raises:
        BadInputError: it is not YAML, with the line.
    """
    walk = _Walk()
    try:
        node = yaml.compose(text, Loader=yaml.SafeLoader)
        top = None if node is None else walk.value(node, ())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 1
        raise BadInputError(f"{path}:{line}: not YAML: {error.problem or error.context}") from error
    except yaml.YAMLError as error:
        raise BadInputError(f"{path}: not YAML: {str(error).splitlines()[0]}") from error
    except (RecursionError, ValueError) as error:
        raise BadInputError(f"{path}: not YAML that can be read: {error}") from error
    return Document(top, walk.lines)


@dataclass
class _Walk:
    lines: dict[Keys, int] = field(default_factory=dict)
    seen: int = 0

    def value(self, node: Any, keys: Keys) -> Any:
        self.lines.setdefault(keys, node.start_mark.line + 1)
        self.seen += 1
        if self.seen > _MOST:
            raise ValueError(f"it has more than {_MOST} values")
        if isinstance(node, yaml.SequenceNode):
            return [self.value(each, (*keys, index)) for index, each in enumerate(node.value)]
        if isinstance(node, yaml.MappingNode):
            return self._mapping(node, keys)
        return None if node.tag == _NULL else _text(node)

    def _mapping(self, node: Any, keys: Keys) -> dict[str, Any]:
        # Puts what << names before the node's own keys, which so win.
        yaml.constructor.SafeConstructor().flatten_mapping(node)
        found: dict[str, Any] = {}
        for key, value in node.value:
            if not isinstance(key, yaml.ScalarNode):
                raise ValueError(f"line {key.start_mark.line + 1}: a key has to be a text")
            name = _text(key)
            self.lines[(*keys, name)] = key.start_mark.line + 1
            found[name] = self.value(value, (*keys, name))
        return found


def _text(node: Any) -> str:
    """The text of a scalar; half of a character, or a NUL, which no path and no variable can have, becomes a mark."""
    return str(node.value).replace("\0", "?").encode(errors="replace").decode()
