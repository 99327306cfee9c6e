"""Kafka's storage, formatted once: every broker's folder is a copy with an identity of its own."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
from pathlib import Path

from harness.errors import EnvironmentUnfitError

_PROPERTIES = """\
process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:9093
controller.listener.names=CONTROLLER
listeners=PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093
log.dirs={folder}
"""


def format_once(java: Path, jars: Path, target: Path) -> None:
    """Runs Kafka's storage tool and keeps the result at `target`.

    Raises:
        EnvironmentUnfitError: the tool failed; with its last lines.
    """
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent) as scratch:
        folder = Path(scratch) / "formatted"
        settings = Path(scratch) / "server.properties"
        settings.write_text(_PROPERTIES.format(folder=folder))
        tool = ["kafka.tools.StorageTool", "format", "-t", "5L6g3nShT-eMCtK--X86sw", "-c", str(settings)]
        done = subprocess.run(
            [str(java), "-XX:TieredStopAtLevel=1", "-cp", f"{jars}/*", *tool],
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise EnvironmentUnfitError(
                f"Kafka's storage could not be formatted: {(done.stderr or done.stdout)[-600:]}"
            )
        shutil.rmtree(target, ignore_errors=True)
        folder.rename(target)
