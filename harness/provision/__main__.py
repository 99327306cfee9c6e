"""`python -m harness.provision processes|images|lock`: gets a machine ready ahead of a run, or makes the jars' lock."""

from __future__ import annotations

import argparse
import subprocess
import sys

from harness.errors import EXIT_BAD_INPUT, HarnessError
from harness.narration import Say


def processes(say: Say) -> None:
    """What local processes need."""
    from harness.provision.processes import prepare_processes

    prepare_processes(say)


def images(say: Say) -> None:
    """What containers need."""
    from harness.backends.engine import connect
    from harness.provision.images import ensure_images

    for kind, tag in ensure_images(connect(), say).items():
        say(f"{kind}: {tag}")


def lock(say: Say) -> None:
    """Resolves the servers' jars anew (minutes, with empty caches) and writes their locks."""
    from harness.provision.jars import SERVERS, lock_path

    for server in SERVERS:
        path = lock_path(server)
        say(f"{server}: resolving")
        # jgo goes by the folder it is started in; what it builds beside the lock is ignored by git.
        subprocess.run([sys.executable, "-m", "jgo", "sync", "--force"], cwd=path.parent, check=True)
        (path.parent / ".jgo" / path.name).replace(path)


_WHAT = {function.__name__: function for function in (processes, images, lock)}


def main() -> None:
    """Does what the one argument names; exit status 2 and one line if it can't."""
    parser = argparse.ArgumentParser(prog="python -m harness.provision", description=__doc__)
    parser.add_argument("what", choices=_WHAT)
    try:
        _WHAT[parser.parse_args().what](lambda line: print(f"  {line}", flush=True))  # noqa: T201
    except HarnessError as error:
        print(error, file=sys.stderr)  # noqa: T201
        raise SystemExit(EXIT_BAD_INPUT) from error


if __name__ == "__main__":
    main()
