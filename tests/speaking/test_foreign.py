"""Systems that answer in other ways than ours: clients record the right history of each, over real sockets."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from harness.errors import NotSaidError, WentWrongError
from harness.events import Operation
from harness.messages import posted
from harness.messages.checkers import aggregation, delivery, integrity
from harness.messages.speaking.entries import NotReadError
from tests.speaking.foreign import ALL, Always200, Foreign, Forms, Prose, Repr, Strings, speaking


def outcomes(operations: Sequence[Operation]) -> Sequence[tuple[str, str]]:
    return [(operation.f, operation.outcome) for operation in operations]


@pytest.mark.parametrize("of", ALL)
def test_the_history_of_a_foreign_system_is_right(of: type[Foreign], tmp_path: Path) -> None:
    with speaking(of, tmp_path) as (clients, history, _, _):
        before = clients.get()
        posted = clients.post(3, clients=1)
        after = clients.get()
        operations = history.events.operations
    first, second = (post.id for post in posted.acknowledged)
    third = operations[3].invoke.value["id"]
    name = "messages-1" if of is Forms else None
    assert before == {"logging": {"from": None, "ids": []}, "messages": {"from": name, "ids": []}}
    assert after == {
        "logging": {"from": None, "ids": [first, second, third] if of is Repr else [first, second]},
        "messages": {"from": name, "ids": [first, second]},
    }
    assert outcomes(operations) == [("get", "ok"), ("post", "ok"), ("post", "ok"), ("post", "info"), ("get", "ok")]
    told = {"logged_by": "logging-2"} if of is Forms else {}
    assert [post.value for post in operations[1:3]] == [{**post.invoke.value, **told} for post in operations[1:3]]
    refusals = {
        Strings: '200: "Error: no logging instance"',
        Forms: "500: <html>",
        Always200: '200: {"status": "500"}',
        Repr: "500: queue down",
        Prose: "503: ",
    }
    assert posted.refusals == (refusals[of],)


@pytest.mark.parametrize("of", ALL)
def test_an_answer_that_is_an_error_s_text_is_unreadable_and_not_empty(of: type[Foreign], tmp_path: Path) -> None:
    with speaking(of, tmp_path) as (clients, history, system, _):
        clients.post(1)
        system.broken = True
        with clients.traffic(clients=1) as traffic:
            traffic.await_failures(2)
        assert clients.get() is None
        get = history.events.operations[-1]
    assert get.outcome == "info"
    assert get.completion is not None
    assert str(get.completion.error).startswith("unreadable answer: [get.logging] says that there is ")
    assert "Error occurred: no such instance" in str(get.completion.error)


def test_answers_that_are_awaited_in_vain_are_told_by_what_came_in_their_place(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posted, "_PATIENCE_S", 0.5)
    with speaking(Prose, tmp_path) as (clients, history, _, _):
        clients.post(2)
        said = r"from the first post on, no post was acknowledged for 0.5 s: \d+ got 503 without a word"
        with clients.traffic(clients=1) as traffic, pytest.raises(WentWrongError, match=said):
            traffic.await_answers(1)
        assert clients.post(2).refused == "2 of 2 posts were refused: 2 got 503 without a word"
        told = {"node": "facade", "role": "facade", "status": 1, "last": [], "restart": False}
        history.event("ended by itself", told)
        with (
            clients.traffic(clients=1) as traffic,
            pytest.raises(WentWrongError, match="facade ended by itself") as died,
        ):
            traffic.await_answers(1)
    assert died.value.finding == "died by itself"


def test_an_instance_is_read_directly_as_the_file_says(tmp_path: Path) -> None:
    with speaking(Prose, tmp_path) as (clients, history, system, address):
        posted = clients.post(2, clients=1)
        ids = [post.id for post in posted.acknowledged]
        assert clients.peek(address, "messages") == ids
        assert clients.read_instances("messages", {"messages-1": address}) == {"messages-1": ids}
        drain = history.events.operations[-1]
        assert (drain.f, drain.outcome, drain.value) == ("drain", "ok", {"messages-1": ids})
        system.broken = True
        with pytest.raises(NotReadError):
            clients.read_instances("messages", {"messages-1": address})
        drain = history.events.operations[-1]
    assert (drain.f, drain.outcome) == ("drain", "info")
    assert drain.completion is not None
    assert "[read.messages.entries]" in str(drain.completion.error)
    assert str(drain.completion.error).endswith("This is what messages-1 answered.")


def test_what_the_file_does_not_say_is_not_asked_and_not_recorded(tmp_path: Path) -> None:
    with speaking(Prose, tmp_path) as (clients, history, _, address):
        for ask in (
            lambda: clients.peek(address, "logging"),
            lambda: clients.read_instances("logging", {"logging-1": address}),
        ):
            with pytest.raises(NotSaidError, match=r"add \[read\.logging\]"):
                ask()
        assert not history.events


def test_without_ids_no_message_is_posted_that_could_be_taken_for_another(tmp_path: Path) -> None:
    with speaking(Prose, tmp_path) as (clients, history, _, _):
        posted = clients.post(1)
        for again in (lambda: clients.post_again(posted), lambda: clients.post_twice(1)):
            with pytest.raises(NotSaidError, match="the system keeps no ids"):
                again()
        with pytest.raises(NotSaidError, match="the system keeps no ids"):
            clients.post_texts(["one", "one"])
        said = [event.value["msg"] for event in history.events if event.type == "invoke"]
    assert len(set(said)) == len(said)


def test_a_200_that_says_400_is_a_refusal_where_the_file_says_so(tmp_path: Path) -> None:
    with speaking(Always200, tmp_path) as (clients, history, _, _):
        clients.post_texts(["short", "long" * 1000])
        assert outcomes(history.events.operations) == [("post", "ok"), ("post", "fail")]


@pytest.mark.parametrize(
    ("spoilt", "found"),
    [
        ({0: lambda text: text[:-3]}, {"integrity": ["truncated"], "aggregation": [], "delivery": []}),
        ({0: lambda text: text.upper()}, {"integrity": ["altered"], "aggregation": [], "delivery": []}),
        (
            {0: lambda _: "none"},
            {
                "integrity": [],
                "aggregation": ["incomplete logging part", "invented"],
                "delivery": ["lost", "unexpected"],
            },
        ),
    ],
)
def test_the_checkers_say_what_became_of_texts_without_ids(
    spoilt: Mapping[int, object], found: Mapping[str, Sequence[str]], tmp_path: Path
) -> None:
    with speaking(Prose, tmp_path) as (clients, history, system, address):
        clients.post(2, clients=1)
        for place, change in spoilt.items():
            system.kept[place] = change(system.kept[place])  # type: ignore[operator]
        clients.get()
        clients.read_instances("messages", {"messages-1": address})
        events = history.events
    verdicts = {
        "integrity": integrity.check(events),
        "aggregation": aggregation.check(events),
        "delivery": delivery.check(events, exactly_once=True),
    }
    # Nobody says whose the messages part is.
    names = {
        name: sorted(anomaly.name for anomaly in verdict.anomalies if anomaly.name != "unnamed")
        for name, verdict in verdicts.items()
    }
    assert names == found


def test_what_gets_show_stands_for_instances_that_nobody_can_ask(tmp_path: Path) -> None:
    with speaking(Always200, tmp_path) as (clients, history, _, _):
        first, second = (post.id for post in clients.post(2, clients=1).acknowledged)
        together = {"the messages instances": [first, second]}
        assert clients.shown(2) == clients.read_shown(2) == together
        drain = history.events.operations[-1]
    assert (drain.f, drain.outcome, drain.value) == ("drain", "ok", together)
