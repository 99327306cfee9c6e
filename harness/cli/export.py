"""The command that writes a history in the form that others read."""

from __future__ import annotations

from pathlib import Path

import click

from harness.errors import BadInputError


@click.command()
@click.argument("history", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--as",
    "form",
    type=click.Choice(("edn", "porcupine")),
    required=True,
    help="edn: operation maps of Jepsen; porcupine: the operations on registers, for bench/porcupine.",
)
@click.option(
    "--to", type=click.Path(dir_okay=False, path_type=Path), help="Write to this file instead of the terminal."
)
def export(history: Path, form: str, to: Path | None) -> None:
    """Write a recorded HISTORY in the form that others' checkers read.

    docs/against-others.md says how to hand it to them.
    """
    # As the checkers, numbers and all, take their time to import.
    from harness.export import jepsen, porcupine
    from harness.reading import read

    try:
        lines = (jepsen if form == "edn" else porcupine).lines(read(history))
        text = "".join(f"{line}\n" for line in lines)
    except (BadInputError, OSError) as error:
        raise BadInputError(f"{history} can't be exported: {error}") from error
    if to is None:
        click.echo(text, nl=False)
        return
    if to.exists() and to.samefile(history):
        raise BadInputError(f"{to} is the history itself; name another file to write to")
    try:
        to.write_text(text)
    except OSError as error:
        raise BadInputError(f"{to} can't be written: {error.strerror}") from error
