"""Targets choose by what the servers say, as numbers where numbers are meant."""

import ipaddress

from harness.backends.loopback import FIRST_HOST


def test_the_first_three_addresses_sort_differently_as_text() -> None:
    addresses = [f"127.77.1.{FIRST_HOST + i}" for i in range(3)]
    assert min(addresses) != min(addresses, key=ipaddress.ip_address)
