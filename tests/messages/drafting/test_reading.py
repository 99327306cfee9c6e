"""What a draft is made from is read as Compose, Docker and Python would read it."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.messages.description.model import Get, Post, Queue
from harness.messages.drafting import source
from harness.messages.drafting.addresses import Addresses, without_braces
from harness.messages.drafting.dockerfile import parse
from harness.messages.drafting.interpolation import interpolate
from harness.messages.drafting.marked_yaml import load
from harness.messages.drafting.roles import role_of, server_of
from harness.messages.drafting.writing import literal


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("$A-${A}", "1-1"),
        ("${N:-x}${E:-x}${E-x}", "xx"),
        ("${N:-${A}}", "1"),
        ("${A:+yes}${N:+no}", "yes"),
        ("$$A $${A}", "$A ${A}"),
        ("${A:?needed}", "1"),
        ("100%$", "100%$"),
    ],
)
def test_variables_are_filled_in(text: str, meant: str) -> None:
    unset: list[str] = []
    assert interpolate(text, {"A": "1", "E": ""}, unset.append) == meant
    assert not unset


def test_a_variable_without_a_value_is_told() -> None:
    unset: list[str] = []
    assert interpolate("a$N${M:?must}", {}, unset.append) == "a"
    assert unset == ["N", "M"]


def test_yaml_stays_text_and_keeps_its_lines() -> None:
    document = load("a: &x {p: 0800, q: on}\nb:\n  <<: *x\n  q: ~\nc: [1,\n  2]\n", Path("f"))
    assert document.top == {"a": {"p": "0800", "q": "on"}, "b": {"p": "0800", "q": None}, "c": ["1", "2"]}
    assert {keys: document.lines[keys] for keys in [("b",), ("b", "p"), ("b", "q"), ("c", 1)]} == {
        ("b",): 2,
        ("b", "p"): 1,
        ("b", "q"): 4,
        ("c", 1): 6,
    }


@pytest.mark.parametrize(
    ("name", "role"),
    [
        ("facade-service", "facade"),
        ("loggingService2", "logging"),
        ("logger_1", "logging"),
        ("MessagesService", "messages"),
        ("config-server", "config"),
        ("catalogue", None),
        ("messagebus", None),
    ],
)
def test_a_name_says_a_role(name: str, role: str | None) -> None:
    assert role_of(name) == role


@pytest.mark.parametrize(
    ("name", "image", "kind"),
    [
        ("a", "hazelcast/hazelcast:5.3", "hazelcast"),
        ("a", "docker.io/bitnami/kafka", "kafka"),
        ("a", "confluentinc/cp-kafka:7", "kafka"),
        ("a", "apache/kafka-native", "kafka"),
        ("a", "hazelcast/management-center", "beside"),
        ("kafka-init", "confluentinc/cp-kafka:7", "beside"),
        ("a", "provectuslabs/kafka-ui", "beside"),
        ("a", "wurstmeister/zookeeper", "beside"),
        ("kafka", None, "kafka"),
        ("kafka", "redis", None),
        ("facade", "me/facade", None),
    ],
)
def test_an_image_says_a_server(name: str, image: str | None, kind: str | None) -> None:
    assert server_of(name, image) == kind


HOSTS = Addresses({"hz1": ("hazelcast", 1), "hz2": ("hazelcast", 2), "kafka": ("kafka", 1)}, "dev")


@pytest.mark.parametrize(
    ("name", "text", "meant"),
    [
        ("HZ", "hz1:5701,hz2:5701", "${members}"),
        ("HZ", "hz1:5701, hz2:5701", "${members}"),
        ("HZ", "hz2:5701", "${hazelcast-2}:5701"),
        ("HZ_HOSTS", "hz1,hz2", "${hazelcast-1},${hazelcast-2}"),
        ("BROKERS", "PLAINTEXT://kafka:29092", "PLAINTEXT://${brokers}"),
        ("QUEUE_KIND", "kafka", "kafka"),
        ("", "wait-for kafka:9092 and hz1:5701", "wait-for ${kafka-1}:9092 and ${hazelcast-1}:5701"),
        ("X", "my-kafka:9092", "my-kafka:9092"),
        ("HZ_PORT", "5705", "5701"),
        ("PORT", "5701", "5701"),
        ("CLUSTER_NAME", "dev", "faulttolerance"),
        ("MODE", "dev", "dev"),
    ],
)
def test_hosts_of_servers_become_references(name: str, text: str, meant: str) -> None:
    assert HOSTS.replaced(text, name) == meant


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("run ${PORT}", "run $PORT"),
        ("run ${PORT}x", "run 81x"),
        ("${HOST:-0.0.0.0}:${PORT:-80}", "0.0.0.0:81"),
        ("${OTHER}x", None),
        ("${OTHER%%x}", None),
        ("$PORT {}", "$PORT {}"),
    ],
)
def test_braces_of_a_shell_do_not_become_references(text: str, meant: str | None) -> None:
    assert without_braces(text, {"PORT": "81"}) == meant


def test_of_a_dockerfile_the_last_stage_counts() -> None:
    found = parse(
        "FROM a AS b\nCMD no\nENV X=1\nFROM c\n# CMD no\nWORKDIR /app\nWORKDIR sub\nENV A=1 B='2 3'\nENV C 4 5\n"
        "COPY --chown=1 a b ./\nCOPY --from=b /x /y\nEXPOSE 80/tcp 81\nENTRYPOINT exec ./run \\\n  --fast\n"
        'CMD ["a", "b"]\n'
    )
    assert (found.workdir, found.environment) == ("/app/sub", {"A": "1", "B": "2 3", "C": "4 5"})
    assert (found.sources, found.ports) == (["a", "b"], [80, 81])
    assert (found.entrypoint, found.by_shell, found.command) == (("./run", "--fast"), True, ("a", "b"))


@pytest.mark.parametrize(
    ("text", "port", "local"),
    [
        ("app = Flask(n)\napp.run(host='0.0.0.0', port=8081)", 8081, False),
        ("app = Flask(n)\napp.run(port=8082)", 8082, True),
        ("app = Flask(n)\napp.run('0.0.0.0', 8083)", 8083, False),
        ("app = Flask(n)\napp.run(f('x'), 8083)", 8083, False),
        ("app = Flask(n)\napp.run(debug=True)", 5000, True),
        ("app = FastAPI()", 8000, False),
        ("uvicorn.run(app, port=8084)", 8084, True),
        ("uvicorn.run(app, host='127.0.0.1', port=8084)", 8084, True),
        ("p.add_argument('--port', type=int, default=8085)", 8085, False),
        ("const port = process.env.PORT || 3002;", 3002, False),
        ("const app = express(); app.listen(port)", 3000, False),
        ("x = 1", None, False),
    ],
)
def test_a_program_says_where_it_listens(text: str, port: int | None, local: bool) -> None:
    program = source.Program(Path("facade.py"), text)
    assert (program.port(), program.local_only) == (port, local)


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("p.add_argument('-p', '--port')", ("python", "m.py", "--port", "${port}")),
        ("app = FastAPI()", ("uvicorn", "m:app", "--host", "0.0.0.0", "--port", "${port}")),
        ("app = Flask(n)", ("flask", "--app", "m", "run", "--host", "0.0.0.0", "--port", "${port}")),
        ("app = Flask(n)\napp.run()", ("python", "m.py")),
    ],
)
def test_a_program_says_how_it_starts(text: str, command: tuple[str, ...]) -> None:
    assert source.Program(Path("x/m.py"), text).command() == command


@pytest.mark.parametrize(
    ("text", "post", "get"),
    [
        (
            '@app.get("/health")\n@app.get("/m")\n@app.post("/m")\nclass M(BaseModel):\n    id: str\n    txt: str\n',
            Post(path="/m", key="txt"),
            Get(path="/m"),
        ),
        (
            "@app.route('/f', methods=['POST'])\ndef f(): request.form.get('t')\n@app.route('/f')\n",
            Post(path="/f", body="form", key="t"),
            Get(path="/f"),
        ),
        ("@app.post('/f')\nrequest.get_json()['m']", Post(path="/f", key="m"), None),
        ("@app.post('/f')\nrequest.data", Post(path="/f", body="text"), None),
        ("app.post('/f', (req) => req.body.t)", Post(path="/f", key="t"), None),
        ("@app.get('/m/{id}')", None, None),
    ],
)
def test_a_facade_says_how_it_is_spoken_to(text: str, post: Post | None, get: Get | None) -> None:
    assert (source.post(text), source.get(text)) == (post, get)


@pytest.mark.parametrize(
    ("text", "queue"),
    [
        ("import kafka\nTOPIC = 'a'\ngroup_id='g'", Queue(kind="kafka", name="a", group="g")),
        ("from kafka import KafkaConsumer\nKafkaConsumer('a')", Queue(kind="kafka", name="a")),
        ("import aiokafka\ntopicName = 'b'\nAIOKafkaConsumer(\n  'a')", Queue(kind="kafka", name="a")),
        ("import kafka\nTOPIC = 'b'\nawait producer.send_and_wait('a', text)", Queue(kind="kafka", name="a")),
        ("import hazelcast\nc.get_queue('q')", Queue(kind="hazelcast", name="q")),
        ("TOPIC = 'a'", None),
    ],
)
def test_a_program_names_what_carries_messages(text: str, queue: Queue | None) -> None:
    assert source.queue([text]) == queue


@given(
    st.recursive(
        st.text() | st.integers(-9, 9) | st.booleans(),
        lambda each: st.lists(each, max_size=3) | st.dictionaries(st.text(), each, max_size=3),
        max_leaves=6,
    )
)
def test_a_value_is_written_as_toml(value: object) -> None:
    assert tomllib.loads(f"x = {literal(value)}") == {"x": value}
