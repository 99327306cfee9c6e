"""What a description takes from a compose file, and what of that it refuses, with the line there and what to do."""

from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadInputError
from harness.messages.description import launching
from harness.messages.description.answering import check
from harness.messages.description.decoding import decode
from harness.messages.description.kinds import kinds
from harness.messages.description.model import Description, Ready
from harness.topology.kinds import OwnDockerfile
from harness.topology.nodes import HttpReady, NodeSpec

SYSTEM = """\
name = "shop"
compose = "docker-compose.yml"
[services.facade]
compose = ["facade"]
[services.logging]
compose = ["logging1", "logging2"]
environment = { LEVEL = "${index}" }
[post]
path = "/"
[get]
path = "/"
[images]
"python:3.12-slim" = "harness:python"
"""
COMPOSE = """\
services:
  facade:
    build: {context: ., dockerfile: facade/Dockerfile, args: {WHICH: facade}}
    container_name: the_facade
    command: ["serve", "--brokers=kafka:29092"]
    ports: ["127.0.0.1:9999:8000"]
    environment:
      LOGGING: "http://172.30.0.11:8001,logging2:8002"
      HZ_NODES: hz1:5705,hz2
      PRICE: $$5
    networks: {inside: {ipv4_address: 172.30.0.10, aliases: [front]}}
    healthcheck: {test: [CMD, curl, -f, "http://localhost:8000/health"]}
  logging1: &logging
    build: logging
    hostname: first
    expose: ["8001"]
    entrypoint: python main.py
    working_dir: /srv
    user: nobody
    volumes: [./conf.ini:/srv/conf.ini, ./shared:/shared, data:/data]
    networks: {inside: {ipv4_address: 172.30.0.11}}
    stop_grace_period: 3s
    LATER: {}
  logging2:
    <<: *logging
    hostname: second
    expose: ["8002"]
    networks: {inside: {ipv4_address: 172.30.0.12}}
  hz1: {image: "hazelcast/hazelcast:5.3", environment: {HZ_CLUSTERNAME: shop}, container_name: hazelcast-one}
  hz2: {image: "hazelcast/hazelcast:5.3"}
  kafka: {image: "confluentinc/cp-kafka:7", depends_on: [zookeeper]}
  zookeeper: {image: "confluentinc/cp-zookeeper:7"}
  redis: {image: "redis:7"}
networks:
  inside: {ipam: {config: [{subnet: 172.30.0.0/24}]}}
volumes: {data: {}}
""".replace("    LATER: {}\n", "")
DOCKERFILE = "FROM python:3.12-slim\nCMD python main.py\n"


def written(folder: Path, *, system: str = SYSTEM, compose: str = COMPOSE) -> Path:
    """Writes the checkout, and gives the path of its file."""
    for name, text in {
        "system.toml": system,
        "docker-compose.yml": compose,
        "facade/Dockerfile": DOCKERFILE,
        "logging/Dockerfile": DOCKERFILE,
        "conf.ini": "[a]\n",
        "shared/words": "x",
    }.items():
        (folder / name).parent.mkdir(exist_ok=True)
        (folder / name).write_text(text)
    return folder / "system.toml"


def specs(description: Description, folder: Path) -> dict[str, NodeSpec]:
    return {spec.name: spec for spec in launching.specs(description, kinds(description, folder), members=2, brokers=1)}


def of_servers(file: Path) -> tuple[Any, ...]:
    described = decode(file)
    return launching.servers(described, kinds(described, file.parent).servers)


def refused(folder: Path, **files: str) -> list[str]:
    with pytest.raises(BadInputError) as caught:
        decode(written(folder, **files))
    return [line.removeprefix(f"{folder / 'system.toml'}:") for line in str(caught.value).splitlines()]


def test_services_are_as_a_compose_file_has_them_and_the_file_adds_to_it(tmp_path: Path) -> None:
    described = decode(written(tmp_path))
    facade, logging = described.services["facade"], described.services["logging"]
    assert (facade.count, facade.names, facade.port, facade.ready) == (1, ("facade",), (8000,), Ready(path="/health"))
    assert (logging.count, logging.port, logging.stop_timeout_s) == (2, (8001, 8002), 3.0)
    found = specs(described, tmp_path)
    assert found["facade"].arguments == ("serve", "--brokers=kafka:9092")
    assert found["facade"].environment == {
        "LOGGING": "http://logging1:8001,logging2:8002",
        "HZ_NODES": "hz1:5701,hz2",
        "PRICE": "$5",
    }
    assert found["facade"].host_names == ("the_facade", "front")
    assert found["facade"].ready == HttpReady("http", "/health")
    assert [found[name].environment["LEVEL"] for name in ("logging1", "logging2")] == ["1", "2"]
    assert found["logging2"].host_names == ("second",)


