import pytest

from harness.backends.engine import can_freeze


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
