"""Tells by what Python programs import which packages they need."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator, Sequence

from harness.messages.drafting.findings import Findings
from harness.messages.drafting.source import Program

_IMPORT = re.compile(r"^[ \t]*(?:from[ \t]+([A-Za-z_][\w.]*)[ \t]+import\b|import[ \t]+([^\n#;]+))", re.MULTILINE)
#: The packages of what services of this kind import, where a name alone does not say it.
_PACKAGES = {
    **{name: name for name in ("aiohttp", "aiokafka", "bottle", "fastapi", "flask", "gunicorn", "httpx", "hypercorn")},
    **{name: name for name in ("jinja2", "msgpack", "orjson", "pika", "pydantic", "quart", "redis", "requests")},
    **{name: name for name in ("starlette", "tenacity", "toml", "tornado", "urllib3", "uvicorn", "waitress")},
    "confluent_kafka": "confluent-kafka",
    "consul": "python-consul",
    "dotenv": "python-dotenv",
    "flask_cors": "flask-cors",
    "google.protobuf": "protobuf",
    "grpc": "grpcio",
    "hazelcast": "hazelcast-python-client",
    "kafka": "kafka-python",
    "pydantic_settings": "pydantic-settings",
    "yaml": "pyyaml",
}
#: A command that starts a program by another one.
_STARTERS = ("uvicorn", "flask", "gunicorn", "hypercorn")


def packages(started: Sequence[Program], programs: Sequence[Program], findings: Findings) -> tuple[str, ...]:
    """The packages that programs need, with those of the checkout's modules that they import.

    Args:
        started: the programs of services.
        programs: all of the checkout.
        findings: is told what nobody knows the package of.
    """
    own = {name for each in programs for name in (each.path.stem, each.path.parent.name)}
    needed = {each.command()[0]: None for each in started if each.command()[0] in _STARTERS}
    unknown: dict[str, None] = {}
    for name in _imported(started, programs):
        top = name.partition(".")[0]
        package = next((_PACKAGES[part] for part in (name, top) if part in _PACKAGES), None)
        if package:
            needed[package] = None
        elif top not in sys.stdlib_module_names and top not in own:
            unknown[top] = None
    for name in unknown:
        findings.todo(f"[runtime] packages: the services import {name}; name the package that it is in")
    return tuple(needed)


def _imported(started: Sequence[Program], programs: Sequence[Program]) -> Iterator[str]:
    """The modules that programs import, and those that the modules of the checkout do which they import."""
    left, seen = [each for each in started if each.path.suffix == ".py"], set()
    while left:
        program = left.pop(0)
        if program.path in seen:
            continue
        seen.add(program.path)
        for name in _names(program.text):
            yield name
            left += [each for each in programs if each.path.stem in name.split(".") and each.path.suffix == ".py"]


def _names(text: str) -> Iterator[str]:
    for one, several in _IMPORT.findall(text):
        yield from [one] if one else (words[0] for each in several.split(",") if (words := each.split()))
