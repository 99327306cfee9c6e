"""The page about `system.toml` and its JSON Schema are what the types say now, and what the page shows is printed."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.decoding.expected import is_table
from harness.decoding.meanings import meanings, purpose
from harness.decoding.walking import hints_of
from harness.messages.description import model
from harness.messages.description.schema import schema
from harness.reference import SCHEMA, SYSTEM_FILE, system_file
from tests.docs.checkout import followed

KINDS = [kind for kind in vars(model).values() if is_table(kind) and issubclass(kind, model.Section)][1:]


def test_the_page_is_current() -> None:
    assert SYSTEM_FILE.read_text() == system_file(), "docs/system-file.md is not what the types say: run make docs"


def test_the_schema_is_current() -> None:
    assert SCHEMA.read_text() == schema(), "docs/system.schema.json is not what the types say: run make docs"


@pytest.mark.parametrize("kind", KINDS, ids=lambda kind: kind.__name__)
def test_every_key_is_described_to_a_reader_and_to_an_editor(kind: Any) -> None:
    page, definition = SYSTEM_FILE.read_text(), json.loads(SCHEMA.read_text())["$defs"][kind.__name__]
    assert meanings(kind).keys() == hints_of(kind).keys()
    assert definition["description"] == purpose(kind)
    for key, meaning in meanings(kind).items():
        assert definition["properties"][key]["description"] == meaning
        assert f"| `{key}` |" in page
        assert f"| {meaning} |" in page


def test_an_editor_is_told_what_a_key_may_hold() -> None:
    definitions = json.loads(schema())["$defs"]
    assert definitions["Post"]["properties"]["body"]["enum"] == ["form", "json", "json-string", "query", "text"]
    assert definitions["Post"]["additionalProperties"] is False
    services = definitions["Description"]["properties"]["services"]
    assert services["required"] == ["facade"]
    assert services["propertyNames"] == {"enum": ["facade", "logging", "messages", "config"]}
    assert '"null"' not in schema()


def test_what_the_page_shows_is_printed(tmp_path: Path) -> None:
    assert followed(SYSTEM_FILE, tmp_path) == 2
