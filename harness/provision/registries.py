"""What reaches the package registries from within a build: this machine's settings of pip, npm and Go.

Stages of a Dockerfile that need one copy these files; no image has them.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import ssl
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from urllib.parse import urlsplit

_PIP_OPTIONS = {"index-url", "extra-index-url", "trusted-host", "proxy", "timeout", "default-timeout", "retries"}
#: With a scope, such as @company:registry, it is the registry of that scope alone.
_NPM_OPTION = re.compile(r"(@[^:]+:)?registry|proxy|https-proxy|noproxy|strict-ssl")
#: Who somebody is at a registry.
_NPM_USER = re.compile(r"//\S+:_?\w+")
_NPM_LINE = re.compile(r"^\s*([^\s=;#]+)\s*=\s*(.*?)\s*$", re.MULTILINE)
_GO_VARIABLES = ("GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE")
_CERTIFICATES = ("PIP_CERT", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")
_ANSWER_TIMEOUT_S = 120
#: What package clients go by beside their own files.
_PASSED_ON = re.compile(
    r"PIP_\w+|npm_config_\w+|NODE_EXTRA_CA_CERTS|GO[A-Z]+|HOME|(https?|no)_proxy|SSL_CERT_FILE|REQUESTS_CA_BUNDLE",
    re.IGNORECASE,
)


def passed_on() -> Mapping[str, str]:
    """The variables of this machine by which package clients reach their registries."""
    return {name: value for name, value in os.environ.items() if _PASSED_ON.fullmatch(name)}


def carries_credentials() -> bool:
    """Whether these settings name somebody with a registry or a proxy: no layer may keep them."""
    options = [*_pip_options(), *_npm_options(), *_go_options()]
    return any(_names_somebody(value) or _NPM_USER.fullmatch(name) for name, value in options)


def pip() -> Mapping[str, bytes]:
    """Pip's settings, and the certificates it trusts: a proxy may sign with one that only this machine knows."""
    return _pip("pip", "/build/pip")


def public_pip() -> Mapping[str, bytes]:
    """What `pip` gives, for an image that keeps it: without what names somebody."""
    return _pip("public-pip", "/opt/pip", public=True)


def npm() -> Mapping[str, bytes]:
    """Npm's settings, and the certificates it trusts."""
    lines = [f"{name}={value}\n" for name, value in dict(_npm_options()).items()]
    return {"npm/npmrc": "".join(lines).encode(), **_trusted("npm")}


def go() -> Mapping[str, bytes]:
    """Go's settings, and the certificates it trusts."""
    return {"go/env": "".join(f"{name}={value}\n" for name, value in _go_options()).encode(), **_trusted("go")}


def _names_somebody(value: str) -> bool:
    return any("@" in urlsplit(url).netloc for url in re.split(r"[\s,|]+", value))


def _pip(folder: str, place: str, *, public: bool = False) -> Mapping[str, bytes]:
    """Pip's settings, in a folder of the context that has this place in the image."""
    options = {name: value for name, value in _pip_options() if not (public and _names_somebody(value))}
    options = {"retries": "2", **options}
    lines = ["[global]", *(f"{name} = {value}" for name, value in options.items())]
    files = {}
    if bundle := _certificates():
        files[f"{folder}/ca.pem"] = bundle.read_bytes()
        lines.append(f"cert = {place}/ca.pem")
    return {**files, f"{folder}/pip.conf": ("\n".join(lines) + "\n").encode()}


def _trusted(folder: str) -> Mapping[str, bytes]:
    """The certificates that this machine trusts, in a file that may be empty: there is always one to name."""
    bundle = _certificates()
    return {f"{folder}/ca.pem": bundle.read_bytes() if bundle else b""}


def _pip_options() -> Iterator[tuple[str, str]]:
    asking = [sys.executable, "-m", "pip", "config", "list"]
    listed = subprocess.run(asking, capture_output=True, text=True, check=False, timeout=_ANSWER_TIMEOUT_S)
    for match in re.finditer(r"^(?:global|install)\.([a-z-]+)='(.*)'$", listed.stdout, re.MULTILINE):
        if match[1] in _PIP_OPTIONS:
            yield match[1], match[2]
    # A venv made by uv has no pip to ask; and the environment wins over files, as with pip itself.
    for name in _PIP_OPTIONS:
        if value := os.environ.get(f"PIP_{name.replace('-', '_').upper()}"):
            yield name, value


def _npm_options() -> Iterator[tuple[str, str]]:
    """Npm's options, those that hold last: of the user's file, of npm's other files, of the environment."""
    file = Path(os.environ.get("NPM_CONFIG_USERCONFIG") or Path.home() / ".npmrc")
    for match in _NPM_LINE.finditer(file.read_text(errors="replace") if file.is_file() else ""):
        if _NPM_OPTION.fullmatch(match[1]) or _NPM_USER.fullmatch(match[1]):
            yield match[1], match[2]
    listed: Mapping[str, object] = json.loads(_asked("npm", "config", "list", "--json"))
    for name, value in listed.items():
        # It tells nothing of who the user is.
        if _NPM_OPTION.fullmatch(name) and value not in (None, "", []):
            yield name, ",".join(map(str, value)) if isinstance(value, list) else str(value).lower()
    for variable, text in os.environ.items():
        name = variable.lower().removeprefix("npm_config_").replace("_", "-")
        if variable.lower().startswith("npm_config_") and _NPM_OPTION.fullmatch(name):
            yield name, text


def _go_options() -> Iterator[tuple[str, str]]:
    listed: Mapping[str, str] = json.loads(_asked("go", "env", "-json", *_GO_VARIABLES))
    for name in _GO_VARIABLES:
        if value := listed.get(name) or os.environ.get(name):
            yield name, value


def _asked(*command: str) -> str:
    """What a tool says of its settings, as JSON; nothing where it is not there, or does not answer."""
    if shutil.which(command[0]) is None:
        return "{}"
    said = subprocess.run(command, capture_output=True, text=True, check=False, timeout=_ANSWER_TIMEOUT_S)
    return said.stdout if said.returncode == 0 else "{}"


def _certificates() -> Path | None:
    named = [os.environ.get(name) for name in _CERTIFICATES] + [ssl.get_default_verify_paths().cafile]
    return next((Path(name) for name in named if name and Path(name).is_file()), None)
