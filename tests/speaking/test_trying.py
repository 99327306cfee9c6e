"""`harness try` shows what was read from each answer, and says what is not as the file says."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from harness.messages.description import trying
from harness.messages.description.model import Accepted, Entries
from harness.messages.description.trying import Trial, Tried
from harness.messages.speaking.speech import Speech
from tests.speaking.foreign import ALL, Always200, Foreign, Prose, Strings, speaking, speech

LOGGED = "its last log lines:\n  no such topic"


def tried(of: type[Foreign], folder: Path, **otherwise: Any) -> Tried:
    """What comes of trying such a system by its own words, some of which are said otherwise."""
    own = speech(of)
    said = {name: otherwise.get(name, getattr(own, name)) for name in ("post", "get", "read", "promises", "shared")}
    with speaking(of, folder) as (_, _, _, address):
        return Trial(address, {"messages": {"messages-1": address}}, Speech(**said), lambda: LOGGED).run()


def test_a_message_is_sent_and_found_again_wherever_the_file_says(tmp_path: Path) -> None:
    came = tried(Prose, tmp_path)
    (text,) = set(re.findall(r"m\d{6}-\w{8}", came.lines[0]))
    assert came.lines[:3] == [
        f"POST / (json, {text})\n  answered 200: ''\n  read as: acknowledged",
        f"GET /\n  answered 200: 'logging [{text}]\\nmessages [{text}]'\n"
        f"  [get.logging] read as: 1 message: {text}\n  [get.messages] read as: 1 message: {text}",
        f"messages-1: GET /own\n  answered 200: '[\"{text}\"]'\n  [read.messages] read as: 1 message: {text}",
    ]


def test_a_system_that_runs_already_is_sent_that_one_message_and_no_more(tmp_path: Path) -> None:
    came = tried(Prose, tmp_path, shared=True)
    assert [line.partition(" ")[0] for line in came.lines] == ["POST", "GET", "messages-1:", "it"]
    assert came.lines[-1].startswith("it runs already: this one message was posted, and stays there")


@pytest.mark.parametrize("of", ALL)
def test_the_hardest_texts_that_come_back_are_known(of: type[Foreign], tmp_path: Path) -> None:
    """Four of them refuse the third message, so it does not come back."""
    came = tried(of, tmp_path)
    assert f'texts of the form "{"word"}": all 1 come back' in came.lines
    assert any(line.startswith('texts of the form "line": ') for line in came.lines)


def test_a_promise_that_the_system_does_not_keep_is_a_problem(tmp_path: Path) -> None:
    promises = replace(speech(Strings).promises, text="any")
    assert tried(Strings, tmp_path, promises=promises).problems == [
        '[promises] text is "any"; what comes back is "word"'
    ]


def test_of_a_facade_that_gives_no_answer_the_last_is_shown_that_it_logged() -> None:
    (problem,) = Trial("127.0.0.1:1", {}, speech(Prose), lambda: LOGGED).run().problems
    assert re.fullmatch(rf"POST / \(json, .*\) got no answer within .* s: ConnectError\nthe facade: {LOGGED}", problem)


def test_a_post_that_the_file_does_not_take_for_acknowledged_ends_it(tmp_path: Path) -> None:
    post = replace(speech(Always200).post, accepted=Accepted(status=(201,)))
    came = tried(Always200, tmp_path, post=post)
    assert len(came.lines) == 1
    assert came.problems == [
        "the post was not acknowledged, but read as open: [post] accepted says which answer is an acknowledgement "
        f"(status 201)\nthe facade: {LOGGED}"
    ]


def test_a_part_that_is_looked_for_in_the_wrong_place_is_a_problem(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "_SHOWN_TIMEOUT_S", 0.5)
    get = speech(Prose).get
    came = tried(Prose, tmp_path, get=replace(get, messages=Entries(match="^logging (has)", form="text")))
    (problem,) = came.problems
    assert problem.startswith("unreadable answer: [get.messages] says that there is something that matches")
    came = tried(Prose, tmp_path, get=replace(get, messages=replace(get.messages, strip="[]m")))
    (problem,) = came.problems
    assert "the messages part of a GET does not show it: [get.messages] says where messages are" in problem
