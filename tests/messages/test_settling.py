"""Messages instances that never settle are told by what they have, and by what has come of what is due."""

from harness.messages.settling import Settling


def test_what_still_changes_is_told_by_instance_and_by_what_has_come() -> None:
    settling = Settling(frozenset({"id-1", "id-2"}))
    settling.look({"messages-1": ["id-1"], "messages-2": []})
    settling.look({"messages-1": ["id-1", "id-1"], "messages-2": []})
    assert settling.restless == (
        "what the messages instances have still changed 0.0 s ago: messages-1 has 2, messages-2 has 0; "
        "1 of 2 acknowledged messages have come"
    )
