"""Copies a file out of a container, whether it runs, is paused or has ended."""

from __future__ import annotations

import io
import tarfile

from docker.api import APIClient
from docker.errors import NotFound


def file_in(api: APIClient, container: str, path: str) -> bytes | None:
    """The content of a file in a container, as `docker cp` has it; None if there is none.

    Raises:
        docker.errors.APIError: the engine does not give it.
    """
    try:
        stream, _ = api.get_archive(container, path)
    except NotFound:
        return None
    with tarfile.open(fileobj=io.BytesIO(b"".join(stream))) as archive:
        file = archive.extractfile(archive.getmembers()[0])
        return file.read() if file else None
