"""Makes the request that posts a message, as a file describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from harness.messages.description import model

_ID, _TEXT = "${id}", "${text}"


@dataclass(frozen=True)
class Request:
    """What has to be sent.

    Attributes:
        method: of the request.
        path: to send it to, with its query.
        arguments: the rest, by the names under which httpx takes it.
    """

    method: str
    path: str
    arguments: Mapping[str, Any]


def request_of(post: model.Post, id_: str, text: str) -> Request:
    """The request that posts a text under an id."""
    headers = {name: value.replace(_ID, id_) for name, value in post.headers.items()}
    # The id first: a text may hold the word for it.
    path = post.path.replace(_ID, quote(id_, safe="")).replace(_TEXT, quote(text, safe=""))
    if post.body == "query":
        # In place of httpx' params, which would drop those that the path has.
        path += ("&" if "?" in path else "?") + urlencode({post.key: text})
    body, kind = _body(post, text)
    if kind and not any(name.lower() == "content-type" for name in headers):
        headers["Content-Type"] = kind
    return Request(post.method, path, {**body, "headers": headers})


def sends_ids(post: model.Post) -> bool:
    """Whether a request has the message's id somewhere."""
    return any(_ID in place for place in (post.path, *post.headers.values()))


def _body(post: model.Post, text: str) -> tuple[Mapping[str, Any], str]:
    """The body in its form, and the kind of content that this is where httpx does not say it by itself."""
    match post.body:
        case "json":
            return {"json": {post.key: text}}, ""
        case "json-string":
            return {"content": json.dumps(text).encode()}, "application/json"
        case "form":
            return {"data": {post.key: text}}, ""
        case "text":
            return {"content": text.encode()}, "text/plain; charset=utf-8"
        case "query":
            return {}, ""
