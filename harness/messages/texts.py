"""The texts that clients post, hard by themselves and the same again from the same seed; and how a history tells one.

A system that cuts, re-encodes, trims, escapes or confuses texts gives itself away by texts that are nothing special in
any chat: other scripts, emoji, quotes, line ends, JSON in JSON, NUL, one that begins like another, two that are equal.
"""

from __future__ import annotations

import hashlib
import json
import random
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from typing import Literal, TypeAlias

#: A text in a history: itself, or of a long one its beginning, its length in characters, and its digest.
Told: TypeAlias = str | Mapping[str, object]

#: Which texts there may be: any; without line ends and control characters; or only what stands for them.
Form: TypeAlias = Literal["any", "line", "word"]

#: Longer ones, in characters, are told by their digest: a history has each text many times.
_LONG = 200
_HEAD = 80
_SHOWN = 40
_SHOWN_OF_DIGEST = 8

_SCRIPTS = (
    "Привіт, світе",
    "世界你好",
    "مرحبا بالعالم",
    "שלום עולם",
    "नमस्ते दुनिया",
    "สวัสดีชาวโลก",
    "Γειά σου Κόσμε",
    "ꦲꦏ꧀ꦱꦫ",
)
_COMBINING = ("e\u0301 beside \u00e9", "a\u0308\u0323\u0300", "\u1112\u1161\u11ab beside \ud55c", "o\u0335\u0336\u0337")
_EMOJI = (
    "\U0001f469\u200d\U0001f469\u200d\U0001f467",  # three of them and two joiners make one picture
    "\U0001f1fa\U0001f1e6",
    "\U0001f44d\U0001f3fd",
    "\U0001d518\U0001d52b\U0001d526",
    "\U00013080",
)
_QUOTES = ('"', "'", "\\", '\\\\"', "</script>", "${x}", "%s", "'; drop table messages; --", "&amp;", "%00", "`")
_LINES = ("\n", "\r\n", "\r", "\t", "\u0085", "\u2028", "\u2029", "\n\n")
_CONTROLS = ("\x00", "\x00\x00", "\x01", "\x1b[31m", "\x7f", "\ufeff", "\u202e", "\u200b", "\ufffd")
_LOOKS_LIKE = ("null", "true", "0", "007", "1e5", "NaN", "-1", "[]", "{}", " ", "")

Kind = Callable[[random.Random, str], str]


def _mixed(among: Sequence[str]) -> Kind:
    """Texts that begin with their number and go on with a few of these."""
    return lambda chance, name: " ".join((name, *chance.choices(among, k=3)))


def _in_json(chance: random.Random, name: str) -> str:
    inner = json.dumps({"id": name, "msg": chance.choice(_QUOTES)})
    return json.dumps({"id": name, "msg": inner, "messages": [inner]})


def _kilobyte(chance: random.Random, name: str) -> str:
    return of_bytes(1024, name + " " + "".join(chance.choices((*_SCRIPTS, *_EMOJI, *_QUOTES), k=8)))


def _nameless(chance: random.Random, _: str) -> str:
    return chance.choice(_LOOKS_LIKE)


def _plain(_: random.Random, name: str) -> str:
    return name


def _spaced(_: random.Random, name: str) -> str:
    return f" {name} "


_OF_LINES, _OF_CONTROLS = _mixed(_LINES), _mixed(_CONTROLS)
#: In turn, so that ten messages have one of each of the first ten; the first of them is plain.
_KINDS: Sequence[Kind] = (
    _plain,
    _mixed(_SCRIPTS),
    _mixed(_COMBINING),
    _mixed(_EMOJI),
    _mixed(_QUOTES),
    _OF_LINES,
    _in_json,
    _OF_CONTROLS,
    _kilobyte,
    _nameless,
    _spaced,
)
#: By which texts a system promises to give back, those that hold their name, so that no two of them are equal.
_NAMED: Mapping[Form, Sequence[Kind]] = {
    "any": [kind for kind in _KINDS if kind is not _nameless],
    "line": [kind for kind in _KINDS if kind not in (_nameless, _OF_LINES, _OF_CONTROLS)],
    "word": [_plain],
}
#: How far back the text is that the last two of a round have to do with: it is a plain one.
_BEGINS_LIKE, _IS_EQUAL_TO = len(_KINDS), len(_KINDS) + 1


