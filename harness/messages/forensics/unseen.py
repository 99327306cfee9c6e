"""Why answers lacked a message that they had to show: it was never put, died with its owner, was late, or forgotten."""

from __future__ import annotations

from harness.messages.checkers.reads import Read
from harness.messages.forensics.case import PASSED_ON_NOTHING, Case, Ending
from harness.messages.forensics.facts import named, span


def from_logging(case: Case) -> Ending:
    """Why answers of logging lacked a message that was acknowledged before."""
    due = list(case.reads("logging"))
    missed = [read for read, shows in due if not shows]
    if not missed:
        return Ending("")
    shown = [read for read, shows in due if shows]
    if shown and all(r.operation.f == "get" for r in missed) and all(r.operation.f == "stored" for r in shown):
        return _in_no_get(case, missed, shown[0])
    if end := _put_later(case, missed) or _apart(case, missed, shown):
        return end
    after = [read for read in shown if read.operation.began >= missed[-1].operation.ended]
    if after:
        return _stale(case, missed, shown, after[0])
    return _never_put(case) or (None if shown else _half_put(case)) or _gone(case, missed, shown)


def _put_later(case: Case, missed: list[Read]) -> Ending | None:
    """Whether it was acknowledged, and only then put."""
    put = next(iter(case.logged("put", by="logging")), None)
    if not put or put.at <= case.acknowledged or not case.all_logs("logging"):
        return None
    ahead = f", {span(put.at - case.acknowledged)} before {put.service} did; {_answers(missed)} lacked it"
    return Ending("acknowledged before it was put into the map", ahead)


def _precedes(some: list[Read], others: list[Read]) -> bool:
    """Whether one of some answers was over when one of the others was asked for."""
    return any(read.operation.began > some[0].operation.ended for read in others)


def _apart(case: Case, missed: list[Read], shown: list[Read]) -> Ending | None:
    """Whether some instances lacked it whenever they were asked, before and after others had it."""
    have, lack = ({str(read.instance) for read in of} for of in (shown, missed))
    if have & lack or not (_precedes(missed, shown) and _precedes(shown, missed)):
        return None
    lacked = f"{_answers(missed)} lacked it"
    return Ending(
        "shown by some logging instances, and never by others",
        f": {named(sorted(have))} had it, {lacked}{_in_map(case)}",
    )


def _stale(case: Case, missed: list[Read], shown: list[Read], again: Read) -> Ending:
    """What came in the end: late, if nobody had shown it before, else shown by a place that was behind."""
    first, last = missed[0].operation, missed[-1].operation
    words = f": {_answers(missed)} lacked it"
    if first is not last:
        words += f" over {span(last.ended - first.began)}"
    meanwhile = [r for r in shown if first.began <= r.operation.began and r.operation.ended <= last.ended]
    if meanwhile:
        words += f", while {meanwhile[0].words.rstrip(',')} had it"
    later = f"{span(again.operation.began - first.began)} after the first of them, by {again.instance}"
    if any(read.operation.began < first.began for read in shown):
        return Ending("stale", f"{words}; shown again {later}")
    return Ending("late, and shown by nobody before", f"{words}; shown {later}")


def _in_no_get(case: Case, missed: list[Read], directly: Read) -> Ending:
    """What logging instances have and the facade's answers lack; they are read directly at another moment, though."""
    first, last = missed[0].operation, missed[-1].operation
    words = f": {_answers(missed)} lacked it over {span(last.ended - first.began)}"
    put = next((line for line in case.logged("logged", by="logging") if line.at < first.began), None)
    if put:
        words += f", although {put.service} had said before that it was logged"
    return Ending("in no GET, and there when logging is read directly", f"{words}; {directly.instance} had it")


def _never_put(case: Case) -> Ending | None:
    if not case.all_logs("logging") or case.logged("put", "logged", by="logging"):
        return None
    entry = (case.facts.evidence.get("map") or {}).get(case.id)
    if entry and entry.get("there"):
        return None
    if case.is_unknown_to_the_facade:
        return PASSED_ON_NOTHING
    by = case.post.value.get("logged_by") if case.post else None
    return Ending("never put into the map, as far as the logs say", f": acknowledged as logged by {by}")


