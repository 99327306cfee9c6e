"""The kind of all services of a checkout: how they get their code and packages, as processes and in an image."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInputError
from harness.messages.description import building, checkout, image_stages, packages, toolchains
from harness.messages.description.model import Description
from harness.messages.description.toolchain import Toolchain
from harness.progress import Say
from harness.topology.kinds import Build, LockedFolder, NodeKind, Program

_LAUNCHER = Path(__file__).with_name("launcher.py")
#: Where a local process has its copy of the checkout, in the folder of its node.
_COPY = "checkout"
#: Where a container has its copy of the checkout: in the image, or, where it only reads that, among its data.
_PLACE, _PLACE_CONFINED = "/opt/checkout", "/var/lib/harness/checkout"


@dataclass(frozen=True)
class CheckoutKind(NodeKind):
    """The services of one checkout, as it is now; a node's arguments are a folder in it, and the command.

    Attributes:
        folder: of the checkout; absolute.
        digest: of its content.
        requirements: the requirements file, relative to the checkout; None if there is none.
        packages: what the services need beside it.
        toolchains: what they need of other languages.
        build: the commands that build the checkout, each as its words.
        name: of the kind and of its image.
        trusted: whether what its packages run while they are installed may run; else all of them have to be wheels,
            and it runs in confined containers alone.
    """

    folder: Path
    digest: str
    requirements: str | None = None
    packages: tuple[str, ...] = ()
    toolchains: tuple[Toolchain, ...] = ()
    build: tuple[tuple[str, ...], ...] = ()
    name: str = "checkout"
    trusted: bool = True

    def prepare(self, say: Say) -> Program:
        """Copies the checkout, installs its packages and builds it, each once.

        Raises:
            BadInputError: nobody trusts it.
        """
        if not self.trusted:
            raise BadInputError(f"{self.folder} is not trusted, and runs in confined containers alone")
        code = checkout.copy(self.folder, self.digest, say)
        tools = [each.prepare(code, say) for each in self.toolchains]
        environment = {"PYTHONUNBUFFERED": "1"}
        for each in tools:
            environment |= each.environment
        file, found = packages.all_of(code, self.requirements, self.packages)
        if found:
            made = packages.environment(found, file, say)
            path = os.pathsep.join([str(made / "bin"), os.environ.get("PATH", os.defpath)])
            environment |= {"PATH": path, "VIRTUAL_ENV": str(made)}
        code = building.built(code, self.build, tools, environment, say)
        return Program((sys.executable, "-I", str(_LAUNCHER), str(code), _COPY), environment)

    def image(self) -> Build:
        """The part of the image that this kind adds: its tools and packages, its code and the launcher."""
        layers = [each.layers(self.folder, self.name) for each in self.toolchains]
        file, found = packages.all_of(self.folder, self.requirements, self.packages)
        files = {name: content for each in layers for name, content in each.files.items()}
        files[f"{self.name}/launcher.py"] = _LAUNCHER.read_bytes()
        if not self.trusted:
            found = packages.by_name(found)
        files |= {f"{self.name}/requirements/{path}": content for path, content in found.items()}
        stages = image_stages.of(
            self.name,
            os.path.normpath(file) if found else None,
            layers,
            self.build,
            wheels=not self.trusted,
            place=_PLACE if self.trusted else _PLACE_CONFINED,
        )
        folders = {f"{self.name}/checkout": LockedFolder(self.digest.encode(), self._copied)}
        folders |= {name: each for layer in layers for name, each in layer.folders.items()}
        return Build(stages, files, folders)

    def _copied(self, say: Say) -> Sequence[Path]:
        return sorted(checkout.copy(self.folder, self.digest, say).iterdir())


def kind(description: Description, folder: Path, *, trusted: bool = True) -> CheckoutKind:
    """The kind of a described system's services, from the checkout as it is now.

    Args:
        description: of the system.
        folder: that its file is in.
        trusted: whether it may run code while it is installed, and run without limits.

    Raises:
        BadInputError: the checkout, its requirements file or the folder of a service is not there, or it is too large;
            or it is not trusted, and is not in that folder, or what it needs can't be installed from wheels alone.
    """
    code = (folder / description.checkout).resolve()
    if not (trusted or code.is_relative_to(folder.resolve())):
        raise BadInputError(f"checkout: {code} is outside of {folder}; give a folder in it")
    digest = checkout.digest(code)
    for role, service in description.services.items():
        if not (code / service.folder).is_dir():
            raise BadInputError(f"services.{role}.folder: there is no folder {service.folder!r} in {code}")
    if description.runtime.python is not None:
        packages.requirements(code, description.runtime.python)
    words = re.findall("[a-z0-9]+", description.name.lower())
    runtime, named = description.runtime, toolchains.of(description.runtime, trusted=trusted)
    if not trusted and (runtime.java or runtime.go or runtime.build):
        raise BadInputError(
            "runtime: nobody trusts this checkout, and what its build steps run would have the network of this "
            "machine; give a system without java, go and build, whose packages are wheels or of npm's registry"
        )
    for each in named:
        each.assert_there(code)
    if trusted:
        name = "-".join(["checkout", *words])
        return CheckoutKind(code, digest, runtime.python, runtime.packages, named, runtime.build, name)
    packages.by_name(packages.all_of(code, runtime.python, runtime.packages)[1])
    # Many have one name: an image whose name another has too goes when there are newer ones.
    name = f"graded-{digest}"
    return CheckoutKind(code, digest, runtime.python, runtime.packages, named, name=name, trusted=False)
