"""Writes `docs/reference.md` from the code, so that it can't lag behind it: `python -m harness.reference`.

Nothing is described here: every sentence is a docstring, a help text or a line of pytest.ini. The schema of
`system.toml`, and the tables of the page about that file, are written as well.
"""

from __future__ import annotations

import ast
import configparser
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, cast

import click
import pytest

from harness import offered, plugin
from harness.checkers.offered import checkers
from harness.cli import main as command_line
from harness.errors import EXIT_BAD_INPUT, EXIT_INCONCLUSIVE
from harness.faults.nemesis import Injected, Nemesis
from harness.faults.offered import offered_faults, plain_faults
from harness.faults.plan import Draw, Plan
from harness.faults.protocol import ability_word
from harness.messages.description import schema
from harness.messages.system import MessageSystem
from harness.plugin import options
from harness.system import Instances, System
from harness.taken import Taken

ROOT = Path(__file__).parents[1]
PAGE = ROOT / "docs" / "reference.md"
SYSTEM_FILE = ROOT / "docs" / "system-file.md"
SCHEMA = ROOT / "docs" / "system.schema.json"
#: Where in the page about `system.toml` its tables begin; what is above is written by hand.
_TABLES_FROM = "<!-- What follows is written by `make docs` from the types; a change there is lost. -->\n"
#: A paragraph that click is told to leave as it is.
_VERBATIM = re.compile(r"\x08\n((?:.+\n)+)")
_HEAD = """# Reference

Written by `make docs` from the code; a change here is lost.

Exit status of `pytest` and of `harness`: 0 everything held, 1 a guarantee was broken, {bad} bad input or an unfit
environment, {unclear} inconclusive (a fault did not bite, or nothing was to be seen).
"""


def text() -> str:
    """The text of the whole page."""
    parts = [
        _HEAD.format(bad=EXIT_BAD_INPUT, unclear=EXIT_INCONCLUSIVE),
        _section("Options of pytest", _table(("option", "what", "default"), _options())),
        _section("Markers", _table(("marker", "what"), _markers())),
        _section("Fixtures", _table(("fixture", "what", "scope"), _fixtures())),
        _section("Targets", _table(("target", "what"), _functions("targets", ("Target", "Picked")))),
        _section("Faults", _table(("fault", "what", "needs", "takes"), _faults())),
        _section("Effects", _table(("effect", "what"), _functions("effects", ("Effect",)))),
        _section("Checkers", _table(("checker", "guarantee"), _checkers())),
    ]
    parts += [_section(f"`{kind.__name__}`", _table(("member", "what"), _members(kind))) for kind in _USED]
    parts += ["## Command line\n", *(_command(name, command) for name, command in _commands(command_line))]
    return "\n".join(parts)


def system_file() -> str:
    """The text of the page about `system.toml`: what is written by hand, and a table for each section."""
    by_hand = SYSTEM_FILE.read_text().partition(_TABLES_FROM)[0]
    return f"{by_hand}{_TABLES_FROM}\n{schema.tables()}"


_USED = (System, MessageSystem, Instances, Nemesis, Injected, Draw, Plan)


def _section(title: str, body: str) -> str:
    return f"## {title}\n\n{body}"


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = [heads, ["---"] * len(heads), *rows]
    return "".join(f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in line)} |\n" for line in lines)


def _first(thing: object) -> str:
    """The first paragraph of a thing's docstring, in one line."""
    return " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())


class _AsWritten(str):
    """An annotation that a signature shows as the source has it, without quotes."""

    __slots__ = ()

    def __repr__(self) -> str:
        return str(self)


def _signature(function: Callable[..., Any]) -> str:
    """The parameters of a function as its source has them, without `self`, private ones, and what it returns."""
    signature = inspect.signature(function)
    shown = [
        each.replace(annotation=_AsWritten(each.annotation)) if isinstance(each.annotation, str) else each
        for each in signature.parameters.values()
        if each.name != "self" and not each.name.startswith("_")
    ]
    return str(signature.replace(parameters=shown, return_annotation=inspect.Signature.empty))


