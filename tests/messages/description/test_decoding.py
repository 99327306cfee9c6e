"""A file that describes a system is decoded, or refused with all that is wrong in it, each with its line."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from harness.decoding.walking import hints_of, walk
from harness.errors import BadInputError
from harness.given.tables import Doing, RunningMembers
from harness.messages.description.decoding import decode, decode_text
from harness.messages.description.model import Accepted, Denied, Description, Direct, Entries, Ready
from tests.messages.description.example import DATA, FULL, IMAGES, RUNNING, changed, checkout, line, refused


def test_a_file_in_which_every_key_is_used_is_decoded(tmp_path: Path) -> None:
    path = checkout(tmp_path)
    path.write_text(FULL)
    described = decode(path)
    assert described.services["facade"].ready == Ready(path="/health", status=204, within_s=90)
    assert described.services["logging"].port == (8001, 8002)
    assert described.services["logging"].environment["MEMBERS"] == "${members}"
    assert described.post.accepted == Accepted(
        status=(200,), json={"/status": "ok", "/code": 0, "/stored": True}, unless="Error occurred"
    )
    assert described.post.denied == (Denied(status=(400, 422)), Denied(json={"/stage": "queue"}, what="queued"))
    assert described.read.logging == Direct(path="/all", entries=Entries(at="/0"))
    assert described == msgspec.convert(DATA, Description)


def test_the_full_file_that_of_images_and_that_of_what_runs_use_every_key() -> None:
    used = {
        (hint, key) for data in (DATA, IMAGES, tomllib.loads(RUNNING)) for hint, value in _tables(data) for key in value
    }
    # How nodes are broken is said of services.
    used |= {(RunningMembers, key) for key in hints_of(Doing)}
    kinds = {hint for hint, _ in used}
    assert {(kind, key) for kind in kinds for key in hints_of(kind)} == used
    assert len(kinds) == 18


def _tables(data: dict[str, Any]) -> list[tuple[Any, dict[str, Any]]]:
    found = []
    for keys, (hint, _) in walk(Description, data).fitting.items():
        value: Any = data
        for key in keys:
            value = value[key]
        if isinstance(hint, type) and issubclass(hint, msgspec.Struct):
            found.append((hint, value))
    return found


def test_of_many_problems_each_is_told_in_the_order_of_the_file(tmp_path: Path) -> None:
    text = changed('body = "form"', 'body = "fom"').replace("port = 8000", "prot = 8000").replace("= 50.5", '= "50"')
    text = text.replace("status = [400, 422]", "status = [400, 4220]").replace("text_bytes = 64", "text_bytes = 6")
    assert refused(text, checkout(tmp_path)) == [
        f"{line('port = 8000')}: services.facade.prot: there is no such key; did you mean port? (there are command, "
        "port, folder, dockerfile, context, image, compose, count, names, environment, ready, stop_timeout_s, restart, "
        "running)",
        f"{line('body =')}: post.body: expected one of json, json-string, form, query, text, found 'fom'; did you mean "
        "form?",
        f"{line('timeout_s = 50.5')}: post.timeout_s: expected a number above 0, at most 3600, found '50'",
        f"{line('status = [400')}: post.denied[0].status[1]: expected a whole number from 100 to 599, found 4220",
        f"{line('text_bytes')}: promises.text_bytes: expected a whole number from 32 on, found 6",
    ]


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("port = 8500", "port = true", "services.config.port: expected a whole number from 1 to 65535, or a list, "),
        ("port = 8500", "port = 85000", "services.config.port: expected a whole number from 1 to 65535, or a list, "),
        ("port = [8001, 8002]", "port = [8001, 0]", "services.logging.port[1]: expected a whole number from 1 to "),
        ('command = ["python", "config.py"]', "command = []", "services.config.command: expected a list of at least "),
        (
            'command = ["python", "config.py"]',
            'command = "sh"',
            "services.config.command: expected a list of at least ",
        ),
        ('name = "shop"', 'name = ""', "name: expected a text that is not empty, found ''"),
        ('at = "/logging"', 'at = "logging"', "get.logging.at: expected a JSON pointer: empty, or "),
        ('"/code" = 0', '"code" = 0', "post.accepted.json.code: its name: expected a JSON pointer: empty, or "),
        ('"/code" = 0', '"/code" = 0.5', 'post.accepted.json."/code": expected a text, or a whole number, or true or '),
        ('"log-1", "log-2"]', '"log-1", "log 2"]', "services.logging.names[1]: expected a host name: letters, "),
        (
            "status = 204",
            "status = 2024-01-01",
            "services.facade.ready.status: expected a whole number from 100 to 599",
        ),
        ("order = false", 'order = "no"', "promises.order: expected true or false, found 'no'"),
        (
            'path = "/own"',
            'path = "own"',
            "read.logged.path: expected a path that begins with \"/\", without spaces, found 'own'",
        ),
        (
            'path = "/own"',
            "path = {}",
            'read.logged.path: expected a path that begins with "/", without spaces, found a table',
        ),
        ('path = "/own"', "", "read.logged: the key path is missing: the path of the GET"),
        ("timeout_s = 20", "timeout_s = inf", "get.timeout_s: expected a number above 0, at most 3600, found inf"),
        ("[services.config]", "[services.konfig]", "services.konfig: there is no such key; did you mean config? ("),
        (
            'logged_by = "/by"',
            'loged_by = "/by"',
            "post.answer.loged_by: there is no such key; did you mean logged_by?",
        ),
        (
            'path = "/own"',
            'path = "/own\\n"',
            'read.logged.path: expected a path that begins with "/", without spaces, ',
        ),
        ('folder = "facade"', 'folder = "a\\u0000"', "services.facade.folder: expected the path of a file or folder"),
        ('CONFIG = "', 'CONFIG = "\\u0000', "services.facade.environment.CONFIG: expected a text, with references "),
        ('Idempotency-Key = "', '"a b" = "', 'post.headers."a b": its name: expected the name of a header, without '),
        ('Idempotency-Key = "', 'A = "ä', "post.headers.A: expected a text of ASCII in one line, with ${id} and "),
        (
            'strip = "[]"',
            'path = "/"',
            "get.logging.path: there is no such key; it is one of [get]: put it above [get.logging]",
        ),
        (
            "[settings]",
            'checkout = "."\n[settings]',
            "promises.checkout: there is no such key; it is one of the file itself: put it above [promises]",
        ),
        (
            "status = [400, 422]",
            "status = [400, 422]\njson = [{}]",
            "post.denied[0].json: expected a table, each value ",
        ),
        ("[promises]\n", "[[promises]]\n", "promises: expected a table, found a list of 1"),
    ],
)
def test_a_wrong_value_is_told_with_what_was_expected(tmp_path: Path, old: str, new: str, problem: str) -> None:
    (told, *others) = refused(changed(old, new), checkout(tmp_path))
    assert told.partition(": ")[2].startswith(problem)
    assert not others


#: Each line of the full file that begins with a key of a table whose keys are known.
KEYS = [
    (number, found[1])
    for number, text in enumerate(FULL.splitlines(), 1)
    if (found := re.match(r"([a-z_]+)\b[^=]*=", text)) and found[1] != "environment"
]


def misspelt(name: str) -> st.SearchStrategy[str]:
    """A name in which one letter is missing, doubled, another, or changed places with the next."""
    places = st.integers(0, len(name) - 1)
    return places.flatmap(
        lambda i: st.sampled_from(
            [
                name[:i] + name[i + 1 :],
                name[: i + 1] + name[i:],
                f"{name[:i]}x{name[i + 1 :]}",
                name[:i] + name[i : i + 2][::-1] + name[i + 2 :],
                name.upper(),
            ]
        )
    )


@given(st.data())
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_misspelt_key_is_refused_with_its_line_and_its_right_name(tmp_path: Path, data: st.DataObject) -> None:
    number, name = data.draw(st.sampled_from(KEYS))
    wrong = data.draw(misspelt(name))
    assume(wrong and wrong != name)
    assume(all(wrong not in hints_of(kind) for kind, _ in _tables(DATA)))
    lines = FULL.splitlines()
    lines[number - 1] = wrong + lines[number - 1].removeprefix(name)
    (told, *others) = sorted(
        refused("\n".join(lines), checkout(tmp_path)), key=lambda line: "there is no such key" not in line
    )
    assert re.match(rf"{number}: (\S+\.)?{wrong}: there is no such key", told)
    assert re.search(rf"\b{name}\b", told.partition("there is no such key")[2])
    # What is like no key may leave a gap that is told as well; one that was recognized is one problem.
    assert not others or "did you mean" not in told


#: What a file may hold anywhere.
VALUES = st.sampled_from(
    [0, 1, -1, 70000, 0.5, True, "", "x", "/x", "json", [], [1], ["x"], {}, {"x": 1}, {"path": "/"}]
)


@given(st.data())
def test_the_walk_finds_something_just_where_msgspec_refuses(data: st.DataObject) -> None:
    whole = msgspec.json.decode(msgspec.json.encode(DATA))
    inner = whole
    while isinstance(inner, dict | list) and inner:
        key = data.draw(st.sampled_from(list(inner) if isinstance(inner, dict) else range(len(inner))))
        if not isinstance(inner[key], dict | list) or data.draw(st.booleans()):
            inner[key] = data.draw(VALUES)
            break
        inner = inner[key]
    walked = walk(Description, whole)
    try:
        described = msgspec.convert(whole, Description)
    except msgspec.ValidationError:
        assert walked.problems
    else:
        assert not walked.problems
        assert walked.at() == described


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (
            "name = shop",
            "1: not TOML: Invalid value (column 8); a text stands in quotes; true and false are written small",
        ),
        ("a = 1\na = 2\n", "2: not TOML: Cannot overwrite a value (column 6); the key is there twice, or is a table "),
        ("[a]\n[a]\n", "2: not TOML: Cannot declare ('a',) twice (column 3); the table is there twice"),
        ("a = 1\nb = [1,\n", "3: not TOML: Invalid value"),
    ],
)
def test_what_is_not_toml_is_told_with_its_line(tmp_path: Path, text: str, told: str) -> None:
    (only,) = refused(text, tmp_path / "system.toml")
    assert only.startswith(told)


def test_deep_nesting_and_numbers_of_any_length_are_bad_input(tmp_path: Path) -> None:
    for text in ("a = " + "[" * 10_000, f"a = {'1' * 10_000}"):
        with pytest.raises(BadInputError, match=r"^[^\n]*system\.toml:[^\n]*$"):
            decode_text(text, tmp_path / "system.toml")


def test_a_file_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"^\S*/no\.toml: there is no such file$"):
        decode(tmp_path / "no.toml")


def test_a_folder_is_no_file(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r": is a folder; name the file in it, such as \S*/system\.toml$"):
        decode(tmp_path)


def test_what_is_not_utf_8_is_told_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "system.toml").write_bytes('name = "x"\nb = "ä"'.encode("latin-1"))
    with pytest.raises(BadInputError, match=r"system\.toml:2: not UTF-8, which TOML has to be; save it as that$"):
        decode(tmp_path / "system.toml")


def test_a_byte_order_mark_is_no_problem(tmp_path: Path) -> None:
    path = checkout(tmp_path)
    path.write_text(FULL, encoding="utf-8-sig")
    assert decode(path).name == "shop"


def test_a_table_where_there_may_be_several_is_told_how_its_heading_is_written(tmp_path: Path) -> None:
    text = re.sub(r"\n\[\[post\.denied\]\]\nwhat(.|\n)*?(?=\n\[post\.answer)", "", FULL).replace(
        "[[post.denied]]", "[post.denied]"
    )
    (told,) = refused(text, checkout(tmp_path))
    assert told.endswith("post.denied: expected a list of tables, each with a heading in two brackets, found a table")
