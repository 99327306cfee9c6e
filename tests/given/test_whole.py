"""Services and Hazelcast members that no harness has started, in one file: scenarios of both kinds run on them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from harness.errors import EXIT_BAD_INPUT
from harness.servers.hazelcast.spec import members
from harness.topology.timings import FAST
from tests.given.outside import COMMANDS, Outside, outside, run, written
from tests.given.small import Small, small
from tests.given.test_hazelcast import CLUSTER, SUITE, at, plain
from tests.running import ROOT

pytestmark = pytest.mark.process

MEMBER = "scenarios/test_hazelcast_member.py::test_losing_a_member_loses_no_entry[hazelcast-2]"
PAIR = "scenarios/test_logging_instances.py::test_an_instance_and_its_member_share_their_life[kill]"
PLUGIN = ("-p", "no:cacheprovider", "-q")


@dataclass(frozen=True)
class Whole:
    """A system that runs.

    Attributes:
        services: a facade and logging.
        servers: the members.
    """

    services: Small
    servers: Outside

    def file(self, *, cluster: str = CLUSTER) -> Path:
        """The file that describes it, in the folder of its services."""
        where = f"[servers.hazelcast.running]\nat = {at(self.servers)}\ncluster = '{cluster}'\n".replace("'", '"')
        doing = COMMANDS.replace("${name}", f"{self.servers.folder}/${{name}}")
        file = self.services.file()
        file.write_text(file.read_text().replace("[post]", f"{where}{doing}\n[post]"))
        return file


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Whole]:
    specs = members(3, cluster=CLUSTER, timings=FAST, zoned=False, stored=False, settings={}, version="")
    folder = tmp_path_factory.mktemp("outside")
    with (
        small(folder / "small") as services,
        outside(folder / "members", [plain(spec) for spec in specs]) as servers,
    ):
        yield Whole(services, servers)


def test_scenarios_of_services_break_members_by_the_commands_and_put_them_back(whole: Whole, tmp_path: Path) -> None:
    before = {name: whole.servers.pid(name) for name in whole.servers.addresses}
    logging = whole.services.pid("logging-2")
    asked = ("--system", str(whole.file()), "--yes-break-it", f"--reports={tmp_path / 'reports'}")
    status, output = run("pytest", MEMBER, PAIR, *asked, *PLUGIN, cwd=ROOT)
    assert status == 0, output
    assert "2 passed" in output
    assert all(whole.servers.listens(name) for name in whole.servers.addresses)
    assert [name for name, pid in before.items() if whole.servers.pid(name) != pid] == ["hazelcast-2"]
    assert whole.services.pid("logging-2") != logging


def test_scenarios_of_servers_alone_run_on_its_members(whole: Whole, tmp_path: Path) -> None:
    suite = written(tmp_path, SUITE)
    asked = ("--system", str(whole.file()), "--yes-break-it", "-k", "oldest or two_members")
    status, output = run("pytest", "-rs", *asked, cwd=suite)
    assert status == 0, output
    assert "1 passed, 3 deselected" in output
    assert "it needs 2 Hazelcast members, and 3 were given" in output


def test_it_refuses_to_break_what_it_did_not_start_and_names_services_and_members(whole: Whole) -> None:
    status, output = run("pytest", PAIR, "--system", str(whole.file()), *PLUGIN, cwd=ROOT)
    assert status == EXIT_BAD_INPUT, output
    assert f"hazelcast-2 at {at(whole.servers)[1]}: kill by `sh -c 'kill -9 $(cat " in output
    assert f"logging-2 at {whole.services.logging[1]}: kill by `sh -c " in output


def test_a_try_posts_one_message_and_finds_the_members(whole: Whole) -> None:
    status, output = run("harness", "try", str(whole.file()), cwd=ROOT)
    assert status == 0, output
    assert "it runs already: this one message was posted, and stays there" in output


def test_a_cluster_of_another_name_is_one_line(whole: Whole) -> None:
    file = whole.file(cluster="another")
    status, output = run("pytest", PAIR, "--system", str(file), *PLUGIN, cwd=ROOT)
    assert status == EXIT_BAD_INPUT, output
    assert "lets a client of the cluster 'another' in" in output
    assert "Traceback" not in output


def test_who_says_the_members_in_an_option_as_well_is_refused(whole: Whole) -> None:
    file = whole.file()
    status, output = run("pytest", PAIR, "--system", str(file), "--hazelcast-members", "127.0.0.1:1", *PLUGIN, cwd=ROOT)
    assert status == EXIT_BAD_INPUT, output
    assert f"--system: {file} says which servers there are" in output
    assert "leave out --system, or --hazelcast-members" in output
