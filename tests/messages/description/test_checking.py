"""What is wrong in a description beyond its types: each is told, at its line, and nothing else with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.messages.description.decoding import decode_text
from tests.messages.description.example import FULL, changed, checkout, line, refused

SMALL = """\
name = "small"
[services.facade]
command = ["run"]
port = 80
[post]
path = "/"
[get]
path = "/"
"""


def test_the_facade_alone_is_a_system(tmp_path: Path) -> None:
    assert decode_text(SMALL, tmp_path / "system.toml").services["facade"].port == 80


def test_there_has_to_be_a_facade(tmp_path: Path) -> None:
    told = refused(SMALL.replace("services.facade", "services.logging"), tmp_path / "system.toml")
    assert told == [
        "2: services: there is no facade, which messages are sent to: describe it in [services.facade]",
    ]


@pytest.mark.parametrize(
    ("old", "new", "at", "problem"),
    [
        (
            "port = [8001, 8002]",
            "port = [8001]",
            "",
            "services.logging.port: expected 2, one for each instance (count)",
        ),
        ("port = [8001, 8002]", "port = []", "", "services.logging.port: expected at least one, found an empty list"),
        ('names = ["front"]', 'names = ["a", "b"]', "", "services.facade.names: expected 1, one for each instance"),
        ('names = ["front"]', 'names = ["messages-1"]', "[services.messages]", "services.messages: messages-1 is the "),
        (
            'names = ["front"]',
            'names = ["KAFKA-1"]',
            "",
            "services.facade.names[0]: KAFKA-1 is the name of a server of ",
        ),
        ('names = ["front"]', 'names = ["port"]', "", "services.facade.names[0]: port can't be a name: ${port} means "),
        ('folder = "facade"', f'folder = "{"a" * 5000}"', "", "services.facade.folder: there is no folder 'aaaa"),
        ("'logged: (.*)'", "'([[a])'", "", "get.logging.match: '([[a])' is no regular expression: Possible nested set"),
        ("'logged: (.*)'", "'(a{99999999999999999999})'", "", "get.logging.match: '(a{99999999999999999999})' is no "),
        ('checkout = "code"', 'checkout = "cod"', "", "checkout: there is no folder "),
        ('folder = "facade"', 'folder = "fasade"', "", "services.facade.folder: there is no folder 'fasade' in the "),
        ('folder = "facade"', 'folder = ".."', "", "services.facade.folder: '..' is outside of the checkout "),
        ("localhost = true\n", "", "localhost = [5701", "servers.hazelcast.localhost: is of services that were "),
        ("[9092, 9093]", "[9092]", "", "servers.kafka.localhost: expected 2, one for each of them (count), found 1"),
        (
            '["broker_1:29092", "broker_2:29093"]',
            '["k:9"]',
            "",
            "servers.kafka.hosts: expected 2, one for each of them ",
        ),
        (
            '["broker_1:29092", "broker_2:29093"]',
            '["k:9", "K:8"]',
            "",
            "servers.kafka.hosts[1]: K is the name of kafka-1 a",
        ),
        (
            '["broker_1:29092", "broker_2:29093"]',
            '["k:9", "log-1:8"]',
            "",
            "servers.kafka.hosts[1]: log-1 is the name of ",
        ),
        (
            '["broker_1:29092", "broker_2:29093"]',
            '["k:9", "l:65536"]',
            "",
            "servers.kafka.hosts[1]: 65536 is no port: ",
        ),
        (
            "[9092, 9093]",
            "[9092, 5701]",
            "",
            "servers.kafka.localhost[1]: 5701 is the port of hazelcast-1 at 127.0.0.1",
        ),
        ("[8001, 8002]", "[8001, 8001]", "", "services.logging.port: 8001 is the port of log-1 at 127.0.0.1 already; "),
        ("[8003, 8004]", "8003", "", "services.messages.port: at 127.0.0.1 its 2 instances are told apart by their "),
        ("port = 8500", "port = 9093", "", "services.config.port: 9093 is the port of kafka-2 at 127.0.0.1 already; "),
        ('["toml"]', '["-e ."]', "", "runtime.packages[0]: expected a package as pip names it, such as flask"),
        ('"requirements.txt"', '"facade" # a folder', "", "runtime.python: there is no file 'facade' in the checkout "),
        (
            "'Members \\{size:[23]'",
            "'(size'",
            "",
            "services.logging.ready.log: '(size' is no regular expression: missing ",
        ),
        (
            '"Error occurred"',
            '"[z-a]"',
            "",
            "post.accepted.unless: '[z-a]' is no regular expression: bad character range",
        ),
        (
            "'logged: (.*)'",
            "'logged: .*'",
            "",
            "get.logging.match: 'logged: .*' has no group (...), which is the part ",
        ),
        ('path = "/health"', 'path = "/health"\nlog = "up"', 'log = "up"', "services.facade.ready.log: stands beside "),
        (
            'path = "/health"',
            'log = "up"',
            "status = 204",
            "services.facade.ready.status: is that of an answer to path",
        ),
        ('kind = "kafka"', 'kind = "hazelcast"', "group =", "queue.group: is of Kafka, and the queue is of hazelcast"),
        ('name = "messages"', 'name = "the queue"', "", "queue.name: 'the queue' is no name of a topic: letters, "),
        (
            'body = "form"',
            'body = "text"',
            'key = "txt"',
            "post.key: a body of the form text is the text alone, without ",
        ),
        (
            'form = "text"',
            'form = "json"',
            "strip =",
            'get.logging.strip: has no meaning with form = "json"; leave it ',
        ),
        (
            'form = "python"',
            'form = "text"',
            "id =",
            'get.messages.id: has no meaning with form = "text"; leave it out',
        ),
        (
            "${log-1},",
            "${log-3},",
            "",
            "services.facade.environment.LOGGING: ${log-3} names nothing; did you mean log-",
        ),
        ("${log-1},", "${id},", "", "services.facade.environment.LOGGING: ${id} is not known here (there are name, "),
        ("${log-1},", "${a\\nb}", "", "services.facade.environment.LOGGING: ${a\\nb} names nothing (there are name, "),
        ("${log-1},", "${}", "", "services.facade.environment.LOGGING: ${} names nothing (there are name, index, "),
        ('"${brokers}"', '"${brokers"', "", "services.facade.environment.BROKERS: the reference '${brokers' does not "),
        ('"${port}"', '"${HOME}"', "", "services.facade.command[4]: ${HOME} names nothing"),
        ("trace=${id}", "trace=${facade}", "", "post.path: ${facade} names nothing (there are id, text)"),
        ('Idempotency-Key = "${id}"', 'A = "${port}"', "", "post.headers.A: ${port} is not known here (there are id, "),
        (
            '"kafka.producer.acks"',
            '"kafka.producer.ack"',
            "",
            'settings."kafka.producer.ack": the harness knows no such ',
        ),
    ],
)
def test_what_does_not_fit_is_told(tmp_path: Path, old: str, new: str, at: str, problem: str) -> None:
    text = changed(old, new)
    told = refused(text, checkout(tmp_path))
    assert [each for each in told if each.startswith(f"{line(at or new, text)}: {problem}")], told


def without(*headings: str) -> str:
    """The full file without some tables."""
    parts = FULL.split("\n[")
    left = [part for part in parts if not part.startswith(tuple(f"{each}]" for each in headings))]
    assert len(left) == len(parts) - len(headings)
    return "\n[".join(left)


def test_a_queue_needs_its_servers(tmp_path: Path) -> None:
    told = refused(without("servers.kafka"), checkout(tmp_path))
    assert any(
        "queue.kind: kafka needs such servers, which are not there: add [servers.kafka]" in each for each in told
    )
    assert any("BROKERS: ${brokers} needs [servers.kafka]" in each for each in told)
    assert any("services.messages.command[2]: ${kafka-1} names nothing" in each for each in told)
    assert len(told) == 3


def test_without_a_queue_no_record_of_kafka_is_answered(tmp_path: Path) -> None:
    told = refused(without("queue"), checkout(tmp_path))
    assert [each.partition(": ")[2] for each in told] == [
        'post.answer.partition: is that of a record in Kafka, and queue.kind is not "kafka"',
        'post.answer.offset: is that of a record in Kafka, and queue.kind is not "kafka"',
    ]


def test_instances_that_are_asked_have_to_be_there(tmp_path: Path) -> None:
    told = refused(without("services.messages"), checkout(tmp_path))
    words = "there is no messages service whose instances could be asked: describe it in [services.messages]"
    assert [each.partition(": ")[2] for each in told] == [f"read.messages: {words}"]


@pytest.mark.parametrize("wrong", ["[server.kafka]", "[servers.kafak]"])
def test_a_misspelt_table_is_one_problem(tmp_path: Path, wrong: str) -> None:
    (told,) = refused(changed("[servers.kafka]", wrong), checkout(tmp_path))
    assert "there is no such key; did you mean" in told


def test_what_is_wrong_in_its_type_is_not_checked_further(tmp_path: Path) -> None:
    (told,) = refused(changed("count = 2\nnames", "count = 20\nnames"), checkout(tmp_path))
    assert "services.logging.count: expected a whole number from 1 to 9, found 20" in told


def test_words_may_be_their_own_ids(tmp_path: Path) -> None:
    text = changed('form = "python"\ntext = "/msg"\nid = "/id"', 'form = "text"\nid = ""')
    assert decode_text(text, checkout(tmp_path)).get.messages.id == ""
