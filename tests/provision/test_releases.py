"""Other releases of a server: kinds of their own with locked jars, of which nothing is got before it is needed."""

import re
from pathlib import Path

import pytest

from harness.declared import declared
from harness.errors import BadInputError
from harness.provision.context import Recipe
from harness.provision.images import image_tags
from harness.provision.kinds import every_kind
from harness.report.environment import environment
from harness.servers.hazelcast import hazelcast
from harness.servers.hazelcast.recipe import HAZELCAST
from harness.servers.kafka import kafka
from harness.servers.kafka.recipe import KAFKA
from harness.servers.postgres import postgres
from harness.topology.timings import FAST
from tests.running import ROOT, run

SERVERS = pytest.mark.parametrize("server", [KAFKA, HAZELCAST], ids=lambda server: server.name)


@SERVERS
def test_at_least_three_minor_releases_are_locked_oldest_first(server) -> None:
    minors = [tuple(map(int, release.split(".")[:2])) for release in server.releases]
    assert minors == sorted(set(minors))
    assert len(minors) >= 3
    assert server.version in server.releases


@SERVERS
def test_a_release_is_a_kind_of_its_own_with_jars_of_its_own(server) -> None:
    for version in server.releases:
        release = server.release(version)
        assert release == server.release(version)
        assert (release == server) is (version == server.version)
        assert release.versions()[server.name.capitalize()] == version
        assert f":{version}" in release.specification.read_text()
        assert re.search(rf'version = "{re.escape(version)}"', release.lock.read_text())


@SERVERS
def test_its_image_has_its_own_jars_and_the_launchers_of_all(server) -> None:
    other = server.release(server.releases[0])
    dockerfile = Recipe(other).dockerfile
    assert f"AS {other.name}\n" in dockerfile
    assert f"COPY jars/{other.name} /opt/harness/jars/{server.name}\n" in dockerfile
    assert f"COPY {server.name}/launchers /opt/harness/launchers/\n" in dockerfile
    tags = image_tags([server, other])
    assert len(set(tags.values())) == 2


def test_nothing_of_it_is_prepared_with_the_others() -> None:
    assert not [name for name in every_kind() if re.search("[0-9]", name)]


def test_servers_are_declared_by_it() -> None:
    (spec, *_) = kafka(version="4.0.2", upgrades=["4.1.2"]).nodes(FAST)
    assert (spec.kind.name, [kind.name for kind in spec.upgrades]) == ("kafka-4.0.2", ["kafka-4.1.2"])
    assert kafka(version="4.0.2").words == "3 Kafka 4.0.2 brokers"
    (broker, *_) = kafka(version=KAFKA.version).nodes(FAST)
    assert broker.kind == KAFKA
    (member, *_) = hazelcast(version="5.5.0").nodes(FAST)
    assert member.kind.name == "hazelcast-5.5.0"
    assert hazelcast(version="5.5.0").words == "3 Hazelcast 5.5.0 members"


@pytest.mark.parametrize(
    ("declare", "words"),
    [
        (lambda: kafka(version="3.9.1"), "kafka has no locked jars of release '3.9.1'; choose one of 4.0.2, 4.1.2"),
        (lambda: kafka(upgrades=["5.0.0"]), "kafka has no locked jars of release '5.0.0'; choose one of 4.0.2"),
        (lambda: hazelcast(version="4"), "hazelcast has no locked jars of release '4'; choose one of 5.5.0, 5.6.0"),
        (lambda: hazelcast(stored=True, version="5.6.0"), "with a store there is one release"),
    ],
)
def test_a_release_that_is_not_locked_is_refused_with_those_that_are(declare, words: str) -> None:
    with pytest.raises(BadInputError, match=re.escape(words)):
        declare()


def test_a_run_can_have_other_releases_in_place_of_its_own() -> None:
    system = declared([kafka(), hazelcast()]).in_releases({"kafka": "4.2.1"})
    assert {kind.name for kind in system.kinds} == {"kafka-4.2.1", "hazelcast"}
    system = declared([kafka(), hazelcast()]).in_releases({"hazelcast": "5.6.0"})
    assert {kind.name for kind in system.kinds} == {"kafka", "hazelcast-5.6.0"}
    assert environment(backend="docker", timings="fast", releases={"kafka": "4.2.1"})["Kafka"] == "4.2.1"


@pytest.mark.parametrize("own", [KAFKA.version, "4.0.2"])
def test_a_system_that_names_its_release_keeps_it_be_it_the_harness_own(own: str) -> None:
    named = kafka(version=own)
    assert declared([named]).in_releases({"kafka": "4.2.1"}).servers == (named,)


def test_members_with_a_store_are_in_the_one_release_there_is() -> None:
    stored = (postgres(), hazelcast(stored=True))
    assert set(declared(stored).in_releases({"hazelcast": "5.6.0"}).servers) == set(stored)


def run_in_release(release: str, suite: Path) -> tuple[int, str]:
    plugin = ("-p", "harness.plugin", "-c", str(ROOT / "pytest.ini"), "-p", "no:cacheprovider", f"--rootdir={suite}")
    return run("pytest", *plugin, f"--release={release}", str(suite), cwd=suite)


def test_a_history_and_the_command_that_repeats_it_say_the_release(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text(
        "import pytest\n@pytest.mark.faulttolerance\ndef test_fails(history, report): assert False\n"
    )
    status, output = run_in_release("kafka=4.2.1", tmp_path)
    assert status == 1, output
    assert "--release kafka=4.2.1" in (tmp_path / "reports" / "summary.md").read_text()


def test_the_release_of_the_command_line_is_that_of_systems_that_name_none(tmp_path: Path) -> None:
    (tmp_path / "test_two.py").write_text(
        "import pytest\n"
        "from harness.plugin.ordering import declared_by\n"
        "from harness.servers.kafka import kafka\n"
        "pytestmark = pytest.mark.faulttolerance\n"
        "@pytest.mark.system(kafka(1))\n"
        "def test_names_none(request, report): assert declared_by(request.node).words == '1 Kafka 4.2.1 broker'\n"
        "@pytest.mark.system(kafka(1, version='4.0.2'))\n"
        "def test_names_one(request, report): assert declared_by(request.node).words == '1 Kafka 4.0.2 broker'\n"
    )
    status, output = run_in_release("kafka=4.2.1", tmp_path)
    assert status == 0, output
