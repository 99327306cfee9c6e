"""Lists, changes and removes what a node of local processes has stored, in a folder that no other node has."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from harness.backends import filling, small_disk
from harness.errors import EnvironmentUnfitError


class Data:
    """The data of one node, which may have a disk of a given size."""

    def __init__(self, node: str, folder: Path, disk_mb: int | None) -> None:
        """The data of a node in this folder; `disk_mb` is the size of a disk to mount there, in megabytes."""
        self._node = node
        self._disk_mb = disk_mb
        self.folder = folder
        if disk_mb:
            folder.mkdir()
            small_disk.mount(folder, disk_mb)

    def read(self, path: str) -> bytes | None:
        """A file; None if there is none."""
        try:
            return (self.folder / path).read_bytes()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise EnvironmentUnfitError(f"{path} of {self._node} can't be read: {error.strerror}") from error

    def files(self) -> Mapping[str, int]:
        """The paths of the files, from the folder on, and their sizes; the one last written to comes last."""
        with self._complaining("tell what it has stored"):
            files = [(path.relative_to(self.folder), path.stat()) for path in self.folder.rglob("*") if path.is_file()]
        return {str(path): seen.st_size for path, seen in sorted(files, key=lambda each: each[1].st_mtime_ns)}

    def write(self, path: str, content: bytes) -> None:
        """Overwrites a file."""
        with self._complaining(f"have its {path} written"):
            (self.folder / path).write_bytes(content)

    def empty(self) -> None:
        """Removes all files and folders; the folder itself stays."""
        with self._complaining("have its data removed"):
            for path in self.folder.glob("*"):
                if path.is_dir() and not path.is_symlink():
                    shutil.rmtree(path)
                else:
                    path.unlink()

    def fill(self) -> None:
        """Fills its disk by a file."""
        filling.fill(str(self.folder))

    def free(self) -> None:
        """Removes that file."""
        filling.free(str(self.folder))

    def refusal(self) -> int | None:
        """The number of the error with which its disk takes nothing."""
        return filling.refusal(str(self.folder)) or None

    def end(self) -> None:
        """Unmounts its disk."""
        if self._disk_mb:
            small_disk.unmount_beneath(self.folder)

    @contextlib.contextmanager
    def _complaining(self, of: str) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise EnvironmentUnfitError(f"{self._node} can't {of}: {error.strerror}") from error
