"""A kind of server whose programs come from Maven: what it needs on a machine, and in an image."""

from __future__ import annotations

import os
import re
import sys
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path

from harness.errors import BadInputError
from harness.progress import Say
from harness.provision.resources import files_in
from harness.topology.kinds import Build, LockedFolder, Program

#: What the launchers of all servers share.
SHARED = Path(__file__).parent / "launchers"
#: The folder of the jars of further releases, each in one of its own.
_RELEASES = "releases"
#: The variable that says to `jvm.py` where Java's cache is.
JAVAS_CACHE = "HARNESS_AOT"


@dataclass(frozen=True)
class Preparation:
    """Something that is made once and that every start of a server reuses.

    Attributes:
        variable: says to the launcher where it is.
        script: what makes it, among the kind's launchers.
        action: the script's argument.
        words: what is done, for a person who waits.
    """

    variable: str
    script: str
    action: str
    words: str

    @classmethod
    def of_javas_cache(cls, script: str) -> Preparation:
        """A preparation of Java's cache: a training start, whose cache every other start uses."""
        return cls(JAVAS_CACHE, script, "train", "a training start for Java's cache, once (10 to 20 s)")


@dataclass(frozen=True)
class MavenServer:
    """A server whose programs come from Maven; implements `harness.topology.kinds.NodeKind`.

    Attributes:
        name: of the kind, and of the stage that its image is.
        folder: has `Dockerfile`, `launchers/`, and the folder of jgo's two files.
        launcher: among the launchers, what becomes the server.
        preparations: in the order in which they are made.
        jars: where jgo's files are.
        uses: the kinds whose jars and caches its own are prepared with, and whose stages its image copies from.
        gives_up_root: see there.
        client: the Python distribution that asks the server; empty if there is none.
        stage: what the image's stage is called in the Dockerfile, where that is not the name of the kind.
    """

    name: str
    folder: Path
    launcher: str
    preparations: tuple[Preparation, ...]
    jars: str = "jars"
    uses: tuple[MavenServer, ...] = ()
    gives_up_root: bool = False
    client: str = ""
    stage: str = ""

    def release(self, version: str) -> MavenServer:
        """Gives the server in another release, as a kind of its own; its jars are locked in `releases/<version>`.

        Nothing of it is got before a node of it is needed.

        Raises:
            BadInputError: no such release is locked.
        """
        if version == self.version:
            return self
        if version not in self.releases:
            raise BadInputError(
                f"{self.name} has no locked jars of release {version!r}; choose one of {', '.join(self.releases)}"
            )
        jars = f"{_RELEASES}/{version}"
        return replace(self, name=f"{self.name}-{version}", jars=jars, stage=self.stage or self.name)

    @property
    def releases(self) -> tuple[str, ...]:
        """The releases whose jars are locked, oldest first; of the kind that its folder is called after."""
        if (self.stage or self.name) != self.folder.name:
            return (self.version,)
        others = (path.parent.name for path in (self.folder / _RELEASES).glob("*/jgo.lock.toml"))
        return tuple(sorted({self.version, *others}, key=_in_order))

    @property
    def version(self) -> str:
        """The release of the server."""
        coordinates: Sequence[str] = tomllib.loads(self.specification.read_text())["dependencies"]["coordinates"]
        return coordinates[0].rpartition(":")[2]

    @property
    def launchers(self) -> Path:
        """The folder of the server's scripts; standard library only, as an image has no package of ours."""
        return self.folder / "launchers"

    @property
    def lock(self) -> Path:
        """The file with the versions and hashes of the server's jars."""
        return self.folder / self.jars / "jgo.lock.toml"

    @property
    def specification(self) -> Path:
        """The file that the lock is made from."""
        return self.folder / self.jars / "jgo.toml"

    def versions(self) -> Mapping[str, str]:
        """The versions of the server, of Java and of the client, by name."""
        wanted = tomllib.loads(self.specification.read_text())
        return {
            (self.stage or self.name).capitalize(): self.version,
            "Java": wanted["java"]["version"],
            **({self.client: version(self.client)} if self.client else {}),
        }

    def prepare(self, say: Say) -> Program:
        """Installs the server's jars and makes what its starts reuse.

        With HARNESS_TUNED=0 the JVM runs as its vendor ships it.
        """
        # Imported late: what resolves Maven artifacts takes as long to import as pytest itself.
        from harness.provision.jars import install
        from harness.provision.prebuilt import make, places

        install(self.name, self.lock, say)
        make(self, say)
        tuned = os.environ.get("HARNESS_TUNED", "1")
        command = (sys.executable, str(self.launchers / self.launcher))
        return Program(command, {**places(self), "HARNESS_TUNED": tuned})

    def image(self) -> Build:
        """The part of the image that this kind adds: its stages, its launchers and its jars."""
        return Build(
            stages=self._stages(),
            files=files_in(self.launchers, f"{self.folder.name}/launchers", "*"),
            folders={f"jars/{self.name}": LockedFolder(self.lock.read_bytes(), self._jars)},
        )

    def _stages(self) -> str:
        text = (self.folder / "Dockerfile").read_text()
        if not self.stage:
            return text
        text = re.sub(rf"(?<= AS ){self.stage}$", self.name, text, flags=re.MULTILINE)
        return re.sub(rf"^COPY jars/{self.stage} ", f"COPY jars/{self.name} ", text, flags=re.MULTILINE)

    def _jars(self, say: Say) -> Sequence[Path]:
        from harness.provision.jars import install

        return sorted(install(self.name, self.lock, say).glob("*.jar"))


def _in_order(version: str) -> list[int]:
    return [int(part) for part in re.findall("[0-9]+", version)]
