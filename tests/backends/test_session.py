from dataclasses import replace

import pytest

from harness.backends.identity import Identity
from harness.backends.session import LABEL_OWNER, LABEL_SESSION, LABEL_USER, Session

MINE = Session.of_this_process()
DEAD = replace(MINE.owner, started=MINE.owner.started - 1)


def test_a_session_is_the_same_after_its_labels_carried_it() -> None:
    assert Session.from_labels(MINE.labels()) == MINE


@pytest.mark.parametrize(
    ("label", "value"),
    [
        (LABEL_SESSION, "x/../../victim/data"),
        (LABEL_SESSION, "0123456"),
        (LABEL_SESSION, "0123456789abcdef"),
        (LABEL_SESSION, "ABCDEF01"),
        (LABEL_SESSION, "0123456*"),
        (LABEL_SESSION, "01234567\n"),
        (LABEL_OWNER, "17"),
        (LABEL_USER, ""),
        (LABEL_USER, "root"),
        (LABEL_USER, "٣"),
    ],
)
def test_labels_that_it_would_not_write_are_nobodys(label: str, value: str) -> None:
    assert Session.from_labels({**MINE.labels(), label: value}) is None


def test_the_labels_of_earlier_versions_are_nobodys() -> None:
    """They say when an owner started by a clock that may have been set since: whether it lives can't be told."""
    earlier = {"harness.host": "here", "harness.owner.pid": "4194305", "harness.owner.started": "1.00"}
    assert Session.from_labels({LABEL_SESSION: MINE.id, **earlier}) is None


def test_a_session_is_over_once_its_owner_is_gone() -> None:
    assert not MINE.is_over()
    assert replace(MINE, owner=DEAD).is_over()


@pytest.mark.parametrize(
    "other", [{"user": MINE.user + 1}, {"owner": replace(DEAD, namespace=1)}], ids=lambda other: next(iter(other))
)
def test_nothing_is_concluded_of_an_owner_that_may_only_be_hidden(other: dict[str, int | Identity]) -> None:
    elsewhere = replace(MINE, owner=DEAD)
    elsewhere = replace(elsewhere, **other)  # type: ignore[arg-type]
    assert not elsewhere.is_of_here()
    assert not elsewhere.is_over()
