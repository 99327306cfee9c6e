"""PostgreSQL's programs and an empty database: unpacked and initialised once, copied for every server.

Standard library only. PostgreSQL refuses to run as root, so root's place is taken by the user nobody.
"""

from __future__ import annotations

import os
import platform
import pwd
import shutil
import subprocess
import tarfile
import tempfile
import zipfile
from pathlib import Path

import jvm
import prepare

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64v8", "arm64": "arm64v8"}
_TIMEOUT_S = 120
#: Over the network only this user gets in, and only to this database: the administrator may run programs.
_WHO_MAY = "host harness harness all trust\n"
_FIRST = "CREATE ROLE harness LOGIN\nCREATE DATABASE harness OWNER harness\n"


def servant() -> pwd.struct_passwd | None:
    """The user that the server runs as, where it may not be the one that asks for it: that is root."""
    return pwd.getpwnam("nobody") if os.geteuid() == 0 else None


def unpack() -> None:
    """Unpacks the jar of this machine's architecture, makes a database beside it, and keeps both.

    Raises:
        PreparationError: there is none for this machine, or PostgreSQL can't initialise the database.
    """
    target = jvm.place("HARNESS_POSTGRES", "/opt/harness/postgres")
    user = servant()
    # Not beside the target: where that is, the other user may not get to.
    with tempfile.TemporaryDirectory(prefix="harness-postgres-") as scratch:
        Path(scratch).chmod(0o711)
        home = Path(scratch, "postgres")
        _extract(_jar(), home)
        if user:
            os.chown(home, user.pw_uid, user.pw_gid)
        options = ["-D", str(home / "data"), "-U", "postgres", "-E", "UTF8", "--no-locale", "--no-sync"]
        _run([str(home / "bin/initdb"), *options], user)
        execute(home, "postgres", _FIRST)
        (home / "data/pg_hba.conf").write_text(_WHO_MAY)
        with prepare.part_of(target) as part:
            shutil.copytree(home, part, symlinks=True)
            part.rename(target)


def copy(home: Path) -> None:
    """Makes a server's own copy of what was unpacked, programs too: root's substitute may not get to the original."""
    part = home.with_name(f".{home.name}.part")
    shutil.rmtree(part, ignore_errors=True)
    shutil.copytree(jvm.place("HARNESS_POSTGRES", "/opt/harness/postgres"), part, symlinks=True)
    if user := servant():
        for path in (part, *part.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid, follow_symlinks=False)
    # In one step: a start that is killed leaves no half of it.
    part.rename(home)


def execute(home: Path, database: str, statements: str) -> None:
    """Does SQL, a statement a line, as the administrator of a database whose server does not run.

    Raises:
        PreparationError: PostgreSQL does not start; a statement that fails is in its output only.
    """
    _run([str(home / "bin/postgres"), "--single", "-D", str(home / "data"), database], servant(), statements)


def _jar() -> Path:
    folder: Path = jvm.place("HARNESS_JARS", "/opt/harness/jars/postgres")
    machine = platform.machine()
    jars = list(folder.glob(f"*-linux-{_ARCHITECTURES.get(machine, machine)}-*.jar"))
    if not jars:
        raise prepare.PreparationError(f"there is no PostgreSQL for the architecture {machine} in {folder}")
    return jars[0]


def _extract(jar: Path, home: Path) -> None:
    with zipfile.ZipFile(jar) as archive:
        (name,) = (name for name in archive.namelist() if name.endswith(".txz"))
        with archive.open(name) as packed, tarfile.open(fileobj=packed, mode="r|xz") as tar:
            # Pythons of before 3.11.4 have no such filter.
            tar.extraction_filter = getattr(tarfile, "data_filter", lambda member, _: member)
            tar.extractall(home)


def _run(command: list[str], user: pwd.struct_passwd | None, text: str = "") -> None:
    done = subprocess.run(
        command,
        input=text,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
        timeout=_TIMEOUT_S,
        cwd="/",
        user=user.pw_uid if user else None,
        group=user.pw_gid if user else None,
        extra_groups=[] if user else None,
    )
    if done.returncode:
        name = Path(command[0]).name
        raise prepare.PreparationError(f"{name} failed with status {done.returncode}\n{prepare.tail(done.stdout)}")
