"""What a file says of how to speak to a system, and what it lacks."""

from __future__ import annotations

import re
import tomllib
import unicodedata
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import NotSaidError
from harness.messages import own
from harness.messages.description.model import Description, Direct, Entries, Get, Post, Promises, Reads
from harness.messages.services import LOGGING, LONGEST_BYTES, MESSAGES, PORT, ROLES
from harness.messages.speaking.identity import new_id, word_of
from harness.messages.speaking.speech import Speech
from harness.messages.texts import text
from harness.places import TOP
from harness.servers.hazelcast.spec import CLUSTER_NAME

IDS = Post(path="/", headers={"Key": "${id}"})
WITH_ID = Entries(text="/msg", id="/id")


def speech(post: Post = IDS, promises: Promises | None = None, reads: Reads | None = None, **get: Any) -> Speech:
    return Speech(post, Get(path="/", **get), reads or Reads(), promises or Promises())


@pytest.mark.parametrize(
    ("told", "keeps"),
    [
        (speech(logging=WITH_ID, messages=WITH_ID), True),
        (speech(Post(path="/"), logging=WITH_ID, messages=WITH_ID), False),
        (speech(logging=WITH_ID, messages=Entries()), False),
        (speech(logging=WITH_ID, reads=Reads(messages=Direct(path="/"))), False),
        (speech(logging=WITH_ID, reads=Reads(logged=Direct(path="/", entries=Entries(id="")))), True),
    ],
)
def test_a_system_keeps_ids_if_they_are_sent_and_come_back_everywhere(told: Speech, keeps: bool) -> None:
    assert told.keeps_ids is keeps


def test_what_a_file_lacks_is_named() -> None:
    with pytest.raises(NotSaidError, match=re.escape("[get.logging] or [get.messages]")):
        _ = speech().parts
    with pytest.raises(NotSaidError, match=re.escape("add [read.logged]")):
        speech().direct("logged")
    assert not speech().can_ask("logged")
    assert list(speech(messages=Entries()).parts) == ["messages"]


def test_texts_are_those_of_the_seed_where_ids_are_kept() -> None:
    told = speech(logging=WITH_ID)
    assert [told.new_text("x", number, 3) for number in range(1, 40)] == [text(number, 3) for number in range(1, 40)]


FORMS = st.sampled_from(["any", "line", "word"])


@given(FORMS, st.booleans(), st.integers(0, 9), st.sampled_from([32, 40, 200, 65536]))
def test_without_ids_and_where_not_any_text_is_promised_no_two_are_equal(
    form: Any, keeps: bool, seed: int, most: int
) -> None:
    told = speech(IDS if keeps else Post(path="/"), Promises(text=form, text_bytes=most), logging=WITH_ID)
    ids = [new_id(number) for number in range(1, 61)]
    texts = [told.new_text(id_, number, seed) for number, id_ in enumerate(ids, start=1)]
    assert max(len(each.encode()) for each in texts) <= most
    if form == "any" and keeps:
        return
    assert len(set(texts)) == len(texts)
    token = word_of if form == "word" else str
    assert all(token(id_) in each for id_, each in zip(ids, texts, strict=True)), "a text tells whose it is"
    if form == "line":
        assert not {"Cc", "Zl", "Zp"} & {unicodedata.category(letter) for each in texts for letter in each}
    if form == "word":
        assert texts == [word_of(id_) for id_ in ids]
        assert all(re.fullmatch(r"m\d{6}-[0-9a-f]{8}", each) for each in texts)


def test_the_texts_of_lines_are_hard_all_the_same() -> None:
    told = speech(promises=Promises(text="line"), logging=WITH_ID)
    said = "".join(told.new_text(new_id(number), number, 0) for number in range(1, 20))
    assert any(ord(letter) > 0xFFFF for letter in said)
    assert '"' in said


def test_our_own_services_are_described_as_they_are() -> None:
    told = own.description()
    assert told == msgspec.convert(tomllib.loads((TOP / "services" / "system.toml").read_text()), Description)
    assert told.promises.text_bytes == LONGEST_BYTES
    assert {*told.services} == {*ROLES}
    counts = {role: service.count for role, service in told.services.items()}
    assert counts == {"config": 1, "facade": 1, "logging": LOGGING, "messages": MESSAGES}
    assert {service.port for service in told.services.values()} == {PORT}
    assert told.services["logging"].environment["HAZELCAST_CLUSTER"] == CLUSTER_NAME
    assert own.speech().keeps_ids
    assert all(own.speech().can_ask(what) for what in ("logging", "logged", "messages"))
