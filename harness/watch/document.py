"""The page as one document: its style and scripts are in it, so that it can't come half.

Chromium gives up every request that is about to connect when an address or interface of the machine changes
(`net::ERR_NETWORK_CHANGED`, also towards 127.0.0.1), and each container that starts or dies changes one. A page whose
script did not come would say "connecting" until somebody reloads it.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

_PAGE = Path(__file__).parent / "page"


@dataclass(frozen=True)
class Document:
    """The page with all that belongs to it.

    Attributes:
        html: its text.
        policy: the Content-Security-Policy that lets in what is in it and no other script or style.
    """

    html: str
    policy: str


def document() -> Document:
    """The page, from its files."""
    html = (_PAGE / "index.html").read_text()
    html, styles = _taken_in(html, "style", re.compile(r'<link rel="stylesheet" href="([\w.]+)">'))
    html, scripts = _taken_in(html, "script", re.compile(r'<script src="([\w.]+)"></script>'))
    policy = (
        f"default-src 'none'; script-src {scripts}; style-src {styles}; connect-src 'self'; "
        "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    return Document(html, policy)


def _taken_in(html: str, tag: str, reference: re.Pattern[str]) -> tuple[str, str]:
    """The page with the files that it refers to in their places, and their hashes as a policy names them."""
    texts = {name: (_PAGE / name).read_text() for name in reference.findall(html)}
    hashes = " ".join(map(_hash, texts.values()))
    return reference.sub(lambda match: f"<{tag}>{texts[match[1]]}</{tag}>", html), hashes


def _hash(text: str) -> str:
    """The hash of a text as a policy names it (Content Security Policy Level 3, hash-source)."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
