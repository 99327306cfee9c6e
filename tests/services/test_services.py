"""The services as real processes over HTTP, as far as they go without Hazelcast and Kafka."""

from __future__ import annotations

import asyncio
import os
import select
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import httpx
import pytest

from services.config import Registration, Registry
from services.directory import Directory
from services.facade import build, once
from services.logs import Log
from services.posting import Poster, PostError
from services.queues import NotQueuedError, Queued
from services.reading import Reader
from services.registry import Lease
from services.settings import Service
from tests.running import Forked

LOG = Log("test")
#: Keeps no connection, as each service ends with its test; certificates take longer to read than a request does.
HTTP = httpx.Client(timeout=2, verify=False, trust_env=False, limits=httpx.Limits(max_keepalive_connections=0))
#: How long a server that is to stop may take to see it; half a second, else.
_POLL_S = 0.02


def until(holds: Callable[[], bool], what: str, within_s: float = 10.0) -> None:
    end = time.monotonic() + within_s
    while not holds():
        assert time.monotonic() < end, f"not within {within_s} s: {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


@dataclass
class Running:
    process: Forked
    url: str

    def get(self, path: str) -> httpx.Response:
        return HTTP.get(self.url + path)

    def answers(self) -> bool:
        try:
            return self.get("/health").status_code in {200, 503}
        except httpx.HTTPError:
            return False


Start = Callable[..., Running]


def environment(name: str, port: int, more: Mapping[str, str]) -> dict[str, str]:
    told = {"SERVICE_NAME": name, "HOST": "127.0.0.1", "PORT": str(port), "ADVERTISE_URL": f"http://127.0.0.1:{port}"}
    return {"PATH": os.environ["PATH"], **told, **more}


@pytest.fixture
def start() -> Iterator[Start]:
    running: list[Running] = []

    def _start(module: str, port: int | None = None, **more: str) -> Running:
        port = port or free_port()
        process = Forked(f"services.{module}", environment=environment(f"{module}-1", port, more))
        running.append(Running(process, f"http://127.0.0.1:{port}"))
        until(running[-1].answers, f"{module} answers")
        return running[-1]

    yield _start
    for each in running:
        each.process.close()


NOBODY = {"HAZELCAST_MEMBERS": "127.0.0.1:1", "HAZELCAST_MAP": "map"}
ROLES: dict[str, dict[str, str]] = {
    "config": {},
    "facade": {"QUEUE": "kafka", "KAFKA_BOOTSTRAP": "127.0.0.1:1", "TOPIC": "topic"},
    "logging": NOBODY,
    "messages": {"QUEUE": "kafka", "KAFKA_BOOTSTRAP": "127.0.0.1:1", "TOPIC": "topic", "KAFKA_GROUP": "group"},
}


def test_a_lease_that_is_not_renewed_is_gone_and_a_renewed_one_stays() -> None:
    now = [0.0]
    registry = Registry(LOG, clock=lambda: now[0])
    for name in ("logging-1", "logging-2"):
        registry.put(name, "first", Registration(role="logging", url="http://there", lease_s=3))
    now[0] = 2.0
    assert registry.put("logging-2", "first", Registration(role="logging", url="http://there", lease_s=3)) is False
    now[0] = 3.0
    assert [instance.name for instance in registry.live()["logging"]] == ["logging-2"]


def test_a_body_that_is_not_what_was_asked_for_is_refused_with_the_reason(start: Start) -> None:
    config = start("config")
    fit = b'{"role": "logging", "url": "http://there", "lease_s": 3}'
    for body in (b"", b"no JSON", fit.replace(b"3", b"0"), fit.replace(b"there", b"\xff")):
        answer = HTTP.put(f"{config.url}/instances/logging-1/first", content=body)
        assert (answer.status_code, list(answer.json())) == (422, ["error"]), body
    assert HTTP.put(f"{config.url}/instances/logging-1/first", content=fit).status_code == 201


