"""A checkout with what its commands need beside its files, and with what its build steps made: once for all of that."""

from __future__ import annotations

import hashlib
import os
import shlex
import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from harness.errors import EnvironmentUnfitError
from harness.messages.description.kept import made_once
from harness.messages.description.toolchain import Tools
from harness.progress import Say
from harness.provision import preparing
from harness.provision.registries import passed_on

_CODE = "checkout"


def built(
    code: Path,
    steps: Sequence[Sequence[str]],
    tools: Iterable[Tools],
    environment: Mapping[str, str],
    say: Say,
) -> Path:
    """The folder that instances start from: a copy of the checkout if there is something to add, in the cache.

    Args:
        code: a copy of the checkout, named by what is in it.
        steps: the commands that build it, each as its words, in order.
        tools: of its toolchains.
        environment: variables of these commands.
        say: tells a person what takes its time.

    Raises:
        EnvironmentUnfitError: a step failed, with its last lines.
    """
    links = {path: place for each in tools for path, place in each.links.items()}
    if not (steps or links):
        return code
    made_of = [code.name, steps, sorted(links.items()), [each.made_of for each in tools], sorted(environment.items())]
    key = hashlib.sha256(repr(made_of).encode()).hexdigest()[:16]

    def make(place: Path) -> None:
        shutil.copytree(code, place / _CODE, symlinks=True)
        for path, there in links.items():
            (place / _CODE / path).symlink_to(there)
        for step in steps:
            _run(step, place / _CODE, environment, say)

    return made_once("built", key, make, say) / _CODE


def _run(step: Sequence[str], folder: Path, environment: Mapping[str, str], say: Say) -> None:
    words = shlex.join(step)
    say(f"building: {words}, once")
    # Its first word is looked for on the PATH that the step has, which may begin with that of its packages.
    path = environment.get("PATH", os.environ.get("PATH", os.defpath))
    program = shutil.which(step[0], path=path)
    if program is None and not (folder / step[0]).is_file():
        raise EnvironmentUnfitError(
            f"runtime.build: the step {words!r} can't be run: this machine has no {step[0]}; install it, or use "
            "--backend docker with the toolchain that has it ([runtime])"
        )
    try:
        preparing.run(words, [program or step[0], *step[1:]], {**passed_on(), **environment}, folder)
    except EnvironmentUnfitError as error:
        raise EnvironmentUnfitError(
            f"runtime.build: the step {words!r} failed: correct it, or the code. It says:\n"
            f"{preparing.last_lines(error)}"
        ) from error
