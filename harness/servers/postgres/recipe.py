"""How a PostgreSQL server is provisioned: it comes from Maven, too, as jars that hold its programs."""

from __future__ import annotations

from pathlib import Path

from harness.provision.maven import MavenServer, Preparation

POSTGRES = MavenServer(
    "postgres",
    Path(__file__).parent,
    "launch_postgres.py",
    (Preparation("HARNESS_POSTGRES", "prepare_postgres.py", "unpack", "unpacking it and making a database, once"),),
    gives_up_root=True,
)
