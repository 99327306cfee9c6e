"""`harness init` writes a file that can be read, from compose files and folders in different styles."""

from __future__ import annotations

import json
import os
import pty
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from harness.cli.commands import main
from harness.errors import BadInputError
from harness.messages.description.decoding import decode, decode_text
from harness.messages.description.model import (
    Description,
    Get,
    HazelcastServers,
    KafkaServers,
    Post,
    Queue,
    Ready,
    Runtime,
    Servers,
    Service,
)
from harness.messages.drafting import compose, translating
from harness.messages.drafting.answering import REQUIREMENTS, described_by
from harness.messages.drafting.findings import Findings
from harness.messages.drafting.marked_yaml import load
from harness.messages.drafting.parts import Guess
from harness.messages.drafting.writing import text_of
from tests.running import ROOT

DATA = Path(__file__).parent / "data"
#: Of those that have a compose file.
STYLES = sorted(path.parent.name for path in DATA.glob("*/*compose.y*ml"))
KEYS = [
    *("image", "build", "command", "entrypoint", "environment", "env_file", "ports", "expose", "deploy", "scale"),
    *("working_dir", "container_name", "hostname", "healthcheck", "stop_grace_period", "volumes", "privileged"),
    *("context", "dockerfile", "target", "source", "replicas", "path", "test", "args", "user", "networks", "aliases"),
]
HELD = "TODO: [get] says nothing about what the answer holds"


def copied(style: str, folder: Path) -> Path:
    return shutil.copytree(DATA / style, folder / style)


def init(folder: Path, *options: str) -> Result:
    return CliRunner().invoke(main, ["init", str(folder), *options])


def written(folder: Path, *options: str) -> tuple[Description, list[str]]:
    """The description that was written, and the lines that were printed."""
    result = init(folder, *options)
    assert result.exit_code == 0, result.output
    return decode(folder / "system.toml"), result.output.splitlines()


def after(lines: list[str], word: str) -> list[str]:
    return [line.removeprefix(word) for line in lines if line.startswith(word)]


def test_services_built_by_dockerfiles(tmp_path: Path) -> None:
    described, lines = written(copied("fastapi", tmp_path))
    queue = {"KAFKA_SERVERS": "${brokers}", "KAFKA_TOPIC": "messages"}
    assert described == Description(
        name="fastapi",
        runtime=Runtime(python="system-requirements.txt"),
        servers=Servers(hazelcast=HazelcastServers(count=1), kafka=KafkaServers(count=2)),
        queue=Queue(kind="kafka", name="messages", group="readers"),
        services={
            "facade": Service(
                command=("uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000"),
                port=8000,
                folder="facade",
                names=("facade-service",),
                environment={
                    "MODE": "prod",
                    "LOGGING_SERVICES": "http://logging-service-1:8001,http://logging-service-2:8001",
                    **queue,
                    "TOKEN": "",
                },
            ),
            "logging": Service(
                command=("python3", "main.py", "--port=8001"),
                port=8001,
                folder="logging",
                count=2,
                names=("logging-service-1", "logging-service-2"),
                environment={"HZ_MEMBERS": "${members}", "HZ_CLUSTER": "faulttolerance", "NAME": "${name}"},
            ),
            "messages": Service(
                command=("python", "main.py"),
                port=8002,
                folder="messages",
                names=("messages-service",),
                environment={**queue, "KAFKA_GROUP_ID": "readers"},
            ),
        },
        post=Post(path="/messages", key="text"),
        get=Get(path="/messages"),
    )
    assert [line.rpartition(": ")[0] for line in after(lines, "not taken: ")] == [
        "docker-compose.yml:11: $UNSET_TOKEN",
        "docker-compose.yml:12: facade-service: depends_on",
        "docker-compose.yml:14: facade-service: restart",
        "docker-compose.yml:38: management-center",
        "docker-compose.yml:40: zookeeper",
        "docker-compose.yml:48: kafka-ui",
        "docker-compose.yml:34: hazelcast-node",
        "docker-compose.yml:42: kafka1",
        "docker-compose.yml:46: kafka2",
    ]
    packages = (tmp_path / "fastapi" / "system-requirements.txt").read_text().splitlines()[1:]
    assert packages == [f"-r {role}/requirements.txt" for role in ("facade", "logging", "messages")]


