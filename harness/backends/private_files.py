"""Files of this user's in the folder for temporary files, from which another process goes on where one was killed.

Whoever else can write there must not be obeyed: a file counts only if it is this user's, no link, and for others to
read at most.
"""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path
from typing import Any


def write(path: Path, content: object) -> None:
    """Writes it as JSON; the file is the old one or the new one whenever the process is killed, and on the disk."""
    new = path.with_suffix(".new")
    with open(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW, 0o600), "w") as file:
        file.write(json.dumps(content))
        file.flush()
        os.fsync(file.fileno())
    new.replace(path)


def read(path: Path) -> Any:
    """What it says.

    Raises:
        OSError: it is not there, or not this user's.
        ValueError: it is no JSON.
    """
    with open(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)) as file:
        seen = os.fstat(file.fileno())
        if seen.st_uid != os.getuid() or not stat.S_ISREG(seen.st_mode) or seen.st_mode & 0o022:
            raise PermissionError(f"{path} is not this user's alone")
        return json.load(file)
