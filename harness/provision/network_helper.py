"""The image of the containers that cut nodes' networks: it has iptables and Python, which no node's image needs."""

from __future__ import annotations

from harness.provision.bases import Base

HELPER = Base("network-helper")