def test_replicas_and_anchors(tmp_path: Path) -> None:
    described, lines = written(copied("replicas", tmp_path))
    environment = {"KAFKA_HOST": "${kafka-1}", "KAFKA_PORT": "9092", "KAFKA_TOPIC": "events"}
    facade, logging, messages = (described.services[role] for role in ("facade", "logging", "messages"))
    assert (facade.command, facade.folder, facade.port) == (("python", "facade_app.py"), "facade", 8080)
    assert facade.environment == {**environment, "LOGGING_URL": "http://${logging-1}:8080/log"}
    assert logging == Service(
        command=("python", "-m", "logging_app"),
        port=8080,
        count=3,
        environment=environment,
        ready=Ready(path="/health"),
        stop_timeout_s=90.0,
    )
    assert (messages.command, messages.count, messages.names) == (("python", "messages/app.py"), 2, ())
    assert described.queue == Queue(kind="kafka", name="events", partitions=6)
    assert (described.post, described.get) == (Post(path="/send", body="query", key="txt"), Get(path="/list"))
    assert "compose.yaml:26: logging: deploy.resources: system.toml has nothing for it" in after(lines, "not taken: ")
    assert any("the host logging: there it is any of 3" in line for line in lines)


def test_numbered_services_with_environments_as_lists_and_shells(tmp_path: Path) -> None:
    described, lines = written(copied("numbered", tmp_path))
    assert described.services == {
        "facade": Service(
            command=("python", "facade.py"),
            port=8880,
            folder="src",
            names=("facade",),
            environment={"PORT": "8880", "LOGGING": "logging_1:8881,logging_2:8882,logging_3:8883"},
        ),
        "logging": Service(
            command=("sh", "-c", "sleep 5 && python logging_service.py $PORT"),
            port=(8881, 8882, 8883),
            folder="src",
            count=3,
            names=("logging_1", "logging_2", "logging_3"),
            environment={"PORT": "${port}", "HZ": "${members}", "FACADE": "http://facade:8880"},
        ),
    }
    assert described.runtime.python == "src/requirements.txt"
    assert described.post == Post(path="/", body="form", key="message")
    assert any("logging: HZ: each instance has a member of its own there; here all" in line for line in lines)
    assert after(lines, "TODO: ") == [HELD.removeprefix("TODO: ")]


def test_services_that_commands_cannot_start_are_left_to_their_containers(tmp_path: Path) -> None:
    folder = tmp_path / "shop"
    (folder / "facade").mkdir(parents=True)
    (folder / "facade" / "Dockerfile").write_text('FROM node:20\nEXPOSE 3000\nCMD ["node", "server.js"]\n')
    (folder / "docker-compose.yml").write_text(
        "services:\n  facade: {build: ./facade, environment: {HZ: 'hz:5701'}}\n"
        "  logging-1: &logging {image: 'shop/logging:1', expose: ['8001']}\n  logging-2: *logging\n"
        "  hz: {image: 'hazelcast/hazelcast:5.3'}\n"
    )
    described, lines = written(folder)
    assert {role: (each.compose, each.port) for role, each in described.services.items()} == {
        "facade": (("facade",), (3000,)),
        "logging": (("logging-1", "logging-2"), (8001, 8001)),
    }
    assert described.servers.hazelcast == HazelcastServers(count=1, cluster="dev")
    assert "the services are containers, as docker-compose.yml has them: docs/containers.md says how" in lines
    assert not [line for line in after(lines, "TODO: ") if "command" in line]
    assert 'compose = "docker-compose.yml"' in (folder / "system.toml").read_text().splitlines()


