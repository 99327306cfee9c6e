"""How the facade, logging, messages and config services are provisioned: one kind, and a module for each."""

from __future__ import annotations

import sys
from dataclasses import dataclass

from harness.progress import Say
from harness.provision.resources import at_the_top, files_in
from harness.topology.kinds import Build, NodeKind, Program


@dataclass(frozen=True)
class ServiceKind(NodeKind):
    """The kind of all services; its stages are in the top-level Dockerfile."""

    name: str = "service"

    def prepare(self, say: Say) -> Program:
        """Says how to run a service: by this interpreter, which has the packages."""
        return Program((sys.executable, "-m"), {"PYTHONPATH": str(at_the_top("services").parent)})

    def image(self) -> Build:
        """The part of the image that the services add: their modules, and the lock of their packages."""
        return Build(files=files_in(at_the_top("services"), "services", "*.py", "requirements.lock"))


SERVICE = ServiceKind()
