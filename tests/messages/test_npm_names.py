"""Of a checkout that nobody trusts npm gets packages of its registry, by a lock; anything else is refused."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from harness.errors import BadInputError
from harness.messages.description import npm_names
from harness.messages.description.node import Node

HASH = "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=="
MS: dict[str, Any] = {"version": "2.1.3", "integrity": HASH}
URL = "https://registry.example/ms/-/ms-2.1.3.tgz"


def locked(folder: Path, place: str = "node_modules/ms", **entry: Any) -> Path:
    """A lock with one package, there, of which this is said besides."""
    file = folder / "package-lock.json"
    packages = {"": {"name": "x", "dependencies": {"ms": "2.1.3"}}, place: {**MS, **entry}}
    file.write_text(json.dumps({"name": "x", "lockfileVersion": 2, "packages": packages, "dependencies": {"ms": {}}}))
    return file


@pytest.mark.parametrize(
    "entry",
    [
        {},
        {"resolved": URL},
        {"bin": {"ms": "cli.js"}, "dependencies": {"a": "^1.0.0 || 2.x", "b": "npm:@c/d@~1.2", "e": "latest", "f": ""}},
        {"integrity": None, "inBundle": True},
    ],
)
def test_packages_of_the_registry_are_kept_as_the_lock_has_them(tmp_path: Path, entry: dict[str, Any]) -> None:
    kept = json.loads(npm_names.lock(locked(tmp_path, "node_modules/@s/ms/node_modules/ms", **entry)))
    expected = {**MS, **entry}
    expected.pop("resolved", None)
    assert kept["packages"]["node_modules/@s/ms/node_modules/ms"] == expected
    assert kept["lockfileVersion"] == 3
    assert "dependencies" not in kept


@pytest.mark.parametrize(
    ("place", "entry", "said"),
    [
        ("node_modules/ms", {"resolved": "http://10.0.0.1/x.tgz"}, 'is got from "http://10.0.0.1/x.tgz"'),
        ("node_modules/ms", {"resolved": "git+ssh://git@github.com/a/b.git#1"}, "is got from"),
        ("node_modules/ms", {"resolved": "https://registry.example/ms.tgz#1"}, "is got from"),
        ("node_modules/ms", {"resolved": "file:../x"}, "is got from"),
        ("node_modules/ms", {"link": True}, "has no version of the registry"),
        ("node_modules/ms", {"version": "git+https://example.com/a"}, "has no version of the registry"),
        ("node_modules/ms", {"version": "file:x.tgz"}, "has no version of the registry"),
        ("node_modules/ms", {"integrity": None}, "has no hash (integrity)"),
        ("node_modules/ms", {"integrity": "sha1-abc"}, "has no hash (integrity)"),
        ("node_modules/ms", {"dependencies": {"a": "git://x"}}, 'node_modules/ms: dependencies: a is "git://x"'),
        ("packages/a", {}, '"packages/a" is no place in node_modules'),
        ("node_modules/../../usr", {}, "is no place in node_modules"),
        ("node_modules/..", {}, "is no place in node_modules"),
        ("../node_modules/ms", {}, "is no place in node_modules"),
    ],
)
def test_what_else_a_lock_may_name_is_refused(tmp_path: Path, place: str, entry: dict[str, Any], said: str) -> None:
    with pytest.raises(BadInputError) as refused:
        npm_names.lock(locked(tmp_path, place, **entry))
    assert said in str(refused.value)
    assert "of code that is not trusted only packages are installed that npm's registry has" in str(refused.value)


@pytest.mark.parametrize(
    "wanted",
    ["file:x", "..", "./x", "~/x", "a/b", "git+ssh://x", "https://x/y.tgz", "x.tgz", "link:x", "workspace:*", 7, None],
)
def test_a_package_json_names_versions_alone(tmp_path: Path, wanted: object) -> None:
    with pytest.raises(BadInputError, match="optionalDependencies: a is "):
        npm_names.package(tmp_path, {"optionalDependencies": {"a": wanted}})


def test_nothing_else_of_a_package_json_is_kept(tmp_path: Path) -> None:
    given = {"name": "x", "scripts": {"install": "x"}, "overrides": {}, "workspaces": ["a"], "dependencies": {"a": "1"}}
    assert npm_names.package(tmp_path, given) == {"name": "x", "dependencies": {"a": "1"}}


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"lockfileVersion": 1, "dependencies": {}}', '{"packages": []}'])
def test_a_lock_that_is_none_is_refused(tmp_path: Path, text: str) -> None:
    (tmp_path / "package-lock.json").write_text(text)
    with pytest.raises(BadInputError, match=r"package-lock\.json is no (JSON|lock of npm 7 or newer)"):
        npm_names.lock(tmp_path / "package-lock.json")


def test_without_a_lock_nothing_is_installed(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text("{}")
    with pytest.raises(BadInputError, match=r"^runtime\.node: package\.json has no lock beside it; "):
        Node(("package.json",), trusted=False).assert_there(tmp_path)


@pytest.mark.parametrize("name", ["package.json", "package-lock.json"])
def test_a_link_leads_nowhere_out_of_the_checkout(tmp_path: Path, name: str) -> None:
    code = tmp_path / "code"
    code.mkdir()
    (code / "package.json").write_text("{}")
    locked(code)
    (code / name).rename(tmp_path / name)
    (code / name).symlink_to(tmp_path / name)
    with pytest.raises(BadInputError, match=rf"^runtime\.node: {name} leads out of "):
        Node(("package.json",), trusted=False).assert_there(code)


def test_npm_runs_nothing_and_hears_nothing_of_the_checkouts_settings(tmp_path: Path) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"ms": "2.1.3"}, "scripts": {"prepare": "x"}}')
    (tmp_path / ".npmrc").write_text("script-shell=/bin/evil\n")
    locked(tmp_path)
    layers = Node(("package.json",), trusted=False).layers(tmp_path, "k")
    assert sorted(layers.files) == ["k/node/package-lock.json", "k/node/package.json"]
    assert "npm ci --no-audit --no-fund --loglevel=error --ignore-scripts" in layers.stage
    assert b"scripts" not in layers.files["k/node/package.json"]
    assert "--ignore-scripts" not in Node(("package.json",)).layers(tmp_path, "k").stage
