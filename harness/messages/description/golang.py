"""The toolchain of services in Go: its modules are downloaded once for go.mod and go.sum."""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass
from pathlib import Path

from harness.messages.description.toolchain import Layers, Tools, assert_file, assert_installed
from harness.progress import Say
from harness.provision import preparing
from harness.provision.registries import passed_on

_IN_IMAGE = "/opt/go"
_SUMS = "go.sum"


@dataclass(frozen=True)
class Go:
    """Go, and the modules of one go.mod or several. On a machine Go itself keeps what it downloads.

    Attributes:
        files: the go.mod files, relative to the checkout.
        name: see `Toolchain`.
    """

    files: tuple[str, ...]
    name: str = "go"

    def assert_there(self, folder: Path) -> None:
        """See `Toolchain`."""
        for file in self.files:
            assert_file(self.name, folder, file, "a go.mod there")

    def prepare(self, code: Path, say: Say) -> Tools:
        """See `Toolchain`."""
        assert_installed(self.name, ("go",), "Go (apt-get install golang-go)")
        return Tools(made_of=(preparing.run("go version", ["go", "version"], passed_on()),))

    def layers(self, code: Path, kind: str) -> Layers:
        """See `Toolchain`."""
        files, lines = {}, [f"COPY {kind}/go /build/modules", f"ENV GOMODCACHE={_IN_IMAGE}/mod"]
        for file in self.files:
            folder = posixpath.dirname(posixpath.normpath(file))
            for name in (posixpath.basename(file), _SUMS):
                if (code / folder / name).is_file():
                    files[f"{kind}/go/{posixpath.join(folder, name)}"] = (code / folder / name).read_bytes()
            lines.append(f"RUN {shlex.join(['cd', posixpath.join('/build/modules', folder)])} && go mod download")
        return Layers(
            name=self.name,
            debian=("golang-go",),
            stage="\n".join([*lines, f"RUN mkdir -p {_IN_IMAGE}/mod"]),
            fetched=_IN_IMAGE,
            registry="go",
            settings={"GOENV": "env", "SSL_CERT_FILE": "ca.pem"},
            files=files,
            environment={"GOMODCACHE": f"{_IN_IMAGE}/mod", "CGO_ENABLED": "0"},
        )