class _Group:
    """Takes options as pytest's own group of options does."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, str, str]] = []

    def getgroup(self, *_: object, **__: object) -> _Group:
        """This group, whatever name is asked for."""
        return self

    def addoption(self, *names: str, **what: Any) -> None:
        """Notes one option."""
        metavar = what.get("metavar") or ("|".join(what["choices"]) if "choices" in what else "")
        default = what.get("default")
        shown = f"{', '.join(names)} {metavar}".strip()
        self.rows.append((f"`{shown}`", what["help"], "" if default in (None, False) else f"`{default}`"))


def _options() -> list[tuple[str, str, str]]:
    group = _Group()
    options.pytest_addoption(cast(pytest.Parser, group))
    return group.rows


def _markers() -> Iterator[tuple[str, str]]:
    ini = configparser.ConfigParser()
    ini.read(ROOT / "pytest.ini")
    for line in [*plugin.MARKERS, *ini["pytest"]["markers"].strip().splitlines()]:
        name, _, what = line.partition(": ")
        yield f"`{name}`", what


def _fixtures() -> Iterator[tuple[str, str, str]]:
    for function in ast.parse(inspect.getsource(plugin)).body:
        decorators = [ast.unparse(decorator) for decorator in getattr(function, "decorator_list", [])]
        if isinstance(function, ast.FunctionDef) and any(text.startswith("pytest.fixture") for text in decorators):
            scope = "session" if any("'session'" in text for text in decorators) else "scenario"
            what = (ast.get_docstring(function) or "").partition("\n\n")[0]
            yield f"`{function.name}`", " ".join(what.split()), scope


def _own(module: ModuleType) -> Iterator[tuple[str, Any]]:
    """The public names of a module that are defined in it, in their order, with their values."""
    for name, value in vars(module).items():
        if not name.startswith("_") and getattr(value, "__module__", None) == module.__name__:
            yield name, value


def _returns(value: object) -> str:
    """The name of what a function returns, whether its module has its annotations as text or not."""
    returned = getattr(value, "__annotations__", {}).get("return") if inspect.isfunction(value) else None
    return returned if isinstance(returned, str) else getattr(returned, "__name__", "")


def _functions(of: str, kinds: Sequence[str]) -> Iterator[tuple[str, str]]:
    for module in offered.modules(of):
        for name, value in _own(module):
            if _returns(value) in kinds:
                shown = name if _returns(value) == "Picked" else f"{name}{_signature(value)}"
                yield f"`{shown}`", _first(value)


def _faults() -> Iterator[tuple[str, ...]]:
    plain = plain_faults()
    for name, fault in offered_faults().items():
        # How the fault is defined is said by its module, how it is undone by its class.
        words = f"{fault.words} {_first(fault.kind)}"
        yield (
            f"`{fault.kind.__name__}{_signature(fault.kind)}`",
            words,
            f"nodes that are {ability_word(fault.kind.needs)}",
            ", ".join(each for each in Taken if each in plain.get(name, fault.kind).takes) or "nothing",
        )


def _checkers() -> Iterator[tuple[str, str]]:
    for name, check in checkers().items():
        module = sys.modules[check.__module__]
        yield f"`{name}{_signature(check)}`", f"{_first(module)} {_first(check)}"


def _members(kind: type) -> Iterator[tuple[str, str]]:
    for name, value in vars(kind).items():
        if name.startswith("_") or not inspect.getdoc(value):
            continue
        if isinstance(value, classmethod):
            value = getattr(kind, name)
            yield f"`{kind.__name__}.{name}{_signature(value)}`", _first(value)
        elif inspect.isfunction(value):
            yield f"`{name}{_signature(value)}`", _first(value)
        elif isinstance(value, property) or hasattr(value, "func"):
            yield f"`{name}`", _first(value)


def _commands(group: click.Group, prefix: str = "harness") -> Iterator[tuple[str, click.Command]]:
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from _commands(command, f"{prefix} {name}")
        elif not command.hidden:
            yield f"{prefix} {name}", command


def _command(name: str, command: click.Command) -> str:
    context = click.Context(command, info_name=name)
    usage = " ".join([name, *command.collect_usage_pieces(context)])
    help_ = _VERBATIM.sub(lambda match: f"```\n{match[1].rstrip()}\n```\n", inspect.cleandoc(command.help or "") + "\n")
    given = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    records = [record for option in given if (record := option.get_help_record(context))]
    options = _table(("option", "what"), ((f"`{names}`", what) for names, what in records)) if records else ""
    return f"### `{usage}`\n\n{help_}" + (f"\n{options}" if options else "")


def main() -> None:
    """Writes the pages."""
    for page, words in ((PAGE, text), (SYSTEM_FILE, system_file), (SCHEMA, schema.schema)):
        page.write_text(words())
        sys.stdout.write(f"{page.relative_to(ROOT)} is written\n")


if __name__ == "__main__":
    main()
