"""A scenario that asks a system for something that not every system has says so in its marker `needs`."""

import ast
from collections.abc import Collection, Iterator
from pathlib import Path

import pytest

from harness.declared import Need
from harness.messages import needs

SCENARIOS = Path(__file__).parents[2] / "scenarios"
#: What a scenario of a system of services calls, by what it needs for that.
CALLS = {
    "CONFIG": {"config", "registered", "entry_of", "renew_late", "remove_late"},
    "HEALTH": {"health"},
    "LOGS": {"log_of"},
    "GROUP": {"group"},
    # A loss that is shown of what a messages instance held.
    "IN_MEMORY": {"messages-1, shows"},
    # A loss of what it held that is counted: of what it had not committed some is read again.
    "COMMITS": {"messages-1, figures"},
    # Of whichever system, with a queue or without one.
    "MESSAGES": {"messages-1, any queue"},
    "IDS": {"post_again", "post_twice"},
    "HARD_TEXTS": {"post_texts"},
    "PLACES": {"partitions"},
    "TAKERS": {"logged_by", "takers"},
    "MESSAGES_READ": {"held", "peek"},
    "LOGGING_READ": {"stored", "received", "ask_directly"},
}
Functions = dict[str, ast.FunctionDef]


def scenarios() -> Iterator[tuple[str, ast.FunctionDef, Functions]]:
    for path in sorted(SCENARIOS.glob("test_*.py")):
        functions = {node.name: node for node in ast.parse(path.read_text()).body if isinstance(node, ast.FunctionDef)}
        for name, function in functions.items():
            if name.startswith("test_") and "MessageSystem" in ast.unparse(function.args):
                yield f"{path.name}::{name}", function, functions


def is_of_any_queue(name: str, function: ast.FunctionDef) -> bool:
    """Whether a scenario's closest marker `system`, its own or its module's, has `messages("any")`."""
    own = " ".join(ast.unparse(each) for each in function.decorator_list)
    marks = own if "messages(" in own else (SCENARIOS / name.partition("::")[0]).read_text().partition("\ndef ")[0]
    return any(f"messages({quote}any{quote})" in marks.replace("mark.needs", "") for quote in "'\"")


def called(function: ast.FunctionDef, functions: Functions, seen: Collection[str] = ()) -> Iterator[str]:
    """The names of what a scenario asks for and of what it breaks, itself or by a function of its module."""
    for node in ast.walk(function):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.keyword) and node.arg:
            yield node.arg
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value  # the name of a node
        elif isinstance(node, ast.Name) and node.id in functions and node.id not in seen:
            yield from called(functions[node.id], functions, [*seen, function.name, node.id])


def marked(function: ast.FunctionDef) -> set[str]:
    calls = [node for each in function.decorator_list for node in ast.walk(each) if isinstance(node, ast.Call)]
    named = [each for call in calls if ast.unparse(call.func).endswith(".needs") for each in call.args]
    return {ast.unparse(each) for each in named}.intersection(CALLS)


@pytest.mark.parametrize(("name", "function", "functions"), [*scenarios()])
def test_a_scenario_names_all_that_it_needs_and_nothing_else(
    name: str, function: ast.FunctionDef, functions: Functions
) -> None:
    asked = set(called(function, functions))
    asked |= {f"messages-1, {each}" for each in asked & {"shows", "figures"} if "messages-1" in asked}
    asked |= {"messages-1, any queue"} if "messages-1" in asked and is_of_any_queue(name, function) else set()
    assert marked(function) == {need for need, calls in CALLS.items() if calls & asked}, name


def test_every_need_is_one_that_a_scenario_has() -> None:
    known = {name for name, value in vars(needs).items() if isinstance(value, Need)}
    assert known == CALLS.keys() == set().union(*(marked(function) for _, function, _ in scenarios()))
