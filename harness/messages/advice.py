"""What usually causes the anomalies of this suite, and where an owner looks first; what costs most comes first."""

from __future__ import annotations

from harness.telling import Advice, Cost

_PRODUCER = "Kafka documentation, producer configs, {}"
_SEMANTICS = "Kafka documentation, design, message delivery semantics"

ADVICE = (
    Advice(
        frozenset({"lost", "lost elsewhere"}),
        Cost.LOST,
        "Most often the facade answers before the message is safe, or a consumer commits an offset before it has kept "
        "the message",
        "Look at acks of the producer and whether the facade waits for its answer, then at enable.auto.commit and at "
        "where the messages service keeps what it took",
        _SEMANTICS,
    ),
    Advice(
        frozenset({"no acknowledged message is lost"}),
        Cost.LOST,
        "Most often an acknowledgement says less than it seems to: it comes when one broker has the message, or none",
        "Look at acks of the producer, at min.insync.replicas of the topic, and at what the facade answers when it "
        "can't send",
        _PRODUCER.format("acks"),
    ),
    Advice(
        frozenset({"consumer died", "thread died"}),
        Cost.LOST,
        "Most often a client raises an error that the loop of a thread does not catch: the thread ends, and the web "
        "server beside it goes on and knows nothing of that",
        "Look at the loop around the client: catch its errors and begin again, or end the whole service, which shows",
    ),
    Advice(
        frozenset({"begins behind messages"}),
        Cost.LOST,
        "Most often a consumer group that has no offset yet begins with what comes after it has joined",
        "Look at auto_offset_reset of the consumers: earliest begins with the first message",
        "Kafka documentation, consumer configs, auto.offset.reset",
    ),
    Advice(
        frozenset({"altered", "swapped", "truncated", "two texts", "every message comes back as it was posted"}),
        Cost.WRONG,
        "Most often text is put together and taken apart by hand: a separator or a quote in it, or bytes in another "
        "encoding",
        "Look at how each service writes and reads a message, and use JSON and UTF-8 throughout",
    ),
    Advice(
        frozenset({"doubled", "duplicated", "taken again"}),
        Cost.WRONG,
        "Most often somebody sends again what had arrived, or reads again what it had kept: nobody knows the message "
        "for the same",
        "Look at retries without enable.idempotence, at consumers that commit after storing, and keep messages by an "
        "id that goes all the way with them",
        _SEMANTICS,
    ),
    Advice(
        frozenset({"out of order"}),
        Cost.WRONG,
        "Most often a message that is sent again overtakes another one, or one instance works on several at a time",
        "Look at enable.idempotence and max.in.flight.requests.per.connection of the producer, and at threads in the "
        "consumer",
        _PRODUCER.format("max.in.flight.requests.per.connection"),
    ),
    Advice(
        frozenset({"invented", "unexpected", "wrongly denied"}),
        Cost.WRONG,
        "Most often a post is refused although a part of it was done, so that the message is there all the same",
        "Look at what the facade answers when one of the two, logging or the queue, has the message and the other one "
        "fails",
    ),
    Advice(
        frozenset({"incomplete logging part", "stale", "vanished", "every GET shows what was acknowledged before it"}),
        Cost.INCOMPLETE,
        "Most often a logging instance reads its own copy, or answers with what it has while the cluster is not whole",
        "Look at whether the logging service waits for the map or answers with an empty or partial list, and at reads "
        "from backups (read-backup-data)",
        "Hazelcast documentation, data structures, map, backups",
    ),
    Advice(
        frozenset({"half stored"}),
        Cost.INCOMPLETE,
        "Most often a service writes to one place and then to another, and answers with an error when the second fails",
        "Look at the order of both, and at whether the first is taken back, or the second tried again later",
    ),
    Advice(
        frozenset({"error as an answer"}),
        Cost.INCOMPLETE,
        "Most often an error is caught and its text is returned as if it were the answer",
        "Look at what the facade answers when a service that it asks does not: a status of 500 or above says so",
    ),
    Advice(
        frozenset({"wrong aggregation", "unanswered", "unheard", "dead source", "unnamed"}),
        Cost.INCOMPLETE,
        "Most often the facade asks one instance only, or takes an error of one for an empty answer",
        "Look at how the facade chooses whom it asks, and at what it shows when that one does not answer",
    ),
    Advice(
        frozenset({"never settled"}),
        Cost.INCOMPLETE,
        "Most often a consumer takes the same messages again and again, or far fewer in a second than are posted",
        "Look at what the consumer does with a message that it can't handle, and at how often it commits",
    ),
    Advice(
        frozenset({"not answered", "unavailable too long", "not back", "the service goes on"}),
        Cost.REFUSED,
        "Most often a client waits for an instance that is gone, and no time limit ends that in time",
        "Look at the time limit of each call to another service, and at whether another instance is tried after it",
    ),
    Advice(
        frozenset({"died by itself"}),
        Cost.REFUSED,
        "Most often a call to another service raises an error that nobody catches",
        "Look at the last lines of its log, and at what the service does when one call fails",
    ),
    Advice(
        frozenset({"does not end"}),
        Cost.REFUSED,
        "Most often a thread that waits for a message or an answer does not hear that the service is to end",
        "Look at what the service does on SIGTERM, and whether it waits without a time limit",
    ),
    Advice(
        frozenset({"failed direct read"}),
        Cost.REFUSED,
        "Most often an instance answers with an error page, or in another form, once a server that it needs is gone",
        "Look at the log of the instance at the time of the fault, and compare [read] of the file with what it answers",
    ),
    Advice(
        frozenset({"not started"}),
        Cost.REFUSED,
        "Most often a service ends with an error while it starts, as a server that it needs is not there yet, or it "
        "listens elsewhere than its file says",
        "Look at the last lines of its log, and at [services] of the file",
    ),
)
