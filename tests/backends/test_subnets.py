"""Subnets for deployments: each has one at a time, and its nodes have fixed addresses in it."""

import sys
from ipaddress import IPv4Network

import pytest

from harness.backends import subnets
from harness.backends.host_networks import host_networks
from harness.backends.subnets import address, candidates, leased_subnet
from harness.errors import EnvironmentUnfitError

ONE, OTHER = IPv4Network("198.18.7.0/24"), IPv4Network("198.18.8.0/24")


@pytest.mark.skipif(sys.platform != "linux", reason="only there a socket has a name that is no file")
def test_a_subnet_has_one_holder_at_a_time_until_he_gives_it_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(subnets, "candidates", lambda: iter([ONE, OTHER]))
    with leased_subnet() as first, leased_subnet() as second:
        assert (first, second) == (ONE, OTHER)
        with pytest.raises(EnvironmentUnfitError, match=r"no subnet of .* is free"), leased_subnet():
            pass
    with leased_subnet() as again:
        assert again == ONE


def test_none_is_offered_that_this_host_is_on_already() -> None:
    assert not any(subnet.overlaps(other) for subnet in candidates() for other in host_networks())


def test_the_first_addresses_are_in_another_order_as_text() -> None:
    assert [address(ONE, number) for number in (0, 1)] == ["198.18.7.9", "198.18.7.10"]
