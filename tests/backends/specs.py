"""Specs of the tiny server."""

from harness.topology.nodes import HttpReady, NodeSpec, PortReady

PORT = 8000


def tiny(index: int, *, ready: HttpReady | PortReady | None = None, **environment: str) -> NodeSpec:
    """`tiny-<index>`, which answers with what its file "text" says and how often it started."""
    return NodeSpec(
        name=f"tiny-{index}",
        role="tiny",
        index=index,
        kind="service",
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