def test_what_cannot_be_taken_is_listed_with_its_line(tmp_path: Path) -> None:
    folder = copied("refused", tmp_path)
    described, lines = written(folder)
    assert described.services["facade"].command == ("node", "server.js", "--redis", "redis:6379")
    assert described.services["facade"].port == 3001
    assert described.services["logging"].command == ("TODO",)
    assert [line.partition(": ")[0].removeprefix("docker-compose.yml:") for line in after(lines, "not taken: ")] == [
        *("19", "4", "5", "10", "12", "11", "8", "9", "15", "2", "13")
    ]
    assert "docker-compose.yml:2: facade: --redis: it names redis, which the harness does not start" in "\n".join(lines)
    todos = [*after(lines, "TODO: ")]
    assert todos == [
        "[services.logging] command: neither docker-compose.yml:13 nor a Dockerfile says one",
        "[services.logging] port: nothing says where it listens; 8080 is a guess",
        HELD.removeprefix("TODO: "),
    ]
    text = (folder / "system.toml").read_text()
    assert "[services.logging]\n" in text
    assert text.count("# TODO: ") == 3
    assert CliRunner().invoke(main, ["check", str(folder / "system.toml")]).exit_code == 0


def test_a_folder_without_a_compose_file(tmp_path: Path) -> None:
    folder = tmp_path / "flask"
    shutil.copytree(ROOT / "examples" / "flask", folder)
    (folder / "system.toml").unlink()
    described, lines = written(folder)
    shown = {role: (each.command, each.port, each.count) for role, each in described.services.items()}
    assert shown == {
        "facade": (("python", "facade.py"), 8080, 1),
        "logging": (("python", "logging_service.py"), 8080, 3),
        "messages": (("python", "messages_service.py"), 8080, 2),
    }
    assert described.runtime.python == "requirements.txt"
    assert described.servers == Servers(hazelcast=HazelcastServers(), kafka=KafkaServers())
    assert described.post == Post(path="/", body="form", key="message")
    assert lines[-1] == f"next: harness check {folder / 'system.toml'}, then harness try {folder / 'system.toml'}"


def test_servers_of_a_compose_file_stand_beside_services_that_are_only_files(tmp_path: Path) -> None:
    (tmp_path / "docker-compose.yml").write_text(
        "services:\n" + "".join(f"  hz{n}: {{image: hazelcast/hazelcast}}\n" for n in (1, 2))
    )
    (tmp_path / "facade-service").mkdir()
    program = 'app = Flask(__name__)\n\n@app.route("/f", methods=["POST", "GET"])\ndef f(): ...\n\napp.run(port=5000)\n'
    (tmp_path / "facade-service" / "app.py").write_text(program)
    described, _ = written(tmp_path)
    assert described.localhost
    assert described.servers.hazelcast == HazelcastServers(count=2, cluster="dev", localhost=(5701, 5702))
    assert described.services["facade"] == Service(command=("python", "app.py"), port=5000, folder="facade-service")


def test_services_for_one_machine_are_told_apart_by_the_ports_that_their_code_has(tmp_path: Path) -> None:
    """In the style of report 003: settings at the top, addresses in them, and each service in a folder of its own."""
    described, lines = written(copied("one_machine", tmp_path))
    assert described == Description(
        name="one_machine",
        localhost=True,
        runtime=Runtime(packages=("toml", "flask", "hazelcast-python-client", "kafka-python", "python-dotenv")),
        servers=Servers(
            hazelcast=HazelcastServers(cluster="chat", localhost=(5711, 5712, 5713)),
            kafka=KafkaServers(count=2, localhost=(19092, 19093)),
        ),
        queue=Queue(kind="kafka", name="texts"),
        services={
            "facade": Service(command=("python", "facade/facade.py"), port=5000),
            "logging": Service(
                command=("python", "logging_service.py", "--port", "${port}"),
                port=(5003, 5004, 5005, 5007),
                folder="logging",
                count=4,
            ),
            "messages": Service(command=("python", "messages.py"), port=(5001, 5002), folder="messages", count=2),
        },
        post=Post(path="/f"),
        get=Get(path="/f"),
    )
    assert after(lines, "TODO: ") == [
        "[services.messages] port: nothing says where each instance listens; these are guesses",
        "[runtime] packages: the services import acme_tools; name the package that it is in",
        HELD.removeprefix("TODO: "),
    ]


