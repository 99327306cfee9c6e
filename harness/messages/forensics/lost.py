"""Where an acknowledged message was lost: before the queue, in it, or between the queue and those who show it."""

from __future__ import annotations

from collections.abc import Sequence

from harness.events import NEVER
from harness.messages.checkers.posts import last
from harness.messages.forensics.case import PASSED_ON_NOTHING, Case, Ending
from harness.messages.forensics.facts import Death, named, span

#: The settings of a producer under which the leader alone, or nobody, answers for a message.
_ALONE = {"0", "1"}


def ending(case: Case) -> Ending:
    """Where a message was lost that no messages instance held in the end.

    It follows the message back: the last that had it, and what happened to that one.
    """
    drain = last(case.facts.events.operations, "drain")
    until = drain.began if drain else NEVER
    stages = (
        _at_a_consumer,
        _at_the_facade,
        _on_brokers,
        _before_the_queue,
        _in_the_topic,
        _in_the_hazelcast_queue,
        _in_answers,
    )
    for stage in stages:
        if end := stage(case, until):
            return end
    return Ending("")


def _at_a_consumer(case: Case, until: int) -> Ending | None:
    """What the last instance that took it did with it."""
    touched = [line for line in case.logged("taken", "consumed", by="messages") if line.at < until]
    if not touched:
        return None
    had, who = touched[-1], touched[-1].service
    death = case.facts.died(who, had.at, until)
    if had.event == "taken":
        if death:
            return Ending(f"taken by {who} and never kept", f": {death.after(had.at)}, in between{_behind(case)}")
        return Ending(f"taken by {who}, which does not say that it kept it", _behind(case))
    if death:
        return Ending(f"kept by {who}, and gone with its memory", f": {death.after(had.at)}")
    gave = case.facts.given_away(who, case.place[0], had.at) if case.place else None
    if case.place and gave and case.facts.settings.get("messages.from_beginning") == "true":
        given = f" when it gave partition {case.place[0]} away, {span(gave.at - had.at)} later"
        return Ending(f"kept by {who}, which forgot it", given)
    return Ending(f"kept by {who}, which lived on and did not show it in the end")


def _at_the_facade(case: Case, until: int) -> Ending | None:
    """Whether the facade acknowledged an id that nobody else has heard of: it passed on another one, or none."""
    if case.lines or case.places or not case.is_unknown_to_the_facade:
        return None
    return PASSED_ON_NOTHING


def _on_brokers(case: Case, until: int) -> Ending | None:
    """Whether no broker has its record, or only such as were down when it was read."""
    have, lack, unread = case.brokers
    more = f"; {named(unread)} could not be read" if unread else ""
    if have and not all(case.facts.is_down(name, until) for name in have):
        return None
    if len(have) == 1:
        return _on_one_broker(case, have[0], until, more)
    if have:
        return Ending(f"only {named(have)} have its record, and they were down when it was to be read", more)
    if lack and case.logged("queued", by="facade"):
        return Ending(
            f"queued, and {named(lack)} {_have(lack)} no record of it now", f"{more}{_alone(case)}{_hit(case, until)}"
        )
    return None


def _on_one_broker(case: Case, alone: str, until: int, more: str) -> Ending:
    acks = case.facts.settings.get("kafka.producer.acks")
    death = case.facts.died(alone, case.acknowledged, until)
    if not death:
        return Ending(f"only {alone} has its record, and it was down when it was to be read", more)
    when = death.before(case.acknowledged)
    if more or acks not in _ALONE:
        return Ending(f"only {alone} has its record", f", acknowledged {when}{more}")
    if acks == "0":
        return Ending(f"acknowledged by no broker (acks=0), and on {alone} alone", f", {when}")
    return Ending(f"acknowledged by {alone} alone", f", {when}")


def _alone(case: Case) -> str:
    """Which broker had no peers when it was acknowledged, for a sentence: they may never have had what it had."""
    lonely = case.facts.without_peers(case.acknowledged)
    return "".join(f"; {name} was {past} then" for name, past in lonely.items() if name in case.facts.brokers)


def _hit(case: Case, until: int) -> str:
    """Which broker died first after it was acknowledged, for a sentence."""
    deaths = (case.facts.died(broker, case.acknowledged, until) for broker in case.facts.brokers)
    first = min((death for death in deaths if death), key=lambda death: death.begin, default=None)
    return f"; {first.node} died: {first.after(case.acknowledged)}" if first else ""


