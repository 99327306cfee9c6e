"""The machines that a run's nodes are spread over, as a person names them: each has a Docker engine, and an address.

They are named in one line, `unix:///var/run/docker.sock,tcp://10.0.0.12:2375`, or in a file, where the address can be
said that others can't tell from where the engine is.
"""

from __future__ import annotations

import re
import socket
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from ipaddress import AddressValueError, IPv4Address
from pathlib import Path
from typing import Any

from harness.errors import BadInputError

_OPTION = "--engines"
_ENGINE = "an engine is unix:///path/of/its/socket or tcp://HOST:PORT"
_UNIX = re.compile(r"unix://(/.+)")
_TCP = re.compile(r"tcp://([^:/\s]+):([0-9]{1,5})/?")
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,30}", re.ASCII)
_KEYS = ("name", "url", "address")
#: Any port will do for a socket that only tells by which address this machine reaches another.
_ANY_PORT = 9


@dataclass(frozen=True)
class Machine:
    """A machine with an engine of its own.

    Attributes:
        name: what the run calls it.
        url: where its engine is reached.
        address: the IPv4 address of one of its interfaces at which the other machines reach it, and this process does.
    """

    name: str
    url: str
    address: str


def machines(said: str) -> tuple[Machine, ...]:
    """The machines that the option `--engines ENGINE,...` names, or `--engines FILE`, whose name ends with .toml.

    Raises:
        BadInputError: it names no engines, or not such that one system can be spread over them.
    """
    tables = _in_file(Path(said)) if said.endswith(".toml") else [{"url": part.strip()} for part in said.split(",")]
    if len(tables) < 2:
        raise BadInputError(f"{_OPTION} {said}: name two engines or more; DOCKER_HOST names one that has everything")
    found = [_machine(number, table) for number, table in enumerate(tables, start=1)]
    _refuse_twins(found)
    near = [each for each in found if not each.address]
    known = [each.address for each in found if each.address]
    if near and (len(near) > 1 or not known):
        raise BadInputError(
            f"{_OPTION}: {near[-1].url} does not say at which address the others reach its machine; name the engines "
            'in a file instead, as [[engine]] tables with name, url and address, such as address = "10.0.0.11"'
        )
    complete = tuple(replace(each, address=each.address or _own_address(known[0])) for each in found)
    _refuse_twins(complete)
    return complete


def _machine(number: int, table: Mapping[str, Any]) -> Machine:
    """The machine that is said so; without an address if the engine is behind a socket here, and none is said."""
    name, url = table.get("name", f"machine-{number}"), table.get("url", "")
    if not _NAME.fullmatch(name):
        raise BadInputError(
            f"{_OPTION}: {name!r} is no name for a machine; give lower-case letters, digits and hyphens"
        )
    at = _TCP.fullmatch(url)
    if not at and not _UNIX.fullmatch(url):
        raise BadInputError(f"{_OPTION}: {url!r} is no engine; {_ENGINE}")
    address = table.get("address", "")
    if not address and at:
        address = _resolved(at[1], url)
    if address:
        _assert_address(address, url)
    return Machine(name, url, address)


def _in_file(path: Path) -> Sequence[Mapping[str, Any]]:
    try:
        text = tomllib.loads(path.read_text())
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{_OPTION} {path} can't be read: {error}") from error
    except tomllib.TOMLDecodeError as error:
        raise BadInputError(f"{_OPTION} {path} is no TOML: {error}") from error
    tables = text.pop("engine", None)
    if text or not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise BadInputError(f"{_OPTION} {path} has [[engine]] tables and nothing else, each with name, url and address")
    for table in tables:
        if wrong := sorted(key for key, value in table.items() if key not in _KEYS or not isinstance(value, str)):
            raise BadInputError(f"{_OPTION} {path}: {wrong[0]!r} can't be said so; a table has texts for {_KEYS}")
    return tables


def _resolved(host: str, url: str) -> str:
    try:
        return socket.gethostbyname(host)
    except OSError as error:
        raise BadInputError(f"{_OPTION}: {url}: there is no address of {host} ({error})") from error


def _assert_address(address: str, url: str) -> None:
    try:
        parsed = IPv4Address(address)
    except AddressValueError as error:
        raise BadInputError(f"{_OPTION}: {address!r}, of {url}, is no IPv4 address ({error})") from error
    if parsed.is_loopback or parsed.is_unspecified:
        raise BadInputError(
            f"{_OPTION}: at {address}, of {url}, no other machine reaches it; name the engines in a file, with the "
            "address of one of its interfaces"
        )


def _own_address(other: str) -> str:
    """The address by which this machine reaches another."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as asking:
        try:
            # Sends nothing.
            asking.connect((other, _ANY_PORT))
        except OSError as error:
            raise BadInputError(f"{_OPTION}: this machine has no way to {other}: {error.strerror}") from error
        return str(asking.getsockname()[0])


def _refuse_twins(found: Iterable[Machine]) -> None:
    for what in ("name", "url", "address"):
        counted = Counter(getattr(each, what) for each in found)
        if twins := [value for value, count in counted.items() if value and count > 1]:
            raise BadInputError(f"{_OPTION} names one engine twice: two have the {what} {twins[0]}; leave one out")
