"""Answers to questions make the description that was meant."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import click
import pytest

from harness.messages.description.model import Entries, Get, HazelcastServers, Post, Queue, Servers, Service
from harness.messages.drafting.parts import Guess, Parts
from harness.messages.drafting.questions import asked

EMPTY = Guess("system", Parts(), None, None)


class Person:
    """Somebody who gives answers, by words of the questions, and presses Enter at any other question."""

    def __init__(self, answers: Mapping[str, str]) -> None:
        self.answers = answers
        self.questions: list[str] = []

    def __call__(self, question: str, default: str, kind: Any) -> Any:
        self.questions.append(question)
        given = next((each for word, each in self.answers.items() if word in question), default)
        return click.types.convert_type(kind)(given)


def test_a_system_can_be_all_answers(tmp_path: Path) -> None:
    (tmp_path / "src").mkdir()
    answers = {
        "system called": "chat",
        "facade: which": "python facade.py",
        "facade: on which port": "81",
        "Is there a logging": "yes",
        "logging: which": "python 'my log.py'",
        "logging: in which folder": "src",
        "logging: how many": "2",
        "What carries": "hazelcast",
        "topic or queue called": "q",
        "How many Hazelcast": "4",
        "To which path": "/m",
        "which form": "form",
        "which key": "t",
        "From which path": "/n",
        "What is the answer": "object",
        "what logging has": "/l",
    }
    person = Person(answers)
    assert asked(EMPTY, tmp_path, person) == Guess(
        "chat",
        Parts(
            {
                "facade": Service(command=("python", "facade.py"), port=81),
                "logging": Service(command=("python", "my log.py"), port=8080, folder="src", count=2),
            },
            Servers(hazelcast=HazelcastServers(count=4)),
            Queue(kind="hazelcast", name="q"),
        ),
        Post(path="/m", body="form", key="t"),
        Get(path="/n", logging=Entries(at="/l")),
    )
    assert not any("Kafka brokers" in question for question in person.questions)


def test_another_count_has_names_and_ports_of_its_own(tmp_path: Path) -> None:
    facade = Service(command=("f",), port=81)
    logging = Service(command=("x",), port=(1, 2), count=2, names=("a", "b"))
    guess = Guess("s", Parts({"facade": facade, "logging": logging}), None, None)
    same = asked(guess, tmp_path, Person({}))
    assert same.parts.services == guess.parts.services
    person = Person({"logging: how many": "3"})
    assert asked(guess, tmp_path, person).parts.services["logging"] == Service(command=("x",), port=1, count=3)


def test_on_one_machine_each_instance_and_each_server_has_a_port_of_its_own(tmp_path: Path) -> None:
    services = {"facade": Service(command=("f",), port=81), "logging": Service(command=("x",), port=90, count=3)}
    guess = Guess("s", Parts(services, Servers(hazelcast=HazelcastServers(cluster="dev"))), None, None)
    person = Person({"127.0.0.1?": "yes", "logging: on which ports": "91 92, 95", "of their cluster": "chat"})
    parts = asked(guess, tmp_path, person).parts
    assert parts.localhost
    assert [parts.services["facade"].port, parts.services["logging"].port] == [81, (91, 92, 95)]
    assert parts.servers.hazelcast == HazelcastServers(cluster="chat", localhost=(5701, 5702, 5703))
    assert asked(replace(guess, parts=parts), tmp_path, Person({})).parts == parts
    elsewhere = asked(replace(guess, parts=parts), tmp_path, Person({"127.0.0.1?": "no"})).parts
    assert elsewhere.servers.hazelcast == HazelcastServers(cluster="chat")


@pytest.mark.parametrize(
    ("question", "answer", "told"),
    [
        ("of 127.0.0.1 are", "5701, 5702", "3 numbers from 1 to 65535, with commas between them"),
        ("of 127.0.0.1 are", "5701, 5702, 65536", "3 numbers from 1 to 65535, with commas between them"),
        ("facade: which", "", "a command has at least one word"),
        ("facade: which", "a 'b", "No closing quotation; write it as for a shell"),
        ("facade: in which folder", "..", "there is no such folder in"),
        ("To which path", "m", 'a path begins with "/"'),
    ],
)
def test_an_answer_that_cannot_be_used_is_refused_in_words(
    tmp_path: Path, question: str, answer: str, told: str
) -> None:
    person = Person({"facade: which": "f", "each other at": "yes", "need Hazelcast": "yes", question: answer})
    with pytest.raises(click.BadParameter, match=told):
        asked(EMPTY, tmp_path, person)
