"""What the package declares is what it needs."""

import re
import tomllib
from pathlib import Path

from tests.running import ROOT


def names(requirements: list[str]) -> set[str]:
    return {found[0].lower() for line in requirements if (found := re.match(r"[A-Za-z0-9-]+", line))}


def declared() -> set[str]:
    return names(tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["dependencies"])


def test_processes_of_the_services_find_what_they_import() -> None:
    needed = names((ROOT / "services" / "requirements.in").read_text().splitlines())
    assert needed
    assert not needed - declared()


def locked(path: Path) -> dict[str, str]:
    return dict(re.findall(r"^([a-z0-9-]+)==(\S+)", path.read_text(), re.MULTILINE))


def test_services_are_of_the_same_packages_in_an_image_and_as_processes() -> None:
    in_images, here = locked(ROOT / "services" / "requirements.lock"), locked(ROOT / "requirements.lock")
    assert in_images
    assert {name: here.get(name) for name in in_images} == in_images
