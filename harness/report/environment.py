"""The facts on where a run took place. No environment variable reaches a report but through here, by name."""

from __future__ import annotations

import os
import platform
from collections.abc import Mapping

import psutil

from harness.provision.kinds import every_kind, released

#: Environment variables whose values a report may show: what a CI service says about the commit that it runs.
ALLOWED = (
    "CI",
    "GITHUB_SERVER_URL",
    "GITHUB_REPOSITORY",
    "GITHUB_SHA",
    "GITHUB_REF_NAME",
    "GITHUB_RUN_NUMBER",
    "CI_PROJECT_URL",
    "CI_COMMIT_SHA",
    "CI_COMMIT_REF_NAME",
    "CI_PIPELINE_IID",
)
_GIB = 1 << 30


def allowed(environ: Mapping[str, str] = os.environ) -> Mapping[str, str]:
    """The environment variables of the list that are set."""
    return {name: environ[name] for name in ALLOWED if environ.get(name)}


def environment(*, backend: str, timings: str, releases: Mapping[str, str] | None = None) -> Mapping[str, str]:
    """The facts on where and with what a run took place, for a person who compares two runs.

    A server's version is that of its lock; an image that was given instead is named by its tag in the steps.

    Args:
        backend: where the nodes ran.
        timings: of the failure detectors.
        releases: by kind, those that ran in place of the harness' own.
    """
    instead = released(releases or {})
    kinds = [instead.get(kind, kind) for kind in every_kind().values()]
    return {
        "backend": backend,
        "timings": timings,
        **{name: version for kind in kinds for name, version in kind.versions().items()},
        "Python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()}, {platform.machine()}",
        "machine": f"{os.cpu_count()} cores, {psutil.virtual_memory().total / _GIB:.0f} GiB",
        **allowed(),
    }


def source(path: str, line: int, environ: Mapping[str, str] = os.environ) -> str | None:
    """The address of a source line where a CI service says whose commit this is; None elsewhere."""
    known = allowed(environ)
    match known:
        case {"GITHUB_SERVER_URL": server, "GITHUB_REPOSITORY": repository, "GITHUB_SHA": commit}:
            return f"{server}/{repository}/blob/{commit}/{path}#L{line}"
        case {"CI_PROJECT_URL": project, "CI_COMMIT_SHA": commit}:
            return f"{project}/-/blob/{commit}/{path}#L{line}"
    return None
