"""The Dockerfile stages of the image of somebody's services. Pure.

What seldom changes comes first: the tools, then the packages, then the code. A stage that reaches a package registry
has this machine's settings of it, and no image begins with such a stage.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from harness.messages.description.toolchain import Layers

_VENV = "/opt/venv"
_CODE = "/opt/checkout"
_ALONE = f"RUN python3 -m venv --without-pip {_VENV}"
_PACKAGES = """COPY {name}/requirements /build/requirements
RUN python3 -m venv --without-pip /opt/venv \\
 && /build/venv/bin/pip --python /opt/venv/bin/python install --quiet {wheels}-r /build/requirements/{requirements}"""
#: The base has no manual pages, and Java's packages can't be installed where there is no folder for theirs.
_TOOLS = """RUN mkdir -p /usr/share/man/man1 && apt-get update -q \\
 && apt-get install -qy --no-install-recommends {packages} && rm -rf /var/lib/apt/lists/*"""
_STARTS = """COPY {name}/launcher.py /opt/harness/launcher.py
{code}
ENTRYPOINT ["python3", "-I", "/opt/harness/launcher.py", "/opt/checkout", "{place}"]
"""


def of(
    name: str,
    requirements: str | None,
    layers: Sequence[Layers],
    build: Sequence[Sequence[str]],
    *,
    wheels: bool = False,
    place: str = _CODE,
) -> str:
    """The stages of an image.

    Args:
        name: of the kind, and of the last stage.
        requirements: the requirements file, in the folder of these in the context; None if there is none.
        layers: what its toolchains add.
        build: the commands that build the checkout, each as its words.
        wheels: whether packages of Python have to be wheels, which run nothing while they are installed.
        place: where a container has its copy of the checkout.
    """
    installed = _ALONE
    if requirements:
        only = "--only-binary=:all: " * wheels
        installed = _PACKAGES.format(name=name, requirements=requirements, wheels=only)
    packages = ["", f"FROM {'pip' if requirements else '${BASE}'} AS {name}-packages", installed, ""]
    return "\n".join("\n".join(each) for each in [packages, *_stages(name, layers, build, place)])


def _stages(name: str, layers: Sequence[Layers], build: Sequence[Sequence[str]], place: str) -> Iterator[Sequence[str]]:
    """The stages behind that of Python's packages."""
    tools = reaching = "${BASE}"
    if layers:
        tools, reaching = f"{name}-tools", f"{name}-registry"
        debian = " ".join(sorted({package for each in layers for package in each.debian}))
        yield ["FROM ${BASE} AS " + tools, _TOOLS.format(packages=debian), ""]
        yield [f"FROM {tools} AS {reaching}", *_settings(layers), ""]
        yield from ([f"FROM {reaching} AS {_fetching(name, each)}", each.stage, ""] for each in layers)
    code = f"COPY {name}/checkout {_CODE}"
    if layers or build:
        yield [f"FROM {reaching} AS {name}-built", *_with_packages(name, layers), code, *_built(layers, build), ""]
        code = f"COPY --from={name}-built {_CODE} {_CODE}"
    yield [f"FROM {tools} AS {name}", *_with_packages(name, layers), _STARTS.format(name=name, code=code, place=place)]


def _settings(layers: Sequence[Layers]) -> Iterator[str]:
    for each in layers:
        if each.registry:
            yield f"COPY {each.registry} /build/{each.registry}"
            yield from (f"ENV {name}=/build/{each.registry}/{file}" for name, file in each.settings.items())


def _with_packages(name: str, layers: Sequence[Layers]) -> Iterator[str]:
    """The packages of all languages, and what has commands find them."""
    yield f"COPY --from={name}-packages {_VENV} {_VENV}"
    yield f"ENV PATH={_VENV}/bin:$PATH VIRTUAL_ENV={_VENV} PYTHONUNBUFFERED=1"
    for each in layers:
        yield f"COPY --from={_fetching(name, each)} {each.fetched} {each.fetched}"
        yield from (f"ENV {variable}={value}" for variable, value in each.environment.items())


def _built(layers: Sequence[Layers], build: Sequence[Sequence[str]]) -> Iterator[str]:
    """What is added to the code."""
    yield f"WORKDIR {_CODE}"
    links = {path: there for each in layers for path, there in each.links.items()}
    # By its path: a package may have brought along another program of that name.
    yield from (f"RUN {json.dumps(['/bin/ln', '-s', there, path])}" for path, there in links.items())
    yield from (f"RUN {json.dumps(list(step))}" for step in build)


def _fetching(name: str, each: Layers) -> str:
    """The stage that gets the packages of a toolchain."""
    return f"{name}-{each.name}"
