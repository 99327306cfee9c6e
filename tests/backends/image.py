"""An image that needs no registry: this machine's Python, the libraries it loads, and the tiny server."""

import io
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from pathlib import Path

import docker

_EXCLUDED = {"site-packages", "test", "tests", "idlelib", "tkinter", "lib2to3", "ensurepip", "pydoc_data"}


def build(client: docker.DockerClient, tag: str) -> None:
    """Imports it as `tag`; whoever calls this removes it."""
    interpreter = Path(sys.executable).resolve()
    library = Path(sys.base_prefix) / "lib" / f"python{sys.version_info.major}.{sys.version_info.minor}"
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as tar:
        tar.add(library, arcname=str(library), filter=_wanted)
        for file in {interpreter, *_libraries([interpreter, *library.glob("lib-dynload/*.so")])}:
            tar.add(file.resolve(), arcname=str(file))
        tar.add(Path(__file__).parent / "tiny.py", arcname="/tiny.py")
        tar.addfile(_link("/usr/bin/python3", str(interpreter)))
    client.api.import_image_from_data(
        content.getvalue(),
        repository=tag,
        changes=[f'ENTRYPOINT ["{interpreter}", "/tiny.py"]', f"ENV PYTHONHOME={sys.base_prefix}"],
    )


def _link(path: str, to: str) -> tarfile.TarInfo:
    link = tarfile.TarInfo(path.lstrip("/"))
    link.type, link.linkname = tarfile.SYMTYPE, to
    return link


def _wanted(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    parts = set(Path(member.name).parts)
    return None if parts & _EXCLUDED or any(part.startswith("config-") for part in parts) else member


def _libraries(files: list[Path]) -> Iterator[Path]:
    output = subprocess.run(["ldd", *map(str, files)], capture_output=True, text=True, check=False, timeout=30).stdout
    for line in output.splitlines():
        words = line.replace("=>", " ").split()
        if not line.startswith("/") or not line.endswith(":"):
            yield from (Path(word) for word in words[:2] if word.startswith("/") and Path(word).exists())
