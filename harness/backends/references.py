"""Puts addresses and paths in place of the `${...}` references that node specs hold. Pure; for both backends."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass

from harness.errors import BadInputError
from harness.topology.nodes import NodeSpec

_REFERENCE = re.compile(r"\$\{([^}]*)\}")


@dataclass(frozen=True)
class Resolver:
    """Resolves references by what a backend knows of its deployment.

    Attributes:
        addresses: by node name, the host as the other nodes reach it.
        external: host:port of a node's port as the harness reaches it; KeyError for a port that the node lacks.
        file: the path of a file of the node whose values are resolved.
    """

    addresses: Mapping[str, str]
    external: Callable[[str, str], str]
    file: Callable[[str], str]

    def text(self, text: str, *, node: str, files: Collection[str] | None = None) -> str:
        """`text` with every reference replaced; the files that it may refer to are checked if `files` are given.

        Raises:
            BadInputError: a reference that names nothing; it says which node's spec holds it and what there is.
        """
        return _REFERENCE.sub(lambda match: self._value(match[1], node, files), text)

    def environment(self, spec: NodeSpec) -> dict[str, str]:
        """The spec's environment, resolved."""
        return {key: self.text(value, node=spec.name, files=_files(spec)) for key, value in spec.environment.items()}

    def arguments(self, spec: NodeSpec) -> tuple[str, ...]:
        """The spec's arguments, resolved."""
        return tuple(self.text(value, node=spec.name, files=_files(spec)) for value in spec.arguments)

    def files(self, spec: NodeSpec, *, later: bool = False) -> dict[str, str]:
        """The spec's files for its first start, or for later ones; name to resolved text."""
        texts = {**spec.files, **(spec.files_when_ready if later else {})}
        return {name: self.text(text, node=spec.name, files=_files(spec)) for name, text in texts.items()}

    def _value(self, reference: str, node: str, files: Collection[str] | None) -> str:
        head, _, tail = reference.partition(":")
        if head == "file" and tail:
            if files is not None and tail not in files:
                raise _unknown(node, reference, f"file {tail!r}", files)
            return self.file(tail)
        if head not in self.addresses:
            raise _unknown(node, reference, f"node {head!r}", self.addresses)
        if not tail:
            return self.addresses[head]
        try:
            return self.external(head, tail)
        except KeyError as error:
            message = f"{node} refers to ${{{reference}}}, but node {head!r} has no port named {tail!r}"
            raise BadInputError(f"{message}; add it to the node's ports, or correct the name") from error


def _files(spec: NodeSpec) -> set[str]:
    return {*spec.files, *spec.files_when_ready}


def _unknown(node: str, reference: str, what: str, known: Collection[str]) -> BadInputError:
    names = ", ".join(sorted(known)) or "none"
    return BadInputError(f"{node} refers to ${{{reference}}}, but there is no {what}; there are: {names}")
