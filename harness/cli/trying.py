"""The command that tries the file which describes somebody's system: starts it, uses it once, and removes it again."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from harness.backends.protocol import BACKENDS
from harness.cli.shown import json_option, show
from harness.typed import readable


@click.command("try")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--backend", type=click.Choice(BACKENDS), default="auto", show_default=True, help="Where nodes run.")
@json_option
def try_out(file: Path, backend: str, as_json: bool) -> None:
    """Start the system that FILE describes, send it one message, and get it back.

    Shows what was sent, what was answered, and what was read from that by the file; then which texts come back as they
    were sent. Afterwards everything is removed. To a system that runs already it posts that one message, and leaves it
    as it is. Exit status 1 if something is not as the file says.
    """
    # Here, so that no other command waits for the servers' clients to be imported.
    from harness.history import History
    from harness.run import Options, Run
    from harness.topology.timings import VENDOR

    reader = readable()
    declared = reader.read(file, None, True, VENDOR).declared

    def say(line: str) -> None:
        click.echo(f"  {line}", err=True)

    @contextmanager
    def step(words: str) -> Iterator[None]:
        say(words)
        yield

    with (
        TemporaryDirectory() as folder,
        Run(Options(backend=backend), say, kinds=declared.kinds) as run,
        History.open(Path(folder) / "history.jsonl") as history,
        closing(run.system(declared, history, step)) as system,
    ):
        answer = reader.trial(system)
    next_ = f"it works: run the scenarios with pytest -m faulttolerance --system {file}"
    show(answer if answer.status else replace(answer, lines=f"{answer.lines}\n{next_}"), as_json=as_json)
