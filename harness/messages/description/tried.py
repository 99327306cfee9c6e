"""Answers the command that tries a file: starts the system, speaks to it as the file says, and removes it again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from harness.answer import Answer
from harness.declared import Declared
from harness.history import History
from harness.messages.description.application import Described, read
from harness.messages.description.trying import Trial
from harness.messages.speaking.speech import Asked
from harness.messages.system import MessageSystem
from harness.progress import Say
from harness.run import Options, Run

_ROLES: Mapping[Asked, str] = {"logging": "logging", "logged": "logging", "messages": "messages"}


def try_out(file: Path, backend: str, say: Say) -> Answer:
    """Starts the system that a file describes, and says what came of one message; status 1 if not what the file says.

    Raises:
        BadInputError: the file can't be used.
        EnvironmentUnfitError: the system can't run here.
        NodeStartError: one of its services did not come up.
    """
    own = read(file)
    declared = Declared(own.servers, Described(own.description, own.kind))

    @contextmanager
    def step(words: str) -> Iterator[None]:
        say(words)
        yield

    with (
        TemporaryDirectory() as folder,
        Run(Options(backend=backend), say, kinds=declared.kinds) as run,
        History.open(Path(folder) / "history.jsonl") as history,
    ):
        system = run.system(declared, history, step)
        assert isinstance(system, MessageSystem)
        try:
            instances = {what: system.instances(role).running for what, role in _ROLES.items()}
            tried = Trial(system.facade, instances, system.speech).run()
        finally:
            system.close()
    next_ = [f"not as {file} says: {problem}" for problem in tried.problems]
    if not next_:
        next_ = [f"it works: run the scenarios with pytest -m faulttolerance --system {file}"]
    data = {"seen": tried.lines, "problems": tried.problems}
    return Answer("\n".join([*tried.lines, *next_]), data, 1 if tried.problems else 0)