def test_config_registers_lists_by_role_and_removes_over_http(start: Start) -> None:
    config = start("config")
    body = {"role": "logging", "url": "http://there", "lease_s": 5}
    assert HTTP.put(config.url + "/instances/logging-1/first", json=body).status_code == 201
    assert config.get("/instances").json() == {"logging": [{"name": "logging-1", "url": "http://there"}]}
    assert HTTP.delete(config.url + "/instances/logging-1/first").status_code == 204
    assert config.get("/instances").json() == {}


def test_an_idle_connection_stays_open_for_longer_than_its_client_uses_it_again(start: Start) -> None:
    connection = HTTPConnection("127.0.0.1", httpx.URL(start("config").url).port)
    connection.request("GET", "/health")
    connection.getresponse().read()
    closed, _, _ = select.select([connection.sock], [], [], httpx.Limits().keepalive_expiry + 0.5)
    connection.close()
    assert not closed


def test_a_renewal_or_a_removal_of_before_changes_nothing_afterwards(start: Start) -> None:
    config = start("config")
    body = {"role": "logging", "url": "http://there", "lease_s": 5}
    first, second = (f"{config.url}/instances/logging-1/{start}" for start in ("first", "second"))
    assert HTTP.put(first, json=body).status_code == 201
    assert HTTP.delete(first).status_code == 204
    assert HTTP.put(first, json=body).status_code == 410
    assert config.get("/instances").json() == {}
    assert HTTP.put(second, json=body).status_code == 201
    assert HTTP.delete(first).status_code == 204
    assert list(config.get("/instances").json()) == ["logging"]


def test_what_a_config_that_hung_is_told_in_any_order_leaves_no_entry(start: Start) -> None:
    config = start("config")
    told = Service("messages-1", "127.0.0.1", 1, "http://there", lease_s=2)
    lease = Lease(told, "messages", config.url, fit=lambda: True, log=LOG)
    lease.start()
    until(lambda: lease.problem() is None, "it is registered")
    config.process.signal(signal.SIGSTOP)
    until(lambda: lease.problem() is not None, "a renewal has waited in vain")
    lease.stop(0.6)
    config.process.signal(signal.SIGCONT)
    assert config.get("/instances").json() == {}


def test_a_config_that_answers_rubbish_is_one_that_does_not_answer(start: Start, logging_stand_in: str) -> None:
    config, queue = start("config"), RecordingQueue()
    register(config, "logging-1", logging_stand_in)
    (refused,) = asyncio.run(posts(f"{logging_stand_in}/rubbish", queue, 0))
    assert (refused.status_code, refused.json()["error"]) == (503, "no logging instance is registered")


@pytest.mark.parametrize("role", list(ROLES))
def test_sigterm_ends_a_service_with_0_within_two_seconds(start: Start, role: str) -> None:
    more = ROLES[role] if role == "config" else {"CONFIG_URL": "http://127.0.0.1:1", **ROLES[role]}
    service = start(role, **more)
    begin = time.monotonic()
    service.process.signal(signal.SIGTERM)
    assert service.process.ended(5)[0] == 0
    assert time.monotonic() - begin < 2.0


@pytest.mark.parametrize("role", ["facade", "logging", "messages"])
def test_health_says_why_while_the_servers_do_not_answer(start: Start, role: str) -> None:
    answer = start(role, CONFIG_URL="http://127.0.0.1:1", **ROLES[role]).get("/health")
    assert answer.status_code == 503
    assert answer.json()["reason"]


@pytest.mark.parametrize(
    ("role", "change", "named"),
    [
        ("config", {"SERVICE_NAME": ""}, "SERVICE_NAME is missing"),
        ("config", {"PORT": "many"}, "PORT='many'"),
        ("logging", {"HAZELCAST_MAP": ""}, "HAZELCAST_MAP is missing"),
        ("logging", {"CONFIG_URL": "config"}, "CONFIG_URL='config'"),
        ("logging", {"CONFIG_URL": "http://:8000"}, "CONFIG_URL='http://:8000'"),
        ("logging", {"CONFIG_URL": "http://config:99999"}, "CONFIG_URL='http://config:99999'"),
        ("logging", {"CONFIG_URL": "https://config"}, "CONFIG_URL='https://config'"),
        ("facade", {"QUEUE": "rabbit"}, "QUEUE='rabbit'"),
        ("facade", {"KAFKA_ACKS": "2"}, "KAFKA_ACKS='2'"),
        ("facade", {"MESSAGE_BYTES": "much"}, "MESSAGE_BYTES='much'"),
        ("messages", {"KAFKA_GROUP": ""}, "KAFKA_GROUP is missing"),
    ],
)
def test_a_wrong_variable_ends_with_2_and_one_line_that_names_it(role: str, change: dict[str, str], named: str) -> None:
    env = environment("it", 8000, {"CONFIG_URL": "http://127.0.0.1:1", **ROLES[role], **change})
    status, output = Forked(f"services.{role}", environment=env).ended(20)
    assert status == 2
    assert output.count("\n") == 1
    assert named in output
    assert "expected" in output


