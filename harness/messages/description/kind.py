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
 && /build/venv/bin/pip --python /opt/venv/bin/python install --quiet -r /build/requirements/{requirements}"""
#: The packages before the code, which changes more often.
_STAGES = """
FROM {begins} AS {name}-packages
{packages}

FROM ${{BASE}} AS {name}
COPY --from={name}-packages /opt/venv /opt/venv
ENV PATH=/opt/venv/bin:$PATH VIRTUAL_ENV=/opt/venv PYTHONUNBUFFERED=1
COPY {name}/launcher.py /opt/harness/launcher.py
COPY {name}/checkout /opt/checkout
ENTRYPOINT ["python3", "-I", "/opt/harness/launcher.py", "/opt/checkout", "/opt/checkout"]
"""


@dataclass(frozen=True)
class CheckoutKind(NodeKind):
    """The services of one checkout, as it is now; a node's arguments are a folder in it, and the command.

    Attributes:
        folder: of the checkout; absolute.
        digest: of its content.
        requirements: the requirements file, relative to the checkout; None if there is none.
        packages: what the services need beside it.
        name: of the kind and of its image.
    """

    folder: Path
    digest: str
    requirements: str | None = None
    packages: tuple[str, ...] = ()
    name: str = "checkout"

    def prepare(self, say: Say) -> Program:
        """Copies the checkout and installs its packages, each once."""
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
        installed = _WITH_PACKAGES.format(name=name, requirements=os.path.normpath(file)) if found else _ALONE
        stages = _STAGES.format(name=name, begins="pip" if found else "${BASE}", packages=installed)
        files = {f"{name}/requirements/{path}": content for path, content in found.items()}
        files[f"{name}/launcher.py"] = _LAUNCHER.read_bytes()
        return Build(stages, files, {f"{name}/checkout": LockedFolder(self.digest.encode(), self._copied)})

    def _copied(self, say: Say) -> Sequence[Path]:
        return sorted(checkout.copy(self.folder, self.digest, say).iterdir())


def kind(description: Description, folder: Path) -> CheckoutKind:
    """The kind of a described system's services, from the checkout as it is now.

    Args:
        description: of the system.
        folder: that its file is in.

    Raises:
        BadInputError: the checkout, its requirements file or the folder of a service is not there, or it is too large.
    """
    code = (folder / description.checkout).resolve()
    digest = checkout.digest(code)
    for role, service in description.services.items():
        if not (code / service.folder).is_dir():
            raise BadInputError(f"services.{role}.folder: there is no folder {service.folder!r} in {code}")
    if description.runtime.python is not None:
        packages.requirements(code, description.runtime.python)
    words = re.findall("[a-z0-9]+", description.name.lower())
    runtime = description.runtime
    return CheckoutKind(code, digest, runtime.python, runtime.packages, "-".join(["checkout", *words]))