def _before_the_queue(case: Case, until: int) -> Ending | None:
    """Whether the facade says that logging has it, and not that the queue does."""
    logged = case.logged("logged", by="facade")
    if not logged or not case.all_logs("facade") or case.logged("queued", by="facade") or case.places:
        return None
    at, nowhere = logged[-1].at, "; no broker has it" if case.brokers[1] and not case.brokers[2] else ""
    if death := case.facts.died("facade", at, until):
        return Ending("never queued", f": the facade had it logged, and died: {death.after(at)}{nowhere}")
    return Ending("never queued, as far as the facade says: it had it logged, and no more", nowhere)


def _in_the_topic(case: Case, until: int) -> Ending | None:
    """Why nobody took what is in a partition: the group began behind it, or went on behind it, or is not there yet."""
    if not case.place or not case.all_logs("messages"):
        return None
    partition, offset = case.place
    assigned = [line for line in case.facts.assigned(partition) if line.at < until]
    first, committed = next(iter(assigned), None), _committed(case)
    begins_at_the_end = case.facts.settings.get("kafka.consumer.auto_offset_reset") == "latest"
    if first and begins_at_the_end and first.at > case.acknowledged:
        after = f", {span(first.at - case.acknowledged)} after it was acknowledged"
        return Ending("read by nobody: the group began at the end of its partition (auto.offset.reset=latest)", after)
    if committed is None:
        return Ending("read by nobody, although brokers have it") if case.brokers[0] else None
    if committed <= offset:
        return Ending("not read yet", f": the group is at offset {committed} of partition {partition}, it has {offset}")
    holders = {line.service for line in assigned}
    deaths = [death for name in holders if (death := case.facts.died(name, case.acknowledged, until))]
    more = f"{_behind(case)}{_holder(case, deaths)}"
    return Ending("committed before it was kept", f": no instance says that it took it{more}")


def _holder(case: Case, deaths: Sequence[Death]) -> str:
    first = min(deaths, key=lambda death: death.begin, default=None)
    if not first:
        return ""
    return f"; {first.node} had been given the partition, and died: {first.after(case.acknowledged)}"


def _in_the_hazelcast_queue(case: Case, until: int) -> Ending | None:
    """Whether it is in the queue still, or died with the queue's owner."""
    queue, partition = case.facts.evidence.get("queue"), case.facts.owners.get("queue")
    if partition is None or not case.all_logs("messages"):
        return None
    if queue and case.id in queue["holds"]:
        return Ending("still in the queue", ": nobody has taken it")
    death = case.facts.death_of_first_owner(partition, case.acknowledged)
    if not death or not death.begin < until:
        hit = case.facts.what_hit_first_owner(partition, case.acknowledged)
        return Ending("acknowledged, taken by nobody, and not in the queue now", hit) if queue else None
    when = f": {death.after(case.acknowledged)}"
    if case.facts.settings.get("hazelcast.queue.backup-count") == "0":
        return Ending(f"in a queue without a backup, whose owner {death.node} died", when)
    return Ending(f"in a queue with backups, whose first owner {death.node} died", when)


def _in_answers(case: Case, until: int) -> Ending | None:
    """The last instance that showed it, and its death: all that there is without evidence."""
    shown = [read for read, shows in case.reads("messages", due=False) if shows and read.operation.ended < until]
    if not shown or not (who := shown[-1].instance):
        return None
    if death := case.facts.died(who, shown[-1].operation.ended, until):
        return Ending(f"shown by {who}, and gone with its memory", f": {death.after(shown[-1].operation.ended)}")
    return Ending(f"shown by {who}, which lived on and did not show it in the end")


def _behind(case: Case) -> str:
    """That the group goes on behind it, for a sentence; empty if it does not, or nobody knows."""
    committed = _committed(case)
    if not case.place or committed is None or committed <= case.place[1]:
        return ""
    return f"; the group goes on at offset {committed} of partition {case.place[0]}, behind it ({case.place[1]})"


def _committed(case: Case) -> int | None:
    group = case.facts.evidence.get("group") or {}
    committed: int | None = group.get(str(case.place[0])) if case.place else None
    return committed


def _have(names: Sequence[str]) -> str:
    return "have" if len(names) > 1 else "has"