def test_code_that_names_the_servers_of_a_compose_file_finds_them_by_these_names(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text(
        "services:\n  hz_2: {image: hazelcast/hazelcast}\n  hz_1: {image: hazelcast/hazelcast}\n"
        "  kafka: {image: cp-kafka}\n  kafka-init: {image: cp-kafka}\n  facade: {command: python f.py, expose: [80]}\n"
    )
    client = 'hazelcast.HazelcastClient(cluster_name="chat", cluster_members=["hz_1:5701", "hz_2:5701"])\n'
    (tmp_path / "f.py").write_text(f'import hazelcast\nbootstrap_servers="kafka:29092"\n{client}')
    assert written(tmp_path)[0].servers == Servers(
        hazelcast=HazelcastServers(count=2, cluster="chat", hosts=("hz_1:5701", "hz_2:5701")),
        kafka=KafkaServers(count=1, hosts=("kafka:29092",)),
    )


def test_nothing_is_written_over(tmp_path: Path) -> None:
    (tmp_path / "system.toml").write_text("mine")
    result = init(tmp_path, "--yes")
    assert (result.exit_code, (tmp_path / "system.toml").read_text()) == (2, "mine")
    assert "system.toml is there already and stays as it is" in result.output


def test_without_a_facade_it_is_refused_and_nothing_is_written(tmp_path: Path) -> None:
    (tmp_path / "compose.yml").write_text("services: {logging: {image: x, command: y}}")
    result = init(tmp_path)
    assert result.exit_code == 2
    assert "nothing in" in result.output
    assert "looks like a facade" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["compose.yml"]


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("services: [", ":1: not YAML: "),
        ("a: 1\nservices:\n  facade: 3\n", ":3: services.facade: expected what there is of it"),
        ("a: 1\n", "has no services; give a compose file"),
        ("", "has no services; give a compose file"),
        ("services: &a {b: *a}", "not YAML that can be read: "),
        ("services: {? [a] : b}", "a key has to be a text"),
    ],
)
def test_what_is_no_compose_file_is_refused(tmp_path: Path, text: str, told: str) -> None:
    (tmp_path / "compose.yml").write_text(text)
    result = init(tmp_path)
    assert result.exit_code == 2, result.output
    assert told in result.output
    assert "Traceback" not in result.output


def test_few_lines_that_mean_very_many_values_are_refused(tmp_path: Path) -> None:
    lines = ["x0: &x0 [a]", *(f"x{n}: &x{n} [{', '.join([f'*x{n - 1}'] * 10)}]" for n in range(1, 9))]
    with pytest.raises(BadInputError, match="more than 50000 values"):
        load("\n".join(lines), tmp_path)


