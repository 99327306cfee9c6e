"""`make mutation`: mutmut, made to look into decorated functions too, as a checker's `check` is one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import libcst as cst
from mutmut import __main__ as mutmut
from mutmut.mutation import file_mutation
from mutmut.mutation.file_mutation import MutationVisitor

#: What is called once in a process keeps what it gave before the mutants were tried.
_ONCE = {"cache"}

_skip = MutationVisitor._skip_node_and_children
_arrangement = file_mutation.function_trampoline_arrangement


def _name(decorator: cst.Decorator) -> str:
    called = decorator.decorator
    return called.value if isinstance(called, cst.Name) else ""


def _skip_node_and_children(self: MutationVisitor, node: cst.CSTNode) -> bool:
    """Skips no function for its decorators."""
    if isinstance(node, cst.FunctionDef):
        if any(_name(each) in _ONCE for each in node.decorators):
            return True
        node = node.with_changes(decorators=())
    return _skip(self, node)


def _trampoline(
    function: cst.FunctionDef, mutants: Iterable[Any], class_name: str | None
) -> tuple[Sequence[Any], Sequence[Any], Sequence[Any], Sequence[str]]:
    """Leaves decorators and return type to the function that calls the mutants: by these a checker is known as one."""
    if any(_name(each) in ("staticmethod", "classmethod") for each in function.decorators):
        return _arrangement(function, mutants, class_name)
    bare = function.with_changes(decorators=(), returns=None)
    before, (calling, *copies), after, names = _arrangement(bare, mutants, class_name)
    calling = calling.with_changes(decorators=(*function.decorators, *calling.decorators), returns=function.returns)
    return before, (calling, *copies), after, names


MutationVisitor._skip_node_and_children = _skip_node_and_children
file_mutation.function_trampoline_arrangement = _trampoline
if __name__ == "__main__":
    mutmut.cli()
