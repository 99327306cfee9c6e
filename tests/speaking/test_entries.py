"""The messages in an answer, in all forms that a file can describe."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.messages.description.model import Entries
from harness.messages.speaking.body import Body
from harness.messages.speaking.entries import Shown, UnreadableAnswerError, part_of

TEXTS = st.lists(st.text())
WORDS = st.lists(st.from_regex("[a-z0-9-]+", fullmatch=True))


def texts(entries: Entries, body: str) -> Sequence[str | None]:
    return [shown.text for shown in part_of(entries, Body(body), "get.logging").messages]


PROSE = Entries(form="text", match="(?s)messages: (.*)|(.*no messages.*)", empty="no messages")


@pytest.mark.parametrize(
    ("entries", "body"),
    [
        (Entries(), '["m1", "m2"]'),
        (Entries(), r'"[\"m1\", \"m2\"]"'),
        (Entries(at="/a/0"), '{"a": [["m1", "m2"]]}'),
        (Entries(at="/a/b"), r'{"a": "{\"b\": [\"m1\", \"m2\"]}"}'),
        (Entries(at="/a"), r'{"a": "[\"m1\", \"m2\"]"}'),
        (Entries(text="/msg"), '[{"msg": "m1"}, {"msg": "m2"}]'),
        (Entries(text="/0"), '[["m1"], ["m2"]]'),
        (Entries(match="logging: (.*);"), 'logging: ["m1", "m2"]; messages: ["m3"]'),
        (Entries(form="python"), "['m1', 'm2']"),
        (Entries(form="python"), "('m1', \"m2\")\n"),
        (Entries(form="python"), "\"['m1', 'm2']\""),
        (Entries(form="python", at="/a"), "{\"a\": \"['m1', 'm2']\"}"),
        (Entries(form="python", text="/msg"), "[{'msg': 'm1', 'at': None}, {'msg': 'm2'}]"),
        (Entries(form="python", match=r"dict_values\((.*)\)"), "dict_values(['m1', 'm2'])"),
        (Entries(form="text", strip="[]"), "[m1, m2]"),
        (Entries(form="text", strip="[]"), '"[m1, m2]"'),
        (Entries(form="text", strip="[] \n", split=","), "[ m1,m2 ]\n"),
        (Entries(form="text", split=","), "m1,m2"),
        (Entries(form="text", split=" "), "m1  m2 "),
        (Entries(form="text", split="\n"), "m1\nm2\n"),
        (Entries(form="text", split="|"), "m1|m2|"),
        (Entries(form="text", split=":"), "m1:m2"),
        (Entries(form="text", strip=", "), "m1, m2, "),
        (Entries(form="text", at="/a"), '{"a": "m1, m2"}'),
        (Entries(form="text", match=r"^(.*) \(from logging-\d\)$"), "m1, m2 (from logging-3)"),
        (PROSE, "messages: m1, m2"),
    ],
)
def test_two_messages_are_found_in_each_form(entries: Entries, body: str) -> None:
    assert texts(entries, body) == ["m1", "m2"]


@pytest.mark.parametrize(
    ("entries", "body"),
    [
        (Entries(), "[]"),
        (Entries(at="/a"), '{"a": []}'),
        (Entries(at="/a", empty="null"), '{"a": null}'),
        (Entries(at="/a", empty="^$"), '{"a": ""}'),
        (Entries(empty="has no messages"), "This service has no messages yet."),
        (Entries(form="python"), "[]"),
        (Entries(form="python", empty="^$"), ""),
        (Entries(form="text"), ""),
        (Entries(form="text", strip="[]"), "[]"),
        (PROSE, "There are no messages"),
        (PROSE, "messages: no messages"),
        (PROSE, "messages: "),
    ],
)
def test_none_are_found_where_the_answer_says_so(entries: Entries, body: str) -> None:
    assert texts(entries, body) == []


@pytest.mark.parametrize(
    ("entries", "body", "words"),
    [
        (
            Entries(),
            "Internal Server Error",
            "there is a JSON list; there is a text. The body: 'Internal Server Error'",
        ),
        (Entries(), "", "there is a JSON list; there is a text. The body: ''"),
        (Entries(), "{}", "there is a JSON list; there is an object"),
        (Entries(), "7", "there is a JSON list; there is a number"),
        (Entries(), "null", "there is a JSON list; there is null"),
        (Entries(at="/a/b"), '{"a": []}', "there is a JSON list at /a/b; there is nothing"),
        (Entries(at="/a"), '{"a": null}', "there is a JSON list at /a; there is null"),
        (Entries(at="/a"), '{"a": "no"}', "there is a JSON list at /a; there is a text"),
        (Entries(at="/a"), "<html>", "there is a JSON list at /a; there is nothing"),
        (Entries(empty="no messages"), '{"error": "down"}', "there is a JSON list; there is an object"),
        (Entries(), '["m1", 2]', "there is a text as entry 2; there is a number"),
        (Entries(), '["m1", null]', "there is a text as entry 2; there is null"),
        (Entries(), '["m1", true]', "there is a text as entry 2; there is true or false"),
        (Entries(text="/msg"), '[{"text": "m1"}]', "there is a text as entry 1 at /msg; there is nothing"),
        (Entries(text="/msg", id="/id"), '[{"msg": "m1"}]', "there is a text as entry 1 at /id; there is nothing"),
        (Entries(form="python"), "[m1, m2]", "there is a list as Python prints it; there is a text"),
        (Entries(form="python"), "[b'm1']", "there is a text as entry 1; there is something else"),
        (Entries(form="python"), "__import__('os').getcwd()", "there is a list as Python prints it; there is a text"),
        (Entries(form="python"), "{'m1', 'm2'}", "there is a list as Python prints it; there is something else"),
        (Entries(form="python", at="/a"), '{"a": {}}', "there is a list as Python prints it at /a; there is an object"),
        (Entries(form="text", at="/a"), '{"a": ["m1"]}', "there is a text at /a; there is a list"),
        (
            Entries(match="logging: (.*);"),
            "logging: down",
            "there is something that matches 'logging: (.*);'; there is nothing",
        ),
        (
            Entries(match="logging: (.*);"),
            "logging: down;",
            "there is a JSON list in what matches 'logging: (.*);'; there is a text",
        ),
        (Entries(at="/a", match="(.*)"), '{"a": ["m1"]}', "there is a text at /a; there is a list"),
        (Entries(source="/from"), "[]", None),
        (
            Entries(at="/a", source="/from"),
            '{"a": [], "from": 7}',
            "the name of an instance at /from; there is a number",
        ),
    ],
)
def test_an_answer_that_is_something_else_is_told_and_never_empty(
    entries: Entries, body: str, words: str | None
) -> None:
    if words is None:
        assert part_of(entries, Body(body), "x").source is None
        return
    with pytest.raises(UnreadableAnswerError) as told:
        part_of(entries, Body(body), "get.logging")
    assert str(told.value).startswith("unreadable answer: [get.logging] says that there is ")
    assert words in str(told.value)


def test_of_a_long_body_the_error_shows_the_beginning() -> None:
    with pytest.raises(UnreadableAnswerError) as told:
        part_of(Entries(), Body("x" * 100_000), "get.logging")
    assert str(told.value).endswith(f"The body: '{'x' * 200}...'")


def test_an_entry_has_the_id_that_the_file_points_to() -> None:
    body = Body('{"from": "logging-1", "messages": [{"id": "a", "msg": "m1"}]}')
    part = part_of(Entries(at="/messages", text="/msg", id="/id", source="/from"), body, "x")
    assert part == ("logging-1", [Shown("m1", "a")])
    assert part_of(Entries(id=""), Body('["a"]'), "x") == (None, [Shown(None, "a")])


def test_who_is_not_named_is_nobody() -> None:
    for body in ('{"from": null, "a": []}', '{"a": []}'):
        assert part_of(Entries(at="/a", source="/from"), Body(body), "x").source is None


@pytest.mark.parametrize(
    ("entries", "answer"),
    [
        (Entries(), json.dumps),
        (Entries(), lambda said: json.dumps(json.dumps(said))),
        (Entries(at="/a"), lambda said: json.dumps({"a": json.dumps(said)})),
        (Entries(form="python"), repr),
        (Entries(form="python"), lambda said: json.dumps(repr(said))),
        (Entries(text="/msg"), lambda said: json.dumps([{"msg": each} for each in said])),
    ],
)
@given(TEXTS)
def test_any_texts_come_out_of_a_list_as_they_went_in(
    entries: Entries, answer: Callable[[Sequence[str]], str], said: Sequence[str]
) -> None:
    assert texts(entries, answer(said)) == said


@pytest.mark.parametrize("split", [", ", ",", " ", "\n", "|", ":"])
@given(WORDS)
def test_words_come_out_of_a_text_as_they_went_in(split: str, said: Sequence[str]) -> None:
    assert texts(Entries(form="text", split=split, strip="[]"), f"[{split.join(said)}]") == said


@given(st.text(), st.sampled_from(["json", "python", "text"]), st.sampled_from(["", "/a", "/0/a"]))
def test_whatever_is_answered_is_read_or_told_as_unreadable(body: str, form: str, at: str) -> None:
    entries = Entries(form=form, at=at, source="/from")  # type: ignore[arg-type]
    for each in (body, json.dumps(body), json.dumps({"a": body}), repr([body])):
        try:
            part_of(entries, Body(each), "x")
        except UnreadableAnswerError as error:
            assert "unreadable answer" in str(error)  # noqa: PT017
