"""A kind of node is a value of its own: nothing shared knows one by name, and what is prepared is what is asked for."""

import io
import pickle
import re
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.messages.recipe import SERVICE
from harness.progress import Say
from harness.provision import jars
from harness.provision.context import Recipe
from harness.provision.kinds import every_kind, in_order
from harness.provision.processes import prepare_processes
from harness.provision.stages import copied, needed
from harness.servers.hazelcast.recipe import HAZELCAST, HAZELCAST_MAPSTORE
from harness.servers.kafka.recipe import KAFKA
from harness.servers.postgres.recipe import POSTGRES
from harness.topology.kinds import Build, ForeignImage, LockedFolder, NodeKind, Program
from tests.running import ROOT

SERVERS = re.compile("kafka|hazelcast|postgres", re.IGNORECASE)


@pytest.mark.parametrize("package", ["provision", "backends", "topology"])
def test_what_all_kinds_share_names_none(package: str) -> None:
    modules = [path for path in (ROOT / "harness" / package).rglob("*.py") if path.is_file()]
    assert modules
    assert not [path for path in modules if SERVERS.search(path.read_text())]


def test_nor_do_the_stages_that_all_images_share() -> None:
    assert not SERVERS.search((ROOT / "Dockerfile").read_text())


def test_every_kind_is_found_where_it_lives_each_after_what_it_uses() -> None:
    kinds = list(every_kind().values())
    assert {SERVICE, KAFKA, HAZELCAST, HAZELCAST_MAPSTORE, POSTGRES} == set(kinds)
    assert kinds.index(POSTGRES) < kinds.index(HAZELCAST_MAPSTORE)


@pytest.mark.parametrize("kind", [*every_kind().values(), ForeignImage("redis:7")], ids=lambda kind: str(kind.name))
def test_a_kind_stays_the_same_where_another_process_has_it(kind: NodeKind) -> None:
    assert {pickle.loads(pickle.dumps(kind)): "there"}[kind] == "there"


@dataclass(frozen=True)
class Noted(NodeKind):
    """A kind that only notes when it is prepared."""

    name: str = ""
    uses: tuple[NodeKind, ...] = ()
    stages: str = ""
    noted: list[str] = field(default_factory=list, compare=False)

    def prepare(self, say: Say) -> Program:
        self.noted.append(self.name)
        return Program((self.name,))

    def image(self) -> Build:
        return Build(self.stages, {f"{self.name}/file": b"text"})


def test_what_a_kind_uses_is_prepared_before_it_and_nothing_else_is() -> None:
    noted: list[str] = []
    first = Noted("first", noted=noted)
    second = Noted("second", uses=(first,), noted=noted)
    programs = prepare_processes([second, Noted("beside", noted=noted)], print)
    assert sorted(noted) == ["beside", "first", "second"]
    assert noted.index("first") < noted.index("second")
    assert programs[second] == Program(("second",))
    assert in_order([second]) == (first, second)


def test_a_context_holds_what_its_image_is_made_of_and_nothing_else() -> None:
    used = Noted("used", stages="FROM bare AS used\nCOPY used /used\n")
    stages = "FROM bare AS other\nCOPY other /other\nFROM bare AS mine\nCOPY --from=used /used /used\nCOPY mine /mine\n"
    with io.BytesIO() as archive:
        Recipe(Noted("mine", uses=(used,), stages=stages)).write_context(archive, print)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tar:
            assert sorted(tar.getnames()) == ["Dockerfile", "mine/file", "used/file"]
            text = (tar.extractfile("Dockerfile") or archive).read().decode()
    assert re.findall(r"^FROM \S+ AS (\S+)", text, re.MULTILINE) == ["bare", "used", "mine"]


def test_a_program_of_a_locked_folder_is_one_in_the_context_and_nothing_else_is(tmp_path: Path) -> None:
    for name, mode in (("server", 0o700), ("jar", 0o640)):
        (tmp_path / name).write_text(name)
        (tmp_path / name).chmod(mode)
    folder = LockedFolder(b"", lambda say: sorted(tmp_path.iterdir()))

    class Locked(Noted):
        def image(self) -> Build:
            return Build("FROM bare AS mine\nCOPY mine /mine\n", folders={"mine": folder})

    with io.BytesIO() as archive:
        Recipe(Locked("mine")).write_context(archive, print)
        archive.seek(0)
        with tarfile.open(fileobj=archive) as tar:
            modes = {entry.name: entry.mode for entry in tar if entry.name.startswith("mine/")}
    assert modes == {"mine/jar": 0o644, "mine/server": 0o755}


@pytest.mark.parametrize(
    ("kind", "copies"),
    [
        (SERVICE, {"pip", "services/requirements.lock", "services"}),
        (KAFKA, {"pip", "java.lock", "launchers", "jars/kafka", "kafka/launchers"}),
        (POSTGRES, {"launchers", "jars/postgres", "postgres/launchers"}),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_an_image_is_made_of_its_own_stages(kind: NodeKind, copies: set[str]) -> None:
    assert set(copied(Recipe(kind).dockerfile)) == copies


def test_what_a_stage_copies_is_read_beside_flags_and_other_stages() -> None:
    text = (
        "COPY one two /there\nCOPY --chown=1:1 three /there\nCOPY --from=another /four /there\nRUN true # COPY five /\n"
    )
    assert copied(text) == ("one", "two", "three")


def test_a_kind_without_a_stage_of_its_name_is_told_what_it_lacks() -> None:
    with pytest.raises(BadInputError, match="the kind 'mine' has no Dockerfile stage of that name"):
        needed("mine", "ARG BASE\nFROM scratch AS another\n")


def test_a_hash_changes_with_what_the_image_is_made_of_and_with_nothing_else() -> None:
    stages = "FROM bare AS mine\nCOPY mine /mine\n"
    hashes = [
        Recipe(Noted("mine", stages=text)).content_hash({})
        for text in (stages, f"FROM bare AS other\nCOPY other /other\n{stages}", f"{stages}RUN true\n")
    ]
    assert hashes[0] == hashes[1] != hashes[2]


@pytest.mark.process
def test_brokers_alone_need_none_of_what_the_other_kinds_do(monkeypatch: pytest.MonkeyPatch) -> None:
    installed: list[str] = []
    install = jars.install

    def noting(server: str, lock: Path, say: Say) -> Path:
        installed.append(server)
        return install(server, lock, say)

    monkeypatch.setattr(jars, "install", noting)
    assert prepare_processes([KAFKA], print).keys() == {KAFKA}
    assert installed == ["kafka"]
