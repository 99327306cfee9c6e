"""What a person does by command with a system of this suite: send to it, and read from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from harness.answer import Answer
from harness.errors import EXIT_INCONCLUSIVE

if TYPE_CHECKING:
    from harness.messages.system import MessageSystem


def send(system: MessageSystem, count: int) -> Answer:
    """Posts messages, and says which instance logged how many; status 3 if none was acknowledged."""
    posted = system.post(count)
    acknowledged = len(posted.acknowledged)
    shares = ", ".join(f"{name} {n}" for name, n in sorted(posted.logged_by.items()))
    reasons = Counter(map(_reason, posted.refusals))
    nobody = "nobody knows whom" if acknowledged else "nobody"
    lines = [f"{acknowledged} of {count} acknowledged; logged by {shares or nobody}"]
    lines += [f"{n} not acknowledged: {why}" for why, n in reasons.most_common()]
    data = {"sent": count, "acknowledged": acknowledged, "logged_by": dict(posted.logged_by), "refused": dict(reasons)}
    return Answer("\n".join(lines), data, 0 if acknowledged else EXIT_INCONCLUSIVE)


def _reason(refusal: str) -> str:
    """The reason why a post was not acknowledged, without what differs from post to post where the facade said it."""
    status, _, answer = refusal.partition(": ")
    try:
        rejected = json.loads(answer)
        unknown = "it may have got through" if rejected["unknown"] else "it has not got through"
        return f"{status} by the facade, as {rejected['stage']} did not take it; {unknown}"
    except (ValueError, KeyError, TypeError):
        return refusal


def get(system: MessageSystem) -> Answer:
    """Reads the messages by one GET of the facade; status 3 if it did not succeed."""
    answer = system.clients.get()
    if answer is None:
        words = "the facade did not answer with success; harness status shows what runs"
        return Answer(words, {"error": words}, EXIT_INCONCLUSIVE)
    lines = [_held(part, shown, named=system.speech.parts[part].source is not None) for part, shown in answer.items()]
    return Answer("\n".join(lines), answer)


def _held(part: str, shown: Mapping[str, Any], *, named: bool) -> str:
    """What a part of an answer holds, and from whom if the answers say so: one from nobody is then none."""
    if named and not shown["from"]:
        return f"no {part} instance answers"
    return f"{part}: {len(shown['ids'])} messages" + (f" from {shown['from']}" if named else "")