def _half_put(case: Case) -> Ending | None:
    """Whether the instance died that says that it put it, before it said that it had logged it."""
    put = case.logged("put", by="logging")
    if not put or case.logged("logged", by="logging"):
        return None
    who, at = put[-1].service, put[-1].at
    death = case.facts.died(who, at)
    half = f"{who} says that it put it, and died before it said that it had logged it"
    return Ending(half, f": {death.after(at)}{_in_map(case)}") if death else None


def _gone(case: Case, missed: list[Read], shown: list[Read]) -> Ending:
    """What never came back: the last answer that had it, and the death of its entry's owner."""
    entry = (case.facts.evidence.get("map") or {}).get(case.id)
    began = missed[0].operation.ended
    death = case.facts.death_of_first_owner(entry["partition"], case.acknowledged) if entry else None
    if death and death.begin < began:
        backups = case.facts.settings.get("hazelcast.map.backup-count")
        having = "without a backup" if backups == "0" else "with backups"
        return Ending(
            f"an entry {having}, whose owner {death.node} died", f": {death.after(case.acknowledged)}{_in_map(case)}"
        )
    if shown:
        return Ending("shown, and later no more", f": last by {shown[-1].instance}{_in_map(case)}")
    hit = case.facts.what_hit_first_owner(entry["partition"], case.acknowledged) if entry else ""
    put = case.logged("put", by="logging")
    if put:
        words = f": {put[-1].service} says that it put it{_in_map(case)}{hit or _first_dead(case, began)}"
        return Ending("acknowledged as put into the map, and shown by nobody", words)
    return Ending("in no answer of logging that had to show it", f"{_in_map(case)}{hit}")


def _first_dead(case: Case, until: int) -> str:
    """Which Hazelcast member died first after it was acknowledged, for a sentence: nobody knows what it owned."""
    deaths = (case.facts.died(member, case.acknowledged, until) for member in case.facts.owners.get("partitions") or {})
    first = min((death for death in deaths if death), key=lambda death: death.begin, default=None)
    return f"; {first.node} died: {first.after(case.acknowledged)}" if first else ""


def _in_map(case: Case) -> str:
    entry = (case.facts.evidence.get("map") or {}).get(case.id)
    if entry is None:
        return ""
    return "; the map has it now" if entry.get("there") else "; the map does not have it now"


def from_messages(case: Case) -> Ending:
    """Why an instance no longer showed a message that it had shown."""
    seen: dict[str, Read] = {}
    for read, shows in case.reads("messages", due=False):
        who = str(read.instance)
        if shows:
            seen[who] = read
        elif who in seen and not case.facts.died(who, seen[who].operation.ended, read.operation.began):
            return _forgot(case, who, seen[who], read)
    return Ending("")


def _forgot(case: Case, who: str, had: Read, missed: Read) -> Ending:
    gave = case.facts.given_away(who, case.place[0], had.operation.began) if case.place else None
    if case.place and gave and gave.at <= missed.operation.ended:
        later = span(gave.at - had.operation.ended)
        away = f": it gave partition {case.place[0]} away, {later} after it had last shown it"
        return Ending(f"forgotten by {who} with its partition", away)
    later = span(missed.operation.began - had.operation.ended)
    anew = any(
        line.service == who and had.operation.ended < line.at <= missed.operation.ended
        for line in (case.facts.assigned(case.place[0]) if case.place else ())
    )
    more = f"; it was given partition {case.place[0]} anew in between" if case.place and anew else ""
    return Ending(f"forgotten by {who}", f": shown, and {later} later no more, in one life{more}")


def _answers(reads: list[Read]) -> str:
    who = named(sorted({str(read.instance) for read in reads}))
    return f"{len(reads)} answer{'s' * (len(reads) != 1)} of {who}"
