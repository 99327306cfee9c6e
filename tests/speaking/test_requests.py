"""The request that posts a message, as httpx sends it."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from harness.messages.description.model import Post
from harness.messages.speaking.requests import request_of, sends_ids

TEXT = 'a, "b" & ${id} 世'
ENCODED = "a%2C+%22b%22+%26+%24%7Bid%7D+%E4%B8%96"


def sent(post: Post, text: str = TEXT) -> httpx.Request:
    request = request_of(post, "m-000001-0123abcd", text)
    return httpx.Request(request.method, f"http://facade{request.path}", **request.arguments)


@pytest.mark.parametrize(
    ("body", "content", "kind"),
    [
        ("json", '{"msg":"a, \\"b\\" & ${id} 世"}', "application/json"),
        ("json-string", '"a, \\"b\\" & ${id} \\u4e16"', "application/json"),
        ("form", f"msg={ENCODED}", "application/x-www-form-urlencoded"),
        ("text", TEXT, "text/plain; charset=utf-8"),
        ("query", "", None),
    ],
)
def test_a_text_is_sent_in_its_form(body: Any, content: str, kind: str | None) -> None:
    request = sent(Post(path="/messages", body=body))
    assert (request.content.decode(), request.headers.get("Content-Type")) == (content, kind)
    assert (request.method, request.url.path) == ("POST", "/messages")
    assert dict(request.url.params) == ({"msg": TEXT} if body == "query" else {})


def test_the_text_has_the_key_of_the_file() -> None:
    assert sent(Post(path="/", key="txt"), "x").content == b'{"txt":"x"}'
    assert sent(Post(path="/", key="txt", body="form"), "x").content == b"txt=x"
    assert sent(Post(path="/", key="txt", body="query"), "x").url.query == b"txt=x"


def test_a_parameter_leaves_those_of_the_path() -> None:
    assert dict(sent(Post(path="/add?to=all", body="query", method="GET"), "x").url.params) == {"to": "all", "msg": "x"}


def test_the_id_goes_where_the_file_says() -> None:
    put = Post(path="/messages/${id}", method="PUT", body="text", headers={"X-Id": "<${id}>", "content-type": "a/b"})
    request = sent(put)
    assert (request.method, request.url.path) == ("PUT", "/messages/m-000001-0123abcd")
    assert (request.headers["X-Id"], request.headers.get_list("Content-Type")) == ("<m-000001-0123abcd>", ["a/b"])
    assert request.content.decode() == TEXT, "it is the text as it is"


def test_a_text_in_the_path_stays_one_step_of_it() -> None:
    request = sent(Post(path="/add/${text}/now", body="text"), "a/b?c ${id}")
    assert request.url.raw_path == b"/add/a%2Fb%3Fc%20%24%7Bid%7D/now"


@pytest.mark.parametrize(
    ("post", "does"),
    [
        (Post(path="/", headers={"Key": "${id}"}), True),
        (Post(path="/${id}"), True),
        (Post(path="/", headers={"Key": "id"}), False),
    ],
)
def test_it_is_known_whether_the_id_is_sent(post: Post, does: bool) -> None:
    assert sends_ids(post) is does
