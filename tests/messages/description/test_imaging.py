"""What a description says of images: what is wrong in it, and what stands in for images that can't be pulled."""

from pathlib import Path

import pytest

from harness.errors import BadInputError
from harness.messages.description.decoding import decode_text
from harness.messages.description.kinds import kinds
from harness.messages.description.own_dockerfile import begins_with, replaced
from harness.topology.kinds import OwnDockerfile
from tests.messages.description.example import refused

TEXT = """\
name = "small"
[services.facade]
START
port = 80
[post]
path = "/"
[get]
path = "/"
[images]
"python:3.12-slim" = "harness:python"
"""
DOCKERFILE = 'FROM python:3.12-slim\nCOPY . /app\nCMD ["python", "/app/server.py"]\n'


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("", "2: services.facade: nothing says how it starts: give a command, a dockerfile, an image, or compose"),
        (
            'image = "a"\ndockerfile = "Dockerfile"',
            "3: services.facade.image: stands beside dockerfile; one of them is",
        ),
        ('command = ["x"]\ncontext = "."', "4: services.facade.context: is of a dockerfile, which is not given"),
        ('image = "a"\nfolder = "."', "4: services.facade.folder: has no meaning beside image: the image says where"),
        ('dockerfile = "inner"', "3: services.facade.dockerfile: there is no file 'inner' in the checkout "),
        ('dockerfile = "../Dockerfile"', "3: services.facade.dockerfile: '../Dockerfile' is outside of the checkout"),
        ('dockerfile = "Dockerfile"\ncontext = "outer"', "4: services.facade.context: there is no folder 'outer' in"),
        ('image = "a b"', "3: services.facade.image: expected the name of an image, as python:3.12-slim, found 'a b'"),
    ],
)
def test_how_a_service_starts_is_said_once_and_completely(tmp_path: Path, start: str, told: str) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    (found,) = refused(TEXT.replace("START", start), tmp_path / "system.toml")
    assert found.startswith(told)


def test_an_image_starts_before_the_network_of_localhost_is_there(tmp_path: Path) -> None:
    (found,) = refused("localhost = true\n" + TEXT.replace("START", 'image = "a"'), tmp_path / "system.toml")
    assert found.startswith("4: services.facade.image: starts before its network is as localhost = true needs it")


def test_a_base_that_the_harness_does_not_have_is_named_with_those_that_there_are(tmp_path: Path) -> None:
    text = TEXT.replace("START", 'image = "a"').replace("harness:python", "harness:pyhton")
    (found,) = refused(text, tmp_path / "system.toml")
    assert "'harness:pyhton' is none of the harness' images; did you mean harness:python?" in found


def test_images_are_replaced_by_others_or_by_the_harness_own_bases() -> None:
    text = "ARG V=3.12\nFROM python:${V}-slim AS one\nFROM node:20\nCOPY --from=busybox:1 /bin/sh /sh\nFROM one\n"
    images = {"python:3.12-slim": "harness:python", "node:20": "mirror/node:20", "busybox:1": "mirror/busybox:1"}
    found = replaced(text, images, {})
    assert found.bases == {"HARNESS_BASE_1": "harness:python"}
    assert found.text == (
        "ARG V=3.12\nARG HARNESS_BASE_1\nFROM ${HARNESS_BASE_1} AS one\nFROM mirror/node:20\n"
        "COPY --from=mirror/busybox:1 /bin/sh /sh\nFROM one\n"
    )
    assert replaced(text, images, {"V": "3.13"}).text.splitlines()[1] == "FROM python:${V}-slim AS one"
    assert begins_with(text, {}) == ["python:3.12-slim", "node:20"]


def test_a_dockerfile_is_built_with_the_folder_that_it_is_in_and_its_base_first(tmp_path: Path) -> None:
    (tmp_path / "inner").mkdir()
    (tmp_path / "inner" / "Dockerfile").write_text(DOCKERFILE)
    description = decode_text(TEXT.replace("START", 'dockerfile = "inner/Dockerfile"'), tmp_path / "system.toml")
    found = kinds(description, tmp_path)
    assert found.checkout is None
    own = found.own["facade"][0].kind.image()
    assert isinstance(own, OwnDockerfile)
    assert [each.name for each in own.bases.values()] == ["python-base"]
    assert [path.name for path in own.folders["."].fetch(print)] == ["Dockerfile"]
    assert kinds(description, tmp_path) == found
    (tmp_path / "inner" / "more").touch()
    assert kinds(description, tmp_path) != found


def test_what_nobody_trusts_runs_by_a_command_alone(tmp_path: Path) -> None:
    description = decode_text(TEXT.replace("START", 'image = "a"'), tmp_path / "system.toml")
    with pytest.raises(BadInputError, match=r"^\[services\.facade\]: what is not trusted runs by a command alone: "):
        kinds(description, tmp_path, trusted=False)


@pytest.mark.parametrize("start", ['image = "a"', 'dockerfile = "Dockerfile"'])
def test_local_processes_have_no_images_and_say_what_to_do(tmp_path: Path, start: str) -> None:
    (tmp_path / "Dockerfile").write_text(DOCKERFILE)
    description = decode_text(TEXT.replace("START", start), tmp_path / "system.toml")
    words = rf"^\[services\.facade\] {start.split()[0]}: the service runs in an image, .*: use --backend docker"
    with pytest.raises(BadInputError, match=words):
        kinds(description, tmp_path).own["facade"][0].kind.prepare(print)