def text(number: int, seed: int = 0) -> str:
    """The text of the message of that number, from 1: of another kind than its neighbours.

    One in a round begins like the round's first, and another one is equal to it.
    """
    place = (number - 1) % (len(_KINDS) + 2)
    if place == _BEGINS_LIKE:
        return text(number - place, seed) + "0"
    if place == _IS_EQUAL_TO:
        return text(number - place, seed)
    return _KINDS[place](random.Random(f"{seed}/{number}"), f"m-{number:06d}")


def unique_text(number: int, seed: int, name: str, form: Form) -> str:
    """A text of this form that holds a name, of another kind than its neighbours; the name alone if it is a word."""
    kinds = _NAMED[form]
    return kinds[(number - 1) % len(kinds)](random.Random(f"{seed}/{number}"), name)


def cut(message: str, most_bytes: int) -> str:
    """As much of a text, from its beginning, as so many bytes in UTF-8 hold."""
    return message.encode()[:most_bytes].decode(errors="ignore")


def of_bytes(size: int, beginning: str = "") -> str:
    """A text of exactly so many bytes in UTF-8, most of them not ASCII."""
    begun = beginning.encode()[:size].decode(errors="ignore")
    left = size - len(begun.encode())
    return begun + "é世🙂" * (left // 9) + "." * (left % 9)


def as_recorded(message: str) -> Told:
    """A text as a history has it."""
    if len(message) <= _LONG:
        return message
    return {"head": message[:_HEAD], "length": len(message), "sha256": digest(message)}


def length(of: Told) -> int:
    """The length of a told text, in characters."""
    return len(of) if isinstance(of, str) else int(str(of["length"]))


def begins(of: Told) -> str:
    """The beginning of a told text: all of a short one."""
    return of if isinstance(of, str) else str(of["head"])


def told_apart(first: Told, other: Told) -> tuple[str, str]:
    """Two told texts that are not equal, for a sentence: if they look alike, with how they go on where they differ.

    If that is behind what is told of them, or looks alike as well, with the beginnings of their digests.
    """
    pair = (first, other)
    at = next((n for n, (a, b) in enumerate(zip(begins(first), begins(other), strict=False)) if a != b), None)
    words = shown(first), shown(other)
    if words[0] == words[1] and at:
        words = _with(words, [f"from character {at + 1} on {shown(begins(each)[at:])}" for each in pair])
    if words[0] == words[1]:
        words = _with(words, [f"sha256 {digest(each)[:_SHOWN_OF_DIGEST]}" for each in pair])
    return words


def _with(words: tuple[str, str], more: Sequence[str]) -> tuple[str, str]:
    return f"{words[0]}, {more[0]}", f"{words[1]}, {more[1]}"


def digest(of: Told) -> str:
    """The digest of a told text."""
    if not isinstance(of, str):
        return str(of["sha256"])
    # An answer's JSON may have half of a character, which no encoding has.
    return hashlib.sha256(of.encode(errors="surrogatepass")).hexdigest()


def shown(of: Told) -> str:
    """A told text for a sentence: on one line, unambiguous, and not long."""
    begun = begins(of)
    plain = begun.isascii() and begun.isprintable() and begun.strip() == begun != ""
    # What would look like another text is shown in numbers: letters without a shape, and letters in parts.
    looks_like_itself = begun.isprintable() and unicodedata.is_normalized("NFC", begun)
    words = begun if plain else json.dumps(begun, ensure_ascii=not looks_like_itself)
    if len(words) <= _SHOWN and begun == of:
        return words
    return f"{words[:_SHOWN]}... ({length(of)} characters)"
