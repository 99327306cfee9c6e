"""A release of a server that the harness has no kind for: its programs come from Maven as those of the others do."""

from __future__ import annotations

from pathlib import Path

from harness.errors import EnvironmentUnfitError
from harness.provision.maven import MavenServer


class OldRelease(MavenServer):
    """Runs as a local process only: nobody builds an image for a comparison of two releases."""

    def image(self) -> str:  # type: ignore[override]
        """Refuses.

        Raises:
            EnvironmentUnfitError: always.
        """
        raise EnvironmentUnfitError(f"{self.name} runs as a local process only: use --backend process")


def old_release(server: str, folder: Path, launcher: str, version: str) -> OldRelease:
    """A release whose jars are locked in `releases/<version>` of the folder."""
    return OldRelease(f"{server}-{version}", folder, launcher, (), jars=f"releases/{version}")
