"""What messages say: hard texts and long ones come back as they were posted, and an id stands for one text only."""

import pytest

from harness import Kill, Nemesis, node
from harness.messages import MessageSystem, assert_delivered_and_aggregated, messages
from harness.messages.needs import HARD_TEXTS, IDS
from harness.messages.services import LONGEST_BYTES
from harness.messages.texts import of_bytes

pytestmark = [
    pytest.mark.faulttolerance,
    pytest.mark.guarantee("every message comes back as it was posted"),
    pytest.mark.system(messages()),
]
QUEUES = [pytest.param(kind, marks=pytest.mark.system(messages(kind))) for kind in ("kafka", "hazelcast")]


@pytest.mark.parametrize("kind", QUEUES)
@pytest.mark.needs(HARD_TEXTS)
def test_hard_and_long_texts_come_back_as_they_were_posted(system: MessageSystem, kind: str) -> None:
    """Nothing is broken: a hundred texts in several scripts, with emoji, quotes, line ends, JSON, NUL, equal ones and
    such that begin alike; then texts of one and a hundred kilobytes and of the most that is taken, once of NUL alone.
    Each comes back under its id to the last character, from logging, from a messages instance, and in every GET.
    """
    posted = system.post(100)
    posted += system.post_texts([of_bytes(1024), of_bytes(100 * 1024), of_bytes(LONGEST_BYTES), "\0" * LONGEST_BYTES])

    assert not posted.refusals, posted.refused
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.parametrize("kind", QUEUES)
@pytest.mark.needs(HARD_TEXTS)
def test_a_text_that_is_too_long_is_refused_and_nobody_has_it(system: MessageSystem, kind: str) -> None:
    """A text of one byte more than is taken is refused with a clear 413. No half of the work is done: neither logging
    nor the queue has it. The longest that is taken, before and after it, is kept.
    """
    before = system.post_texts([of_bytes(LONGEST_BYTES)])
    too_long = system.post_texts([of_bytes(LONGEST_BYTES + 1)])
    after = system.post_texts([of_bytes(LONGEST_BYTES)])

    assert [refusal[:3] for refusal in too_long.refusals] == ["413"], "the text that is too long was taken"
    system.drain(before + after)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param("kafka", marks=[pytest.mark.quick, pytest.mark.system(messages("kafka"))]),
        pytest.param("hazelcast", marks=pytest.mark.system(messages("hazelcast"))),
    ],
)
@pytest.mark.needs(IDS)
def test_the_same_id_with_another_text_is_refused_and_nobody_has_it(
    system: MessageSystem, faults: Nemesis, kind: str
) -> None:
    """Messages are posted again under their ids with another text; and once more when the facade, and with it what it
    remembers, has died. Each is refused with a clear 409, and the text that was acknowledged stays.
    """
    posted = system.post(10)
    again = system.post_again(posted, "another text")
    faults.inject(Kill(), node("facade")).undo()
    once_more = system.post_again(posted, "another text")

    refused = [refusal.startswith("409") for refusal in again.refusals + once_more.refusals]
    assert refused == [True] * 20, f"not each was refused: {again.refusals + once_more.refusals}"
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(kind, marks=pytest.mark.system(messages(kind, work_s={"facade": "0.5"})))
        for kind in ("kafka", "hazelcast")
    ],
)
@pytest.mark.needs(IDS)
def test_of_two_texts_at_once_under_one_id_one_is_taken_and_the_other_refused(system: MessageSystem, kind: str) -> None:
    """Two clients post at once, each with a text of its own, under one id; twenty times. One of both is acknowledged,
    whichever it is, and the other refused with a clear 409. Nobody has both texts, and nobody the one that was refused.
    """
    posted = system.post_twice(20, "another text")

    assert [refusal[:3] for refusal in posted.refusals] == ["409"] * 20, (
        f"not one of both was refused: {posted.refusals}"
    )
    assert len(posted.ids) == len(posted.acknowledged) == 20
    system.drain(posted)
    system.read()
    assert_delivered_and_aggregated(system.history)
