"""Between which two places a text was altered: who showed it as posted, and who showed another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.messages.checkers.reads import Read
from harness.messages.forensics.case import Case, Ending
from harness.messages.forensics.facts import named


def ending(case: Case) -> Ending:
    """Between which two places a text was altered."""
    logging, messages = (_wrong(case, role) for role in ("logging", "messages"))
    if logging and messages:
        return _everywhere(case, logging[0], messages[0])
    if logging:
        return _on_the_way(case, logging, _in_the_map(case), "logging", "the map")
    if messages:
        return _on_the_way(case, messages, _in_the_queue(case), "messages", "the queue")
    return Ending("")


def two_texts(case: Case) -> Ending:
    """Who let an id have two texts: all that took the second post."""
    posts = [post for post in case.posts if post.outcome == "ok"]
    took = named(dict.fromkeys(str(post.value.get("logged_by")) for post in posts[1:]))
    return Ending("acknowledged again with another text", f", logged by {took}")


def _everywhere(case: Case, logging: Read, messages: Read) -> Ending:
    if _shown(case, logging) != _shown(case, messages):
        return Ending("altered in logging and in messages, each in its own way")
    known = _in_the_queue(case)
    queue = "" if known is None else ", in the queue too" if not known else ", but not in the queue"
    return Ending("wrong in logging and in messages alike", f"{queue}: altered before logging had it")


def _on_the_way(case: Case, wrong: Sequence[Read], right_there: bool | None, role: str, source: str) -> Ending:
    """Of a text that only one role showed wrongly.

    Args:
        case: the message.
        wrong: the answers that had it wrong.
        right_there: whether what the role reads from has it as it was posted; None if nobody looked.
        role: logging or messages.
        source: what the role reads from.
    """
    other = "messages" if role == "logging" else "logging"
    beside = f"right in {other}, " if _right(case, other) else ""
    who = named(sorted({str(read.instance) for read in wrong}))
    if all(read.operation.f == "get" for read in wrong) and any(r.operation.f != "get" for r in _right(case, role)):
        return Ending(f"right when {role} is read directly, and wrong in GETs", ": altered by the facade that answers")
    if right_there is True:
        return Ending(f"{beside}as posted in {source}, and wrong in what {role} shows", f": altered by {who}")
    if right_there is False:
        return Ending(f"{beside}altered already in {source}", f", between the facade and {source}")
    return Ending(f"{beside}wrong in what {role} shows", f": altered between the facade and {who}")


def _looks(case: Case, role: str) -> Iterator[tuple[Read, bool]]:
    """The answers of a role that showed it, and whether with the text that was first posted."""
    for read, shows in case.reads(role, due=False):
        if shows:
            yield read, case.id in read.entries


def _wrong(case: Case, role: str) -> Sequence[Read]:
    return [read for read, right in _looks(case, role) if not right]


def _right(case: Case, role: str) -> Sequence[Read]:
    return [read for read, right in _looks(case, role) if right]


def _shown(case: Case, read: Read) -> object:
    return next(entry[1] for entry in read.entries if not isinstance(entry, str) and entry[0] == case.id)


def _in_the_map(case: Case) -> bool | None:
    entry = (case.facts.evidence.get("map") or {}).get(case.id)
    return "text" not in entry if entry and entry.get("there") else None


def _in_the_queue(case: Case) -> bool | None:
    """Whether the brokers have the text as it was posted; None if nobody has it, or nobody was asked."""
    places = [at for held in case.facts.brokers.values() if held for at in held.get(case.id, ())]
    return all(len(at) == 2 for at in places) if places else None