def test_a_taken_port_ends_with_2_and_one_line(start: Start) -> None:
    port = free_port()
    start("config", port)
    ended = subprocess.run(
        [sys.executable, "-m", "services.config"], env=environment("it", port, {}), capture_output=True, text=True
    )
    assert (ended.returncode, ended.stderr.count("\n")) == (2, 1)


class RecordingQueue:
    """Stands where a queue client would: the seam between the facade's POST and a queue."""

    def __init__(self, *errors: NotQueuedError, takes_s: float = 0) -> None:
        self.ids: list[str] = []
        self.errors = list(errors)
        self.takes_s = takes_s

    def start(self) -> None: ...

    def stop(self, within_s: float) -> None: ...

    def problem(self) -> str | None:
        return None

    def settings(self) -> dict[str, str]:
        return {"kafka.producer.acks": "all"}

    def put(self, message_id: str, msg: str, timeout_s: float) -> Queued:
        time.sleep(self.takes_s)
        if self.errors:
            raise self.errors.pop(0)
        self.ids.append(message_id)
        return Queued("kafka", "topic", 0, len(self.ids) - 1)


@pytest.fixture
def logging_stand_in() -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(200)
            self.end_headers()

        def do_GET(self) -> None:
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"messages": [{"id": "id-1", "msg": "text"}]}' if self.path == "/messages" else b"\xff")

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(_POLL_S,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


async def post(config_url: str, queue: RecordingQueue) -> tuple[str, Queued]:
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        directory = Directory(client, config_url, LOG)
        return await Poster(client, directory, queue, log=LOG).post("id-1", "text", 4)


def register(config: Running, name: str, url: str, role: str = "logging") -> None:
    HTTP.put(f"{config.url}/instances/{name}/first", json={"role": role, "url": url, "lease_s": 30}).raise_for_status()


def test_a_post_moves_on_from_instances_that_refuse_connections(start: Start, logging_stand_in: str) -> None:
    config = start("config")
    register(config, "logging-1", f"http://127.0.0.1:{free_port()}")
    register(config, "logging-2", f"http://127.0.0.1:{free_port()}")
    register(config, "logging-3", logging_stand_in)
    queue = RecordingQueue()
    begin = time.monotonic()
    logged_by, _ = asyncio.run(post(config.url, queue))
    assert (logged_by, queue.ids) == ("logging-3", ["id-1"])
    assert time.monotonic() - begin < 1.0


def test_a_post_that_no_instance_takes_is_surely_not_logged_and_not_queued(start: Start) -> None:
    config, queue = start("config"), RecordingQueue()
    register(config, "logging-1", f"http://127.0.0.1:{free_port()}")
    with pytest.raises(PostError) as caught:
        asyncio.run(post(config.url, queue))
    assert (caught.value.stage, caught.value.unknown, queue.ids) == ("logging", False, [])


def test_an_unknown_outcome_of_the_queue_is_passed_on(start: Start, logging_stand_in: str) -> None:
    config = start("config")
    register(config, "logging-1", logging_stand_in)
    with pytest.raises(PostError) as caught:
        asyncio.run(post(config.url, RecordingQueue(NotQueuedError("silence", unknown=True))))
    assert (caught.value.stage, caught.value.unknown) == ("queue", True)


async def posts(
    config_url: str, queue: RecordingQueue, *delays_s: float, deadline_s: float = 4, msg: str = "text"
) -> list[httpx.Response]:
    """What a facade that takes ten bytes answers to one message under one id, sent after each of the delays."""
    async with httpx.AsyncClient(verify=False, trust_env=False) as client:
        directory = Directory(client, config_url, LOG)
        reader = Reader(client, directory, deadline_s=deadline_s, log=LOG)
        poster = Poster(client, directory, queue, log=LOG)
        app = build(once(poster, deadline_s=deadline_s), reader, LOG, message_bytes=10, settings=queue.settings)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app), base_url="http://facade") as user:

            async def send(delay_s: float) -> httpx.Response:
                await asyncio.sleep(delay_s)
                return await user.post("/messages", json={"msg": msg}, headers={"Idempotency-Key": "id-1"})

            return await asyncio.gather(*map(send, delays_s))


