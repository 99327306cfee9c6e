"""The services of a compose file as nodes: fixed names, addresses and ports of theirs meet nobody's on this machine."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from harness.backends.docker import DockerBackend
from harness.backends.session import Session
from harness.faults import Kill
from harness.messages.description.decoding import decode
from harness.messages.description.kinds import kinds
from harness.messages.description.launching import servers, specs
from harness.topology.timings import FAST
from tests.messages.systems import RealDeployment, deployed
from tests.running import Forked

pytestmark = pytest.mark.docker

#: The facade asks the one by its container's name, and the other way round by its fixed address; both ask the member.
PROGRAM = """
import http.server, json, os, socket, sys, urllib.request
host, port = os.environ["MEMBER"].split(":")
socket.create_connection((host, int(port)), timeout=30).close()
texts = []
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self, what):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(json.dumps(what).encode())
    def do_POST(self):
        text = json.loads(self.rfile.read(int(self.headers["Content-Length"])))["msg"]
        if "LOGGING" in os.environ:
            there = urllib.request.Request(os.environ["LOGGING"], json.dumps({"msg": text}).encode())
            urllib.request.urlopen(there, timeout=5).read()
        else:
            texts.append(text)
        self.answer("ok")
    def do_GET(self):
        if self.path == "/who":
            with urllib.request.urlopen(os.environ["FACADE"], timeout=5) as there:
                return self.answer(json.load(there))
        if "LOGGING" in os.environ:
            with urllib.request.urlopen(os.environ["LOGGING"], timeout=5) as there:
                return self.answer(json.load(there))
        self.answer(texts)
http.server.ThreadingHTTPServer(("0.0.0.0", int(sys.argv[1])), Handler).serve_forever()
"""
COMPOSE = """\
services:
  facade-service:
    build: .
    container_name: facade
    command: ["8000"]
    ports: ["{taken}:8000"]
    environment: {{LOGGING: "http://the-logger:8001/", MEMBER: "172.31.255.4:5701"}}
    networks: {{inside: {{ipv4_address: 172.31.255.2}}}}
  logging-service:
    build: .
    container_name: the-logger
    command: ["8001"]
    expose: ["8001"]
    environment: {{FACADE: "http://172.31.255.2:8000/", MEMBER: "hz-one:5701"}}
    networks: {{inside: {{ipv4_address: 172.31.255.3}}}}
  hazelcast:
    image: hazelcast/hazelcast:5.3
    container_name: hz-one
    networks: {{inside: {{ipv4_address: 172.31.255.4}}}}
networks:
  inside: {{ipam: {{config: [{{subnet: 172.31.255.0/24}}]}}}}
"""
SYSTEM = """\
name = "composed"
compose = "docker-compose.yml"
[services.facade]
compose = ["facade-service"]
[services.logging]
compose = ["logging-service"]
[post]
path = "/"
key = "msg"
[get]
path = "/"
logging = {}
[queue]
kind = "hazelcast"
name = "messages"
[images]
"python:3.12-slim" = "harness:python"
"""


@pytest.fixture(scope="module")
def file(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The file of a system whose compose file publishes a port of this machine that somebody has."""
    folder = tmp_path_factory.mktemp("checkout")
    with closing(socket.create_server(("127.0.0.1", 0))) as taken:
        compose = COMPOSE.format(taken=taken.getsockname()[1])
        dockerfile = 'FROM python:3.12-slim\nCOPY main.py /app/\nENTRYPOINT ["python", "/app/main.py"]\n'
        for name, text in {"docker-compose.yml": compose, "Dockerfile": dockerfile, "main.py": PROGRAM}.items():
            (folder / name).write_text(text)
        (folder / "system.toml").write_text(SYSTEM)
        yield folder / "system.toml"


@pytest.fixture(scope="module")
def deployment(file: Path) -> Iterator[RealDeployment]:
    description = decode(file)
    found = kinds(description, file.parent)
    nodes = [spec for each in servers(description, found.servers) for spec in each.nodes(FAST)]
    with deployed(DockerBackend(Session.of_this_process()), "composed", *nodes) as deployment:
        deployment.put(specs(description, found, members=1, brokers=0))
        yield deployment


def ask(deployment: RealDeployment, node: str, path: str = "/", text: str | None = None) -> object:
    url = f"http://{deployment.nodes[node].endpoint('http')}{path}"
    with httpx.Client(timeout=20, trust_env=False) as client:
        answer = client.get(url) if text is None else client.post(url, json={"msg": text})
    return answer.json()


def test_harness_try_posts_to_it_and_reads_it_back(file: Path) -> None:
    arguments = ("harness", "try", str(file), "--backend", "docker")
    status, output = Forked(*arguments, environment=os.environ).ended(within_s=400)
    assert status == 0, output
    assert "it works" in output


def test_with_local_processes_one_line_says_why_not_and_what_to_do(file: Path) -> None:
    arguments = ("harness", "try", str(file), "--backend", "process")
    status, output = Forked(*arguments, environment=os.environ).ended(within_s=400)
    assert status == 2, output
    assert "docker-compose.yml:2: facade-service: the service runs in an image, and local processes have none" in output


def test_they_find_each_other_by_the_names_and_addresses_of_the_compose_file(deployment: RealDeployment) -> None:
    assert ask(deployment, "facade-service", text="one") == "ok"
    assert ask(deployment, "facade-service") == ["one"]
    assert ask(deployment, "logging-service", "/who") == ["one"]


def test_one_is_killed_and_starts_again(deployment: RealDeployment) -> None:
    node = deployment.nodes["logging-service"]
    node.kill()
    assert Kill().proof([node])
    node.start()
    assert ask(deployment, "facade-service") == []
