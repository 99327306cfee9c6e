"""Starts a PostgreSQL server in place of this process; the same in an image and as a local process.

Environment: POSTGRES_HOST and POSTGRES_PORT, where it listens. Where things are: HARNESS_POSTGRES (unpacked and
initialised once), HARNESS_DATA (this server's own copy). Database and user are both called harness; there is no
password.
"""

from __future__ import annotations

import os
import sys

import jvm
import postgres_files


def main() -> None:
    """Becomes the server."""
    home = jvm.place("HARNESS_DATA", "/var/lib/harness") / "postgres"
    if not home.exists():
        postgres_files.copy(home)
    if user := postgres_files.servant():
        os.setgroups([])
        os.setgid(user.pw_gid)
        os.setuid(user.pw_uid)
    server = str(home / "bin/postgres")
    settings = {
        "listen_addresses": os.environ["POSTGRES_HOST"],
        "port": os.environ["POSTGRES_PORT"],
        "unix_socket_directories": "",
        # In its own folder, not in the machine's /dev/shm: a server that was killed leaves nothing there.
        "dynamic_shared_memory_type": "mmap",
        "log_timezone": "UTC",
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    try:
        os.execv(server, [server, "-D", str(home / "data"), *options])
    except OSError as error:
        sys.exit(f"{server} can't be run by user {os.geteuid()}: {error.strerror}")


if __name__ == "__main__":
    main()
