"""For maintainers: makes the locks of the old releases' jars anew, as `make lock` does."""

from __future__ import annotations

import sys

from harness.provision.jar_locks import lock
from harness.topology.timings import FAST
from tests.track_record.defect import every_defect
from tests.track_record.java_clients.transacting import java_clients
from tests.track_record.old_release import OldRelease


def main() -> None:
    """Locks every old release that a defect is shown on, and every client for Java that shows one."""
    sides = [side for defect in every_defect().values() for side in (defect.affected, defect.fixed)]
    specs = [spec for side in sides for servers in side.servers for spec in servers.nodes(FAST)]
    servers = {spec.kind for spec in specs if isinstance(spec.kind, OldRelease)}
    lock({*servers, *java_clients()}, _say)


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")


if __name__ == "__main__":
    main()