def test_what_a_compose_file_changes_of_an_image_is_an_image_on_that(tmp_path: Path) -> None:
    found = specs(decode(written(tmp_path)), tmp_path)
    facade, one, two = (found[name].kind.image() for name in ("facade", "logging1", "logging2"))
    assert isinstance(facade, OwnDockerfile)
    assert facade.arguments == {"WHICH": "facade"}
    assert isinstance(one, OwnDockerfile)
    assert isinstance(two, OwnDockerfile)
    assert one.text.splitlines() == [
        "ARG HARNESS_IMAGE",
        "FROM ${HARNESS_IMAGE}",
        'COPY ["bound-0/", "/shared/"]',
        'COPY ["bound-1/conf.ini", "/srv/conf.ini"]',
        "WORKDIR /srv",
        "USER nobody",
        'ENTRYPOINT ["python", "main.py"]',
    ]
    assert one.bases == two.bases


def test_servers_stand_for_those_of_a_compose_file_under_their_names(tmp_path: Path) -> None:
    hazelcasts, kafkas = of_servers(written(tmp_path))
    assert (hazelcasts.count, hazelcasts.cluster, hazelcasts.names) == (2, "shop", ("hz1", "hazelcast-one", "hz2"))
    assert (kafkas.count, kafkas.names) == (1, ("kafka",))
    said = SYSTEM + "[servers.hazelcast]\ncount = 3\ncluster = 'mine'\n"
    mine = of_servers(written(tmp_path, system=said))[0]
    assert (mine.count, mine.cluster, mine.names) == (3, "mine", ("hz1", "hazelcast-one", "hz2"))


def test_check_says_what_is_taken_from_where_and_what_is_not_started(tmp_path: Path) -> None:
    words = check([written(tmp_path)]).lines
    assert "facade, logging1, logging2 as docker-compose.yml has them" in words
    assert "the harness' servers are called hz1, hazelcast-one, hz2 as well" in words
    assert "harness:python for the image python:3.12-slim" in words
    assert "not started: zookeeper, redis of docker-compose.yml" in words


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ("privileged: true", "docker-compose.yml:2: facade: privileged: services get no more rights than any process"),
        ("network_mode: host", "facade: network_mode: host: each instance has a network of its own; leave it out"),
        ("cap_add: [NET_ADMIN]", "facade: cap_add: services get no more rights than any process; leave it out"),
        (
            'volumes: ["/var/run/docker.sock:/var/run/docker.sock"]',
            "facade: volumes: /var/run/docker.sock: who has the engine's socket rules this machine; leave it out",
        ),
        ('volumes: ["/etc:/config"]', "facade: volumes: /etc is outside of the checkout"),
        ("secrets: [key]", "facade: secrets: nothing is mounted; put it into the environment, or into a file of the"),
        ('links: ["redis:cache"]', "facade: links: redis:cache: no other name for one service alone; give redis that"),
        ("pid: host", "facade: pid: each instance is apart from this machine; leave it out"),
    ],
)
def test_what_no_node_can_have_is_refused_with_its_line(tmp_path: Path, more: str, told: str) -> None:
    compose = f'services:\n  facade:\n    image: "a:1"\n    expose: ["80"]\n    {more}\n'
    system = SYSTEM.replace('[services.logging]\ncompose = ["logging1", "logging2"]\n', "").replace(
        'environment = { LEVEL = "${index}" }\n', ""
    )
    (line,) = refused(tmp_path, system=system, compose=compose)
    assert line.startswith("4: services.facade.compose[0]: docker-compose.yml:")
    assert told.replace("docker-compose.yml:2", "docker-compose.yml:5") in line
    assert "docker-compose.yml:5" in line or "outside" in line


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (
            '"logging2"]',
            '"loging2"]',
            "6: services.logging.compose[1]: there is no service 'loging2'; did you mean log",
        ),
        ('"logging2"]', '"hz1"]', "is a server, for which [servers.hazelcast] stands; leave it out"),
        ('"logging2"]', '"facade"]', "6: services.logging.compose[1]: facade is an instance of facade already"),
        ('"logging2"]', '"logging2"]\ncount = 2', "7: services.logging.count: has no meaning beside compose: the "),
        ('compose = "docker-compose.yml"\n', "", "services.facade.compose: is of a compose file: name it above all"),
        ('"docker-compose.yml"', '"compose.yml"', "2: compose: there is no file 'compose.yml' in the checkout "),
        ('"logging2"]', '"redis"]', "docker-compose.yml:32: nothing says on which port redis listens; say port here"),
    ],
)
def test_what_a_file_says_of_a_compose_file_has_to_be_there(tmp_path: Path, old: str, new: str, told: str) -> None:
    assert told in refused(tmp_path, system=SYSTEM.replace(old, new, 1))[0]
