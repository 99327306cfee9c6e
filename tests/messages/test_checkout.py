"""What is taken of a checkout, and when it is another one; and which packages a requirements file names."""

import os
from pathlib import Path

import pytest

from harness.errors import BadInputError, EnvironmentUnfitError
from harness.messages.description import checkout, packages


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A checkout, and a cache of its own."""
    monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))
    code = tmp_path / "code"
    texts = {"app.py": "1", "lib/a.py": "2", ".git/HEAD": "3", "lib/__pycache__/a.pyc": "4", "data/big": "5"}
    for name, text in {**texts, ".venv/bin/python": "6", "web/node_modules/x.js": "7", "web/.env": "8"}.items():
        (code / name).parent.mkdir(parents=True, exist_ok=True)
        (code / name).write_text(text)
    (code / "link").symlink_to("app.py")
    return code


def names(folder: Path) -> list[str]:
    return [str(path) for path in checkout.files(folder)]


def test_nothing_of_git_or_of_one_machine_is_taken(folder: Path) -> None:
    assert names(folder) == ["app.py", "data/big", "lib/a.py", "link", "web/.env"]


def test_what_dockerignore_names_is_not_taken(folder: Path) -> None:
    (folder / ".dockerignore").write_text("# large\ndata\n!.git\n")
    assert names(folder) == [".dockerignore", "app.py", "lib/a.py", "link", "web/.env"]


def test_a_checkout_that_is_too_large_says_what_is_large(folder: Path) -> None:
    os.truncate(folder / "data/big", 300 * 1024**2)
    words = r"has 300 MB of files, most of it in data \(300 MB\).* Name what the services don't need in .*dockerignore$"
    with pytest.raises(BadInputError, match=words):
        checkout.files(folder)


def test_there_has_to_be_a_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match=r"^checkout: there is no folder .*/nowhere; give the one with the code"):
        checkout.files(tmp_path / "nowhere")


def test_a_digest_changes_with_contents_names_and_modes_and_with_nothing_else(folder: Path) -> None:
    seen = [checkout.digest(folder)]
    (folder / ".git/HEAD").write_text("other")
    os.utime(folder / "app.py", (1, 1))
    assert checkout.digest(folder) == seen[0]
    for change in (
        lambda: (folder / "app.py").write_text("other"),
        lambda: (folder / "app.py").chmod(0o755),
        lambda: (folder / "app.py").rename(folder / "other.py"),
        lambda: (folder / "link").unlink(),
    ):
        change()
        seen.append(checkout.digest(folder))
    assert len(set(seen)) == 5


def test_a_copy_has_what_is_taken_and_is_made_once(folder: Path) -> None:
    wanted = checkout.digest(folder)
    copy = checkout.copy(folder, wanted, print)
    assert names(copy) == names(folder)
    assert not (copy / ".git").exists()
    assert (copy / "link").is_symlink()
    (folder / "app.py").write_text("changed later")
    assert checkout.copy(folder, wanted, print) == copy
    assert (copy / "app.py").read_text() == "1"


def test_a_checkout_that_changed_meanwhile_is_not_taken_for_the_one_that_was_read(folder: Path) -> None:
    wanted = checkout.digest(folder)
    (folder / "app.py").write_text("changed")
    with pytest.raises(BadInputError, match=r"have changed since the run began: start it again$"):
        checkout.copy(folder, wanted, print)


def test_requirements_are_a_file_and_those_that_it_names(folder: Path) -> None:
    (folder / "lib/requirements.txt").write_text("-r ../common.txt\nflask\n-c limits.txt\n")
    (folder / "common.txt").write_text("requests\n")
    (folder / "lib/limits.txt").write_text("flask<4\n")
    found = packages.requirements(folder, "lib/requirements.txt")
    assert sorted(found) == ["common.txt", "lib/limits.txt", "lib/requirements.txt"]


@pytest.mark.parametrize("line", ["-e .", "--editable ./lib", ".", "./lib"])
def test_what_would_be_installed_from_the_checkout_is_refused(folder: Path, line: str) -> None:
    (folder / "requirements.txt").write_text(f"flask\n{line}\n")
    with pytest.raises(BadInputError, match=r"^runtime\.python: requirements\.txt has '.*', which is installed from"):
        packages.requirements(folder, "requirements.txt")


@pytest.mark.parametrize("name", ["requirements.txt", "../outside.txt"])
def test_a_requirements_file_has_to_be_there(folder: Path, name: str) -> None:
    (folder.parent / "outside.txt").touch()
    with pytest.raises(BadInputError, match=r"^runtime\.python: there is no file .*; give a requirements file there$"):
        packages.requirements(folder, name)


@pytest.mark.process
def test_packages_that_cannot_be_had_are_named_and_no_environment_counts_as_made(folder: Path) -> None:
    files = {"requirements.txt": b"no-such-package @ file:///nowhere/no_such_package-1-py3-none-any.whl\n"}
    words = r"(?s)^the packages of requirements\.txt can't be installed for Python .* pip says:\n.*no_such_package"
    with pytest.raises(EnvironmentUnfitError, match=words):
        packages.environment(files, "requirements.txt", print)
    assert not list((folder.parent / "cache").rglob("complete"))


@pytest.mark.process
def test_an_environment_is_made_once_for_what_it_is_made_of(folder: Path) -> None:
    said: list[str] = []
    files = {"requirements.txt": b""}
    made = packages.environment(files, "requirements.txt", said.append)
    assert packages.environment(files, "requirements.txt", said.append) == made
    assert said == ["installing the packages of requirements.txt, once"]
    assert packages._key(files, "requirements.txt") != packages._key({"requirements.txt": b"\n"}, "requirements.txt")