def test_files_that_name_others_say_what_they_need(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    (tmp_path / "compose.yml").write_text(
        "include: [other.yml]\nservices:\n  facade:\n    command: python f.py\n    extends: {file: o.yml, service: x}\n"
    )
    _, lines = written(tmp_path)
    needed = "it takes docker compose, which is not here or refuses the file"
    assert after(lines, "not taken: ")[:2] == [
        f"compose.yml:1: include: {needed}",
        f"compose.yml:5: facade: extends: {needed}",
    ]


@pytest.mark.skipif(
    subprocess.run(["sh", "-c", "docker compose version"], capture_output=True, check=False).returncode != 0,
    reason="there is no docker compose",
)
def test_docker_compose_puts_files_together_where_it_is(tmp_path: Path) -> None:
    (tmp_path / "other.yml").write_text("services: {x: {image: a, command: [python, merged.py], expose: ['81']}}\n")
    (tmp_path / "compose.yml").write_text("services:\n  facade:\n    extends: {file: other.yml, service: x}\n")
    described, lines = written(tmp_path)
    assert described.services["facade"].command == ("python", "merged.py")
    assert (
        "compose.yml: lines: it names other files, so docker compose config put it together, without lines" in lines[1]
    )


def test_programs_get_json(tmp_path: Path) -> None:
    told = json.loads(init(copied("numbered", tmp_path), "--json").output)
    assert told["describes"].startswith("numbered: facade, 3 logging; 3 Hazelcast members")
    assert told["todos"] == [HELD.removeprefix("TODO: ")]


def test_at_a_terminal_it_asks_and_enter_takes_each_guess(tmp_path: Path) -> None:
    """And the other way round: with --yes it asks nothing there."""
    taken, _ = written(copied("fastapi", tmp_path))
    for name, options in (("asked", []), ("told", ["--yes"])):
        folder = shutil.copytree(DATA / "fastapi", tmp_path / name / "fastapi")
        terminal, end = pty.openpty()
        command = [sys.executable, "-m", "harness", "init", str(folder), *options]
        process = subprocess.Popen(command, stdin=end, stdout=end, stderr=subprocess.PIPE, cwd=ROOT)
        os.write(terminal, b"\n" * 40)
        _, questions = process.communicate(timeout=120)
        os.close(terminal)
        os.close(end)
        assert decode(folder / "system.toml") == taken
        assert (b"What is the system called? [fastapi]" in questions) == (name == "asked")


VALUES = st.recursive(
    st.none()
    | st.integers(-1, 70000)
    | st.text(max_size=9)
    | st.sampled_from(["${A:-b}", "$${A}", "$${", "1:2", "a=b", ".", "/x:/y", "'"]),
    lambda each: (
        st.lists(each, max_size=3) | st.dictionaries(st.text(max_size=3) | st.sampled_from(KEYS), each, max_size=3)
    ),
    max_leaves=5,
)


@settings(deadline=None, max_examples=300)
@given(st.dictionaries(st.sampled_from(KEYS), VALUES, max_size=6))
def test_whatever_stands_in_a_service_is_taken_or_left(given_values: dict[str, object]) -> None:
    """JSON is YAML; the folder has nothing."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "compose.yml")
        file.write_text(json.dumps({"services": {"facade": given_values, "kafka": given_values}}))
        findings = Findings()
        parts = translating.translated(compose.read(file, findings), Path(folder).resolve(), findings)
        described, _ = described_by(Guess("x", parts, None, None), Path(folder).resolve(), findings)
        text = text_of(described, "here", findings.all_todos)
        assert decode_text(text, Path(folder, "system.toml")) == described


@settings(deadline=None, max_examples=60)
@given(st.data())
def test_any_part_of_a_compose_file_gives_a_right_file_or_is_refused(data: st.DataObject) -> None:
    root = DATA / data.draw(st.sampled_from(STYLES))
    found = compose.read(compose.find(root) or root, Findings())
    some = data.draw(st.lists(st.sampled_from(found), unique_by=lambda each: each.name))
    findings = Findings()
    parts = translating.translated(some, root, findings)
    if not any(each.name.startswith("facade") for each in some):
        with pytest.raises(BadInputError, match="looks like a facade"):
            described_by(Guess("x", parts, None, None), root, findings)
        return
    described, more = described_by(Guess("x", parts, None, None), root, findings)
    text = text_of(described, "here", findings.all_todos)
    assert decoded(text, root, more is not None) == described


def decoded(text: str, root: Path, more: bool) -> Description:
    """What a text means in a folder, which would have the packages of all services in one file."""
    one = text.replace(REQUIREMENTS, "facade/requirements.txt") if more else text
    described = decode_text(one, root / "system.toml")
    return replace(described, runtime=Runtime(python=REQUIREMENTS)) if more else described
