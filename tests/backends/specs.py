"""Specs of the tiny server, which is a kind of node like any other."""

import sys
from dataclasses import dataclass
from pathlib import Path

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.topology.kinds import NodeKind, Program
from harness.topology.nodes import HttpReady, NodeSpec, PortReady

PORT = 8000


@dataclass(frozen=True)
class ProgramKind(NodeKind):
    """A kind that is one program; for a container of it, a test makes an image and gives that."""

    name: str = ""
    program: Path = Path()
    gives_up_root: bool = False

    def prepare(self, say: Say) -> Program:
        return Program((sys.executable, str(self.program)))

    def image(self) -> str:
        raise EnvironmentUnfitError(f"a test has to give the image of {self.name}")


TINY = ProgramKind("tiny", Path(__file__).with_name("tiny.py"))


def tiny(index: int, *, ready: HttpReady | PortReady | None = None, **environment: str) -> NodeSpec:
    """`tiny-<index>`, which answers with what its file "text" says and how often it started."""
    return NodeSpec(
        name=f"tiny-{index}",
        role="tiny",
        index=index,
        kind=TINY,
        ports={"http": PORT},
        ready=ready or HttpReady("http", "/"),
        environment={
            "PORT": str(PORT),
            "HOST": f"${{tiny-{index}}}",
            "FILE": "${file:text}",
            **environment,
        },
        files={"text": f"first of ${{tiny-{index}:http}}"},
        files_when_ready={"text": "later"},
        stop_timeout_s=1.0,
    )
