"""The way of a message as lines: what is dated in the order of time, then who has it now."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from typing import Any

from harness.events import NEVER, Event
from harness.messages.checkers.posts import is_surely_not_queued
from harness.messages.checkers.reads import Read
from harness.messages.forensics.case import Case
from harness.messages.forensics.facts import Facts, LogLine, span
from harness.messages.texts import shown, told_apart

_NS = 1e9
_WORDS = {
    ("logging", "put"): "says that the map has it",
    ("logging", "logged"): "answers that it is logged",
    ("facade", "logged"): "had it logged by {by}",
    ("facade", "queued"): "says that the queue has it",
    ("facade", "try failed"): "failed to have it logged by {at}: {error}",
    ("facade", "not accepted"): "refuses it at stage {stage}: {error}",
    ("messages", "taken"): "takes it",
    ("messages", "consumed"): "keeps it",
}


def lines(case: Case) -> Sequence[str]:
    """The way of a message: times in seconds from the beginning of the history, and from the nearest fault."""
    dated = sorted([*_posts(case), *_logged(case), *_seen(case), *_done(case)], key=lambda line: line[0])
    return [*(_dated(case.facts, at, words) for at, words in dated), *(f"{'in the end':>11}  {w}" for w in _now(case))]


def _dated(facts: Facts, at: int, words: str) -> str:
    return f"{(at - facts.begin) / _NS:9.3f} s  {words}{_nearest(facts.faults, at)}"


def _nearest(faults: Sequence[Event], at: int) -> str:
    near = min(faults, key=lambda fault: abs(fault.time - at), default=None)
    if near is None or near.time == at:
        return ""
    side = "before" if near.time > at else "after"
    return f"  ({span(near.time - at)} {side} the {near.f} of {', '.join(near.value['nodes'])})"


def _posts(case: Case) -> Iterator[tuple[int, str]]:
    for post in case.posts:
        yield post.began, f"posted: {shown(post.invoke.value['msg'])}"
        if not post.completion:
            continue
        if post.outcome == "ok":
            by, at = post.value.get("logged_by"), _place(post.value)
            yield post.ended, f"acknowledged: logged by {by}{at and f', queued at {at}'}"
        else:
            unknown = "surely not queued" if is_surely_not_queued(post) else "outcome unknown"
            outcome = "refused" if post.outcome == "fail" else f"not acknowledged, {unknown}"
            yield post.ended, f"{outcome}: {post.completion.error or 'no reason given'}"


def _logged(case: Case) -> Iterator[tuple[int, str]]:
    if case.sent is not None:
        yield case.sent, "the facade's producer makes the record that brokers have"
    for line in case.lines:
        yield line.at, f"{line.service} {_said(line)}"
    for kept in case.logged("consumed", by="messages"):
        if failed := case.facts.not_committed(kept.service, kept.at):
            yield failed.at, f"{kept.service} could not commit: {failed.fields.get('error', '?')}"
    partition = case.place[0] if case.place else None
    if partition is not None and case.acknowledged < NEVER:
        for line in case.facts.assigned(partition):
            yield line.at, f"{line.service} is given partition {partition}"


def _said(line: LogLine) -> str:
    role = line.service.partition("-")[0]
    words = _WORDS.get((role, line.event), line.event)
    for name in ("by", "at", "error", "stage"):
        words = words.replace(f"{{{name}}}", str(line.fields.get(name, "?")))
    at = _place(line.fields)
    again = ", which has it already" if line.fields.get("new") is False else ""
    return f"{words}{at and f' ({at})'}{again}"


def _place(value: Mapping[str, Any]) -> str:
    partition, offset = value.get("partition"), value.get("offset")
    if partition is None:
        return ""
    return f"partition {partition}" if offset is None or offset < 0 else f"offset {offset} of partition {partition}"


def _seen(case: Case) -> Iterator[tuple[int, str]]:
    """What each answer that was due to show it said of it; answers in a row that say the same are one line."""
    for role in ("logging", "messages"):
        due = [(read, shows) for read, shows in case.reads(role) if read.instance]
        due.sort(key=lambda each: each[0].operation.began)
        for (who, f, shows, text), some in groupby(due, key=lambda each: _said_of(case, *each)):
            row = [read for read, _ in some]
            first, last = row[0].operation, row[-1].operation
            how = "a GET" if f == "get" else "a direct read"
            many = how if len(row) == 1 else f"{len(row)} {'GETs' if f == 'get' else 'direct reads'}"
            until = "" if first is last else f", until {(last.ended - case.facts.begin) / _NS:.3f} s"
            had = f"shows it{text}" if shows else "does not show it"
            yield first.began, f"{who} in {many}{until}: {had}"


def _said_of(case: Case, read: Read, shows: bool) -> tuple[str, str, bool, str]:
    other = next((entry[1] for entry in read.entries if not isinstance(entry, str) and entry[0] == case.id), None)
    posted = case.posts[0].invoke.value["msg"] if case.posts else ""
    return str(read.instance), read.operation.f, shows, "" if other is None else f" as {told_apart(other, posted)[0]}"


def _done(case: Case) -> Iterator[tuple[int, str]]:
    for fault in case.facts.faults:
        why = fault.value.get("why")
        yield fault.time, f"--- {fault.f} {', '.join(fault.value['nodes'])}{f': {why}' if why else ''}"


def _now(case: Case) -> Iterator[str]:
    """Who has it when all is over, and what nobody could find out."""
    evidence = case.facts.evidence
    have, lack, unread = case.brokers
    for name in have:
        held = (case.facts.brokers[name] or {})[case.id]
        yield f"{name} has it on its disk: {', '.join(_record(at) for at in held)}"
    if lack:
        yield f"{', '.join(lack)}: no record of it on the disk"
    if unread:
        yield f"{', '.join(unread)}: nobody could read the disk"
    group = evidence.get("group") or {}
    if case.place and str(case.place[0]) in group:
        committed = group[str(case.place[0])]
        where = "has committed nothing" if committed is None else f"is at offset {committed}"
        yield f"the group {where} in partition {case.place[0]}"
    if queue := evidence.get("queue"):
        yield f"the queue, owned by {queue['owner']}, {'holds it' if case.id in queue['holds'] else 'does not hold it'}"
    if entry := (evidence.get("map") or {}).get(case.id):
        first = case.facts.first_owner(entry["partition"])
        has = "has it" if entry.get("there") else "does not have it"
        text = f", as {shown(entry['text'])}" if "text" in entry else ""
        at_first = f", {first} did at first" if first not in (None, entry["owner"]) else ""
        yield f"the map {has}{text}; {entry['owner']} owns its partition {entry['partition']}{at_first}"
    yield from (f"not known: {line}" for line in evidence.get("lacking", ()))
    if not evidence:
        yield "no evidence was recorded: what services logged and servers have is not known"


def _record(at: Sequence[Any]) -> str:
    return f"offset {at[1]} of partition {at[0]}{f', as {shown(at[2])}' if len(at) > 2 else ''}"
