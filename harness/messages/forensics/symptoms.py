"""What a history shows of a system beside what checkers judge, each in a sentence with its evidence.

Some of it is the cause of what checkers find, and some breaks nothing that was promised.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.checkers.shapes import refuse_others
from harness.checkers.verdict import few
from harness.events import NEVER, Events, Operation, faults, takes
from harness.guarantees import SETTINGS
from harness.messages.checkers.posts import Posts, last
from harness.messages.checkers.reads import Read, reads
from harness.messages.forensics.endings import DIED, ENDED, SHAPES, UNCAUGHT, in_a_sentence, of_a_kind
from harness.messages.forensics.facts import span
from harness.messages.unanswered import ways
from harness.taken import Taken
from harness.telling import Symptom

_ANSWERED = re.compile(r"\d{3}: ")
_LATE, _UNREADABLE = "no answer within ", "unreadable answer: "
#: With fewer messages than these it may be chance that one of two instances gets none.
_MANY = 20


def symptoms(events: Events) -> Iterator[Symptom]:
    """What is to be said of a system.

    Raises:
        HistoryError: what was recorded of its services is malformed.
    """
    refuse_others(events, SHAPES)
    looked = _Looked(events)
    for each in (_ended, _uncaught, _began_behind, _half_stored, _errors_as_answers, _late, _one_sided):
        yield from each(looked)


@dataclass(frozen=True)
class _Looked:
    """A history, and what was seen in it in the end."""

    events: Events

    @cached_property
    def posts(self) -> Posts:
        return Posts(self.events.operations)

    @cached_property
    def reads(self) -> Sequence[Read]:
        return tuple(reads(self.events.operations))

    @cached_property
    def held(self) -> Mapping[str, Sequence[str]]:
        """The messages that each messages instance had in the end; none where nobody looked."""
        drain = last(self.events.operations, "drain")
        ends = [read for read in self.reads if drain and read.operation is drain]
        return {str(read.instance): read.ids for read in ends}

    @cached_property
    def taken(self) -> frozenset[str]:
        """The messages that messages instances had in the end."""
        return frozenset(id_ for ids in self.held.values() for id_ in ids)

    def shown_by(self, role: str) -> frozenset[str]:
        """The messages that instances of a role ever showed."""
        return frozenset(id_ for read in self.reads if read.role == role for id_ in read.ids)

    @cached_property
    def logged(self) -> frozenset[str]:
        """The messages that logging showed in the end."""
        parts = [read for read in self.reads if read.role == "logging"]
        final = [read for read in parts if read.operation is parts[-1].operation]
        return frozenset(id_ for read in final for id_ in read.ids)

    @property
    def refused(self) -> Mapping[str, str]:
        """By id what came back in place of an acknowledgement, and told nothing of what became of the message."""
        open_ones = ((id_, post.completion) for id_, post in self.posts.by_id.items() if post.outcome == "info")
        return {id_: str(completion.error) for id_, completion in open_ones if completion}

    def ended(self, role: str) -> bool:
        """Whether a fault took the process of an instance of that role, by who answered for it, or one ended itself."""
        names = {read.instance for read in self.reads if read.role == role}
        done = (fault for fault in faults(self.events) if Taken.PROCESS in takes(fault))
        by_itself = (event.value["node"] for event in of_a_kind(self.events, ENDED))
        return any(names.intersection(fault.value["nodes"]) for fault in done) or not names.isdisjoint(by_itself)


def _ended(looked: _Looked) -> Iterator[Symptom]:
    for name in dict.fromkeys(event.value["node"] for event in of_a_kind(looked.events, ENDED)):
        yield Symptom(DIED, in_a_sentence(name, looked.events))


def _uncaught(looked: _Looked) -> Iterator[Symptom]:
    told = [each for event in of_a_kind(looked.events, UNCAUGHT) for each in event.value]
    acknowledged = len(looked.posts.acknowledged)
    for each in told:
        name = each["node"]
        said = f"thread {each['thread']} of {name} ended of an uncaught exception, {each['error']}; the service went on"
        if each["role"] == "messages" and name in looked.held:
            has = len(looked.held[name])
            yield Symptom(
                "consumer died",
                f"{said}, and answered to the end with the {has} messages that it had, of {acknowledged} acknowledged",
            )
        else:
            yield Symptom("thread died", said)


def _began_behind(looked: _Looked) -> Iterator[Symptom]:
    """That the first messages of all were never shown, and those that came later were."""
    lost = [post for id_, post in looked.posts.acknowledged.items() if id_ not in looked.taken]
    if not lost or not looked.held or looked.ended("messages"):
        return
    if not looked.shown_by("messages").isdisjoint(post.value["id"] for post in lost):
        return
    came = [looked.posts.by_id[id_].began for id_ in looked.taken if id_ in looked.posts.by_id]
    started = [event.time for event in looked.events if event.f == SETTINGS][1:]
    begin, what = min(came, default=NEVER), "the first that came"
    if not came and started:
        begin, what = started[0], "the consumers had started"
    if begin < NEVER and all(post.ended < begin for post in lost):
        yield Symptom(
            "begins behind messages",
            f"each of the {len(lost)} messages that were lost was acknowledged before {what}, and none after that was "
            f"lost, as where consumers without an offset begin at the end of the topic (auto.offset.reset=latest)",
        )


def _half_stored(looked: _Looked) -> Iterator[Symptom]:
    refused = {id_: error for id_, error in looked.refused.items() if _ANSWERED.match(error)}
    logged, taken = looked.shown_by("logging") & refused.keys(), looked.shown_by("messages") & refused.keys()
    where = [
        (logged - taken, "is in logging, and no messages instance ever showed it" if looked.held else "is in logging"),
        (taken - logged, "came to a messages instance, and logging never showed it"),
    ]
    for ids, what in where:
        if ids:
            yield Symptom(
                "half stored",
                f"of {len(refused)} posts that were refused, the message of {len(ids)} {what}: {few(sorted(ids))}; "
                f"{ways(refused[id_] for id_ in ids)}",
            )


def _errors_as_answers(looked: _Looked) -> Iterator[Symptom]:
    gets = [o for o in looked.events.operations if o.f == "get" and o.completion]
    wrong = [str(o.completion.error) for o in gets if o.completion and str(o.completion.error).startswith(_UNREADABLE)]
    if wrong:
        said = f"{len(wrong)} of {len(gets)} GETs were answered with success, and with no messages: {ways(wrong)}"
        none = "; not one showed messages: compare [get] of the file with that"
        yield Symptom("error as an answer", said + ("" if any(o.outcome == "ok" for o in gets) else none))


def _late(looked: _Looked) -> Iterator[Symptom]:
    late = [id_ for id_, error in looked.refused.items() if error.startswith(_LATE)]
    came = [looked.posts.by_id[id_] for id_ in late if id_ in (looked.taken if looked.held else looked.logged)]
    if not came:
        return
    said = f"{len(came)} of {len(late)} posts that had no answer were delivered later all the same: "
    said += few([post.invoke.value["id"] for post in came])
    if shown := [at for post in came if (at := _shown(looked, post)) is not None]:
        said += f"; the first to be shown was so {span(min(shown))} after it was sent"
    yield Symptom("delivered without an answer", said, wrong=False)


def _shown(looked: _Looked, post: Operation) -> int | None:
    """How long after it was sent a message was shown first by a GET, in nanoseconds; None if none has shown it."""
    role = "messages" if looked.held else "logging"
    gets = (read.operation for read in looked.reads if read.role == role and post.invoke.value["id"] in read.ids)
    return next((get.ended - post.began for get in gets if get.f == "get"), None)


def _one_sided(looked: _Looked) -> Iterator[Symptom]:
    counts = {name: len(ids) for name, ids in looked.held.items()}
    busy = [name for name, count in counts.items() if count]
    if len(counts) > len(busy) == 1 and counts[busy[0]] >= _MANY and not looked.ended("messages"):
        idle = ", ".join(name for name in counts if name not in busy)
        yield Symptom(
            "all to one instance",
            f"all {counts[busy[0]]} messages went to {busy[0]}, none to {idle}: no loss, but the work is not shared",
            wrong=False,
        )
