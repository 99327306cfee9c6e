"""The kind of all services of a checkout: how they get their code and packages, as processes and in an image."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from harness.errors import BadInputError
from harness.messages.description import checkout, packages
from harness.messages.description.model import Description
from harness.progress import Say
from harness.topology.kinds import Build, LockedFolder, NodeKind, Program

_LAUNCHER = Path(__file__).with_name("launcher.py")
#: Where a local process has its copy of the checkout, in the folder of its node.
_COPY = "checkout"
_ALONE = "RUN python3 -m venv --without-pip /opt/venv"
_WITH_PACKAGES = """COPY {name}/requirements /build/requirements
RUN python3 -m venv --without-pip /opt/venv \\
 && /build/venv/bin/pip --python /opt/venv/bin/python install --quiet {wheels}-r /build/requirements/{requirements}"""
#: The packages before the code, which changes more often.
_STAGES = """
FROM {begins} AS {name}-packages
{packages}

FROM ${{BASE}} AS {name}
COPY --from={name}-packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH VIRTUAL_ENV=/opt/venv PYTHONUNBUFFERED=1
COPY {name}/launcher.py /opt/harness/launcher.py
COPY {name}/checkout /opt/checkout
ENTRYPOINT ["python3", "-I", "/opt/harness/launcher.py", "/opt/checkout", "{place}"]
"""
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
        name: of the kind and of its image.
        trusted: whether what its packages run while they are installed may run; else all of them have to be wheels,
            and it runs in confined containers alone.
    """

    folder: Path
    digest: str
    requirements: str | None = None
    packages: tuple[str, ...] = ()
    name: str = "checkout"
    trusted: bool = True

    def prepare(self, say: Say) -> Program:
        """Copies the checkout and installs its packages, each once.

        Raises:
            BadInputError: nobody trusts it.
        """
        if not self.trusted:
            raise BadInputError(f"{self.folder} is not trusted, and runs in confined containers alone")
        code = checkout.copy(self.folder, self.digest, say)
        command = (sys.executable, "-I", str(_LAUNCHER), str(code), _COPY)
        file, found = packages.all_of(code, self.requirements, self.packages)
        if not found:
            return Program(command, {"PYTHONUNBUFFERED": "1"})
        made = packages.environment(found, file, say)
        path = os.pathsep.join([str(made / "bin"), os.environ.get("PATH", os.defpath)])
        return Program(command, {"PYTHONUNBUFFERED": "1", "PATH": path, "VIRTUAL_ENV": str(made)})

    def image(self) -> Build:
        """The part of the image that this kind adds: its packages, its code and the launcher."""
        name = self.name
        file, found = packages.all_of(self.folder, self.requirements, self.packages)
        wheels = ""
        if not self.trusted:
            found, wheels = packages.by_name(found), "--only-binary=:all: "
        installed = (
            _WITH_PACKAGES.format(name=name, requirements=os.path.normpath(file), wheels=wheels) if found else _ALONE
        )
        place = _PLACE if self.trusted else _PLACE_CONFINED
        stages = _STAGES.format(name=name, begins="pip" if found else "${BASE}", packages=installed, place=place)
        files = {f"{name}/requirements/{path}": content for path, content in found.items()}
        files[f"{name}/launcher.py"] = _LAUNCHER.read_bytes()
        return Build(stages, files, {f"{name}/checkout": LockedFolder(self.digest.encode(), self._copied)})

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
    runtime = description.runtime
    if trusted:
        return CheckoutKind(code, digest, runtime.python, runtime.packages, "-".join(["checkout", *words]))
    packages.by_name(packages.all_of(code, runtime.python, runtime.packages)[1])
    # Many have one name: an image whose name another has too goes when there are newer ones.
    return CheckoutKind(code, digest, runtime.python, runtime.packages, f"graded-{digest}", trusted=False)