def test_a_text_of_more_bytes_than_fit_is_refused_before_anybody_has_it(start: Start, logging_stand_in: str) -> None:
    config, queue = start("config"), RecordingQueue()
    register(config, "logging-1", logging_stand_in)
    (fits,) = asyncio.run(posts(config.url, queue, 0, msg="é" * 5))
    (refused,) = asyncio.run(posts(config.url, queue, 0, msg="é" * 5 + "."))
    assert (fits.status_code, refused.status_code) == (201, 413)
    assert refused.json() == {"error": "msg has 11 bytes; 10 is the most that is taken"}
    assert queue.ids == ["id-1"]


def test_an_acknowledged_id_sent_again_gets_the_same_answer_and_is_queued_once(
    start: Start, logging_stand_in: str
) -> None:
    config, queue = start("config"), RecordingQueue()
    register(config, "logging-1", logging_stand_in)
    first, second = asyncio.run(posts(config.url, queue, 0, 1))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert queue.ids == ["id-1"]


def test_two_requests_of_one_id_at_once_are_queued_once_with_one_answer(start: Start, logging_stand_in: str) -> None:
    config, queue = start("config"), RecordingQueue(takes_s=0.3)
    register(config, "logging-1", logging_stand_in)
    first, second = asyncio.run(posts(config.url, queue, 0, 0))
    assert (first.status_code, first.json()) == (second.status_code, second.json())
    assert (first.status_code, queue.ids) == (201, ["id-1"])


def test_a_request_has_its_own_try_if_the_one_of_its_id_before_it_fails(start: Start, logging_stand_in: str) -> None:
    config, queue = start("config"), RecordingQueue(NotQueuedError("full", unknown=False), takes_s=0.3)
    register(config, "logging-1", logging_stand_in)
    first, second = asyncio.run(posts(config.url, queue, 0, 0.1))
    assert (first.status_code, first.json()["stage"], second.status_code) == (503, "queue", 201)
    assert queue.ids == ["id-1"]


def test_a_request_waits_for_the_one_of_its_id_before_it_no_longer_than_its_deadline(
    start: Start, logging_stand_in: str
) -> None:
    config, queue = start("config"), RecordingQueue(takes_s=2)
    register(config, "logging-1", logging_stand_in)
    first, second = asyncio.run(posts(config.url, queue, 0, 0, deadline_s=1))
    # The first one's thread puts it all the same, after nobody waits for it any more.
    assert (first.status_code, first.json()["stage"], first.json()["unknown"]) == (503, "queue", True)
    assert (second.status_code, second.json()["stage"], second.json()["unknown"]) == (503, "turn", True)
    assert queue.ids == ["id-1"]


def test_a_get_moves_on_from_an_instance_that_answers_rubbish(start: Start, logging_stand_in: str) -> None:
    config = start("config")
    for role in ("logging", "messages"):
        register(config, f"{role}-1", f"{logging_stand_in}/rubbish", role)
        register(config, f"{role}-2", logging_stand_in, role)

    async def read() -> list[str | None]:
        async with httpx.AsyncClient(verify=False, trust_env=False) as client:
            reader = Reader(client, Directory(client, config.url, LOG), deadline_s=4, log=LOG)
            return [answer.source for _ in range(8) for answer in await reader.both()]

    assert set(asyncio.run(read())) == {"logging-2", "messages-2"}
