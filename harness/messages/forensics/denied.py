"""How a message came to the queue of which the facade had said that the queue surely has not got it."""

from __future__ import annotations

from harness.messages.checkers.posts import is_surely_not_queued
from harness.messages.forensics.case import Case, Ending
from harness.messages.forensics.facts import span


def ending(case: Case) -> Ending:
    """Whether the facade sent a message before it denied that the queue has it, or afterwards."""
    denials = [post for post in case.posts if is_surely_not_queued(post)]
    if not denials:
        return Ending("")
    denied = denials[-1].ended
    if case.sent is not None:
        if case.sent <= denied:
            return Ending("sent to the queue, and then denied by the facade", f", {span(denied - case.sent)} later")
        return Ending("sent to the queue after the facade had denied it", f", {span(case.sent - denied)} later")
    if taken := case.logged("taken", "consumed", by="messages"):
        side = "before" if taken[0].at <= denied else "after"
        words = f": {taken[0].service} took it {span(taken[0].at - denied)} {side} that"
        return Ending("denied by the facade, and in the queue all the same", words)
    return Ending("")
