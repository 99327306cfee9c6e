import pytest
from docker.errors import DockerException

from harness.backends.engine import can_freeze, complaining
from harness.errors import EnvironmentUnfitError


@pytest.mark.parametrize(
    ("driver", "version", "security", "can"),
    [
        ("systemd", "2", ["name=seccomp,profile=default"], True),
        ("cgroupfs", "1", ["name=apparmor"], True),
        ("systemd", "2", ["name=rootless", "name=cgroupns"], True),
        ("none", "2", ["name=seccomp", "name=rootless"], False),
        ("none", "1", ["name=rootless"], False),
        ("cgroupfs", "1", ["name=rootless"], False),
        ("cgroupfs", "1", None, True),
    ],
)
def test_an_engine_without_root_and_control_groups_is_not_said_to_pause(
    driver: str, version: str, security: list[str] | None, can: bool
) -> None:
    """What Docker and Podman tell of themselves, by `docker info`."""
    assert can_freeze({"CgroupDriver": driver, "CgroupVersion": version, "SecurityOptions": security}) == can


def asked_and_refused(reason: Exception | None = None) -> None:
    """Asks an engine that refuses, for this reason if there is one."""
    with complaining("tell"):
        raise DockerException("no such thing") from reason


def test_the_innermost_reason_of_a_refusal_is_told() -> None:
    with pytest.raises(EnvironmentUnfitError, match=r"^the Docker engine could not tell: the disk is full$"):
        asked_and_refused(ValueError("the disk is full"))


def asked_while_something_is_handled() -> None:
    """Asks it once something else has gone wrong."""
    try:
        raise ValueError("something else")
    except ValueError:
        asked_and_refused()


def test_what_went_wrong_before_is_no_reason_of_a_refusal() -> None:
    with pytest.raises(EnvironmentUnfitError, match=r"^the Docker engine could not tell: no such thing$"):
        asked_while_something_is_handled()
