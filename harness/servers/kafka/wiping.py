"""Removes what clients have made in brokers: topics, and groups, with the members that these still wait for.

A consumer that was killed stays a member of its group until its session is over, 45 s by default, and for as long the
others of a group that begins anew may be given nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from kafka.admin import KafkaAdminClient, MemberToRemove

from harness.waiting import until

_Answer = TypeVar("_Answer")
Ask = Callable[[Callable[[KafkaAdminClient], _Answer]], _Answer]
#: Those that speak the newer protocol can't be removed, and are given up after their session (KIP-848).
_TIMEOUT_S = 60.0
#: The topics that brokers make for themselves begin so.
_OWN = "__"


def wipe(ask: Ask[Sequence[str]], wanted: Callable[[str], bool] = lambda _: True) -> None:
    """Removes every topic and every group whose name is wanted.

    Raises:
        AwaitTimeoutError: one is still there after a minute.
    """
    until(
        "no topic and no group to be left in the brokers",
        lambda: ask(lambda admin: _rest(admin, wanted)),
        lambda left: not left,
        timeout_s=_TIMEOUT_S,
    )


def names(admin: KafkaAdminClient) -> Sequence[str]:
    """The names of all groups and topics."""
    return [*_groups(admin), *_topics(admin)]


def _rest(admin: KafkaAdminClient, wanted: Callable[[str], bool]) -> Sequence[str]:
    """Removes what is there, as far as that is possible now; gives what is still there then."""
    groups = list(filter(wanted, _groups(admin)))
    for name, group in (admin.describe_groups(groups) if groups else {}).items():
        if members := [MemberToRemove(member_id=member["member_id"]) for member in group["members"]]:
            admin.remove_group_members(name, members)
    if groups:
        admin.delete_groups(groups)
    if topics := list(filter(wanted, _topics(admin))):
        admin.delete_topics(topics)
    return list(filter(wanted, names(admin)))


def _groups(admin: KafkaAdminClient) -> list[str]:
    return sorted({group["group_id"] for group in admin.list_groups()})


def _topics(admin: KafkaAdminClient) -> list[str]:
    return [name for name in admin.list_topics() if not name.startswith(_OWN)]
