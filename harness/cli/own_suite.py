"""The command that writes the first files of a suite of one's own."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path

import click

from harness.errors import BadInputError, EnvironmentUnfitError

#: In the folder `suite` beside this module, as they are written.
_FILES = ("pytest.ini", "test_kafka_leader.py")


@click.command("init-suite")
@click.argument("folder", default=".", type=click.Path(file_okay=False, path_type=Path))
def init_suite(folder: Path) -> None:
    """Write the first files of a suite of your own to FOLDER: pytest.ini, and one scenario to begin with.

    (For a system of your own, to run the scenarios here on it, there is init.)
    """
    if present := [name for name in _FILES if (folder / name).exists()]:
        raise BadInputError(f"{folder / present[0]} is there already and stays as it is; name a folder that has none")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in _FILES:
            with (folder / name).open("x", encoding="utf-8") as file:
                file.write((files(__package__) / "suite" / name).read_text(encoding="utf-8"))
    except OSError as error:
        raise EnvironmentUnfitError(f"{folder} can't be written to: {error.strerror}") from error
    click.echo(f"written to {folder}: {', '.join(_FILES)}; pytest runs the scenario")
