"""What a service of a compose file asks for that no node of the harness gets: more than a process may, or too little.

Pure: each is one line with its place, the reason, and what to do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from harness.decoding.positions import Keys

_RIGHTS = "services get no more rights than any process; leave it out, or describe a service that needs none"
_MACHINE = "each instance is apart from this machine; leave it out"
_MOUNTED = "nothing is mounted; put it into the environment, or into a file of the checkout"
_NETWORK = "each instance has a network of its own; leave it out, and have it use the names of the others"
_BUILDER = "the engine's own builder does not know it; build the image with docker build, and name it in image"
_KEYS = {
    **dict.fromkeys(("privileged", "cap_add", "devices", "device_cgroup_rules", "gpus", "security_opt"), _RIGHTS),
    **dict.fromkeys(("pid", "ipc", "uts", "userns_mode", "cgroup", "cgroup_parent", "runtime"), _MACHINE),
    **dict.fromkeys(("secrets", "configs", "volumes_from"), _MOUNTED),
    **dict.fromkeys(("extra_hosts", "external_links", "dns"), _NETWORK),
    "extends": "it takes docker compose, which is not here or refuses the file; write the service out",
    "provider": "something else than the engine runs it; describe a service that has an image",
}
_OF_BUILD = dict.fromkeys(("additional_contexts", "dockerfile_inline", "ssh", "secrets"), _BUILDER) | dict.fromkeys(
    ("privileged", "entitlements"), _RIGHTS
)
_SOCKETS = ("docker.sock", "podman.sock", "containerd.sock")


def refusals(name: str, service: Mapping[str, Any], place: Callable[[Keys], str]) -> Iterator[str]:
    """What of a service can't be.

    Args:
        name: of the service.
        service: its keys, with the variables filled in.
        place: says where a key stands.
    """
    keys: Keys = ("services", name)
    for key, why in _KEYS.items():
        if _asks(service.get(key)):
            yield f"{place((*keys, key))}: {name}: {key}: {why}"
    mode = service.get("network_mode")
    if isinstance(mode, str) and mode not in ("bridge", "default"):
        yield f"{place((*keys, 'network_mode'))}: {name}: network_mode: {mode}: {_NETWORK}"
    links = service.get("links")
    for index, each in enumerate(links if isinstance(links, list) else ()):
        other, _, alias = str(each).partition(":")
        if alias not in ("", other):
            why = f"no other name for one service alone; give {other} that name, as an alias in its network"
            yield f"{place((*keys, 'links', index))}: {name}: links: {each}: {why}"
    build = service.get("build")
    for key in build if isinstance(build, dict) else ():
        if key in _OF_BUILD:
            yield f"{place((*keys, 'build', key))}: {name}: build.{key}: {_OF_BUILD[key]}"
    volumes = service.get("volumes")
    for index, each in enumerate(volumes if isinstance(volumes, list) else ()):
        source = each.get("source") if isinstance(each, dict) else str(each).partition(":")[0]
        if isinstance(source, str) and source.endswith(_SOCKETS):
            why = "who has the engine's socket rules this machine; leave it out"
            yield f"{place((*keys, 'volumes', index))}: {name}: volumes: {source}: {why}"


def _asks(value: Any) -> bool:
    """Whether a key asks for anything: it is there, and is not false or empty, or what is usual."""
    return value not in (None, "", "false", "private", [], {})
