"""One build of an image by the engine's own builder: how it is asked for, what it tells, and why it failed."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from typing import IO, Any

import docker

from harness.errors import EnvironmentUnfitError
from harness.progress import Say
from harness.provision.cache import cache_folder

#: An image has the name of its kind under this label.
LABEL = "harness.image"
_LAST_LINES = 15
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy", "no_proxy")
_FULL = re.compile(r"no space left on device|\[Errno 28\]", re.IGNORECASE)


def build(
    client: docker.DockerClient,
    name: str,
    tag: str,
    write_context: Callable[[IO[bytes]], None],
    say: Say,
    explain: Callable[[str, str], str],
    *,
    arguments: Mapping[str, str],
    **options: Any,
) -> Iterator[tuple[str, str]]:
    """Builds an image; gives each text that the engine says, after the step that it is of.

    Args:
        client: of the engine.
        name: of the image's kind.
        tag: of the image.
        write_context: writes the context as a tar archive.
        say: is told of every step that is really run.
        explain: puts a failure into words: the engine's error, and all that it said, in lines.
        arguments: of the build, beside this machine's proxies.
        options: more of the SDK's: `target`, `timeout` (seconds that a step may say nothing), ...

    Raises:
        EnvironmentUnfitError: it failed.
    """
    say(f"{name} image: building {tag}")
    with tempfile.TemporaryFile(dir=cache_folder()) as context:
        write_context(context)
        context.seek(0)
        parts = client.api.build(
            fileobj=context,
            custom_context=True,
            tag=tag,
            rm=True,
            forcerm=True,
            decode=True,
            labels={LABEL: name},
            buildargs={**arguments, **_proxies()},
            **options,
        )
        yield from _told(name, parts, say, explain)


def _proxies() -> Mapping[str, str]:
    """The proxies of this machine, as build arguments that every Dockerfile has."""
    return {name: os.environ[name] for name in _PROXIES if name in os.environ}


def _told(
    name: str, parts: Iterator[dict[str, Any]], say: Say, explain: Callable[[str, str], str]
) -> Iterator[tuple[str, str]]:
    lines: list[str] = []
    step = ""
    for part in parts:
        text = str(part.get("stream", "")).strip()
        lines += text.splitlines()
        if text.startswith("Step "):
            step = " ".join(text.split())
        elif text.startswith("---> Running in") and " : RUN " in step:
            say(f"{name} image: {step[:110]}")
        yield step, text
        if error := str(part.get("error", "")).strip():
            seen = "\n".join(lines)
            raise EnvironmentUnfitError(_full(name, error, seen) or explain(error, seen))


def _full(name: str, error: str, seen: str) -> str:
    """What a person does about a full disk; empty if that is not why a build failed."""
    if not _FULL.search(f"{seen}\n{error}"):
        return ""
    return f"no disk space left while building the image of {name}: free some (docker image prune) and run again"


def failed(name: str, error: str, seen: str) -> str:
    """A failed build in words, with the last lines of what was said."""
    tail = "\n".join(f"  {line}" for line in seen.splitlines()[-_LAST_LINES:])
    return f"the image of {name} could not be built: {error}\n{tail}"
