"""What the owner of a system reads: each thing that broke once, the dearest first, and why there is no more to say."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from harness.assertions import GuaranteeBrokenError
from harness.checkers import Anomaly, Verdict
from harness.declared import About
from harness.errors import AwaitTimeoutError, NodeStartError, WentWrongError
from harness.messages.checkers import delivery
from harness.messages.speaking.entries import NotReadError
from harness.plugin.found import found_in
from harness.report.findings import findings
from harness.report.outcome import Figures, Found, Outcome
from harness.report.owner import TITLE, OwnersPage, write
from harness.results import Result
from harness.telling import Cost, advice_on
from tests.report.histories import Told

_ABOUT = About("Shop", "2 logging, facade; 1 broker", ("the order of the messages",), ("no direct read",))
_KEPT, _GOES_ON = "no acknowledged message is lost", "the service goes on"


def outcome(name: str, *found: Found, result: Result = Result.BROKEN, guarantee: str = _KEPT) -> Outcome:
    figures = Figures(("kill broker-1", "kill broker-1"))
    return Outcome(f"test_a.py::test_{name}", result, figures, 1, "", f"pytest {name}", found, guarantee)


def held(name: str, guarantee: str = _KEPT) -> Outcome:
    return outcome(name, result=Result.HELD, guarantee=guarantee)


def page(*outcomes: Outcome, **left_out: int) -> str:
    return OwnersPage(_ABOUT, "The run.", outcomes, left_out).text


def part(text: str, title: str) -> str:
    """What is under a heading of the second level."""
    return text.partition(f"## {title}\n")[2].partition("\n## ")[0]


def test_an_anomaly_of_several_scenarios_is_one_finding() -> None:
    text = page(
        outcome("x", Found("lost", "2 of 3 are gone")), outcome("y", Found("lost", "1 of 9 is gone")), held("z")
    )
    broke = part(text, "What broke")
    assert broke.count("### ") == 1
    assert "### Lost: 2 of 3 scenarios\n\n2 of 3 are gone.\n\n- x (kill broker-1, 2 times)\n- y (" in broke
    assert "```sh\npytest x\n```" in broke
    assert "pytest y" not in broke


def test_what_broke_says_what_the_first_scenario_does_and_demands() -> None:
    first, second = (replace(outcome(name, Found("lost", "1 of 9 is gone")), tried=f"Kill {name}.") for name in "xy")
    broke = part(page(first, second), "What broke")
    assert "\n\nWhat was done, and what has to hold: Kill x.\n\nRepeat it:" in broke
    assert "Kill y" not in broke


def test_what_costs_most_is_to_be_mended_first_and_no_more_than_three_things_are() -> None:
    names = ("not started", "incomplete logging part", "lost", "duplicated")
    told = findings([outcome(name, Found(name, f"some {name}")) for name in names])
    assert [finding.title for finding in told] == ["lost", "duplicated", "incomplete logging part", "not started"]
    first = part(page(*(outcome(name, Found(name, "...")) for name in names)), "To mend first")
    assert [line[:12] for line in first.strip().splitlines()] == ["1. **Lost** ", "2. **Duplica", "3. **Incompl"]
    assert "Look at acks" in first.splitlines()[1]


def test_of_what_costs_the_same_comes_first_what_more_scenarios_show() -> None:
    once = outcome("x", Found("altered", "..."))
    twice = [outcome(name, Found("duplicated", "...")) for name in ("y", "z")]
    assert [finding.title for finding in findings([once, *twice])] == ["duplicated", "altered"]


def test_words_that_differ_in_numbers_say_the_same_of_one_guarantee_and_not_of_another() -> None:
    told = [
        outcome("x", Found("", "5 posts were acknowledged")),
        outcome("y", Found("", "3 posts were acknowledged")),
        outcome("z", Found("", "3 posts were acknowledged"), guarantee=_GOES_ON),
    ]
    assert [len(finding.outcomes) for finding in findings(told)] == [2, 1]
    assert [finding.advice and finding.advice.cost for finding in findings(told)] == [Cost.LOST, Cost.REFUSED]


def test_what_did_not_get_so_far_is_no_finding_unless_it_is_the_system_s_fault() -> None:
    waited = outcome("x", Found("", "waited 5 s", judged=False), result=Result.ERROR)
    assert not findings([waited])
    assert "x (error): Waited 5 s." in part(page(waited), "What was tried, and has no verdict")
    (finding,) = findings([outcome("x", Found("does not end", "it runs", judged=False), result=Result.ERROR)])
    assert finding.advice
    assert finding.advice.cost is Cost.REFUSED


def test_what_is_wrong_is_found_where_a_scenario_held_and_what_is_not_is_said_elsewhere() -> None:
    died = replace(held("x"), found=(Found("died by itself", "the shop ended by itself", judged=False),))
    one_sided = replace(held("y"), noticed=(Found("all to one instance", "all went to one", judged=False),))
    text = page(died, one_sided)
    assert "### Died by itself: 1 of 2 scenarios\n\nThe shop ended by itself." in part(text, "What broke")
    assert "- All went to one. (y; 1 scenario in all)" in part(text, "What else was seen")
    assert "in 2 of 2 scenarios" in part(text, "What held")
    assert "What else was seen" not in page(died)


def test_what_came_in_place_of_answers_makes_no_other_finding() -> None:
    told = [
        outcome("x", Found("", "3 of 9 requests were not answered: 3 got 500"), guarantee=_GOES_ON),
        outcome("y", Found("", "1 of 7 requests were not answered: 1 had no answer within 8 s"), guarantee=_GOES_ON),
    ]
    (finding,) = findings(told)
    assert len(finding.outcomes) == 2


def test_of_much_that_was_said_the_beginning_is_the_title_and_all_of_it_is_below() -> None:
    said = f'1 of 7 requests were not answered: 1 got 503 "{"x" * 90}"'
    text = page(outcome("x", Found("", said)), outcome("y", Found("", "3 of 9 requests went astray: 3 got 500")))
    assert f"### 1 of 7 requests were not answered: 1 of 2 scenarios\n\n{said}.\n" in text
    assert "### 3 of 9 requests went astray: 3 got 500: 1 of 2 scenarios\n\n- y" in text


def test_what_held_is_told_by_its_guarantee() -> None:
    text = page(held("a_stop_loses_nothing[1]"), held("a_stop_loses_nothing[2]"), outcome("x", Found("lost", "...")))
    assert "**No acknowledged message is lost**, in 2 of 3 scenarios:\n\n- A stop loses nothing (2 scenarios)" in text


def test_what_was_not_tried_or_has_no_verdict_is_said_with_the_reason() -> None:
    skipped = outcome("x", Found("", "the process backend has no networks"), result=Result.SKIPPED)
    unfit = outcome("y", Found("", "no engine", judged=False), result=Result.UNFIT)
    text = page(skipped, unfit, it_needs_a_map=2, it_needs_less=7)
    assert part(text, "What broke").strip() == "Nothing that was tried."
    assert part(text, "What held").strip() == "Nothing that was tried."
    assert "To mend first" not in text
    reasons = part(text, "What was not tried, and why")
    assert reasons.index("7 scenarios: it\\_needs\\_less") < reasons.index("2 scenarios: it\\_needs\\_a\\_map")
    assert "x (skipped): The process backend has no networks." in part(text, "What was tried, and has no verdict")
    assert "y (unfit): No engine." in text
    assert "not promised, or not said: the order of the messages" in text
    assert "nobody can look at it: no direct read" in text


def test_a_service_that_does_not_come_up_is_a_finding() -> None:
    error = NodeStartError("facade exited with status 1\nImportError: no module named flask")
    text = page(outcome("x", *found_in(error, "x"), result=Result.UNFIT))
    assert "### Not started: 1 of 1 scenarios\n\nFacade exited with status 1.\n" in text
    assert "ImportError" not in text


def test_a_server_that_does_not_come_up_is_none() -> None:
    error = NodeStartError("broker-1 did not listen within 60 s")
    assert found_in(error, "x", ["broker-1"])[0].name == ""
    assert found_in(error, "x", ["broker-10"])[0].name == "not started"
    text = page(outcome("x", *found_in(error, "x", ["broker-1"]), result=Result.UNFIT))
    assert "x (unfit): Broker-1 did not listen within 60 s." in part(text, "What was tried, and has no verdict")


def test_what_an_assertion_of_pytest_adds_is_left_out() -> None:
    error = AssertionError("5 posts were acknowledged\nassert not (Post(id='m-1'),)\n +  where ...")
    assert found_in(error, "x") == (Found("", "5 posts were acknowledged"),)
    wordless = AssertionError("assert {'logging-1': ...} == {}\n  Left contains 1 more item")
    assert found_in(wordless, "one reads what another wrote") == (
        Found("", "it is not so: one reads what another wrote"),
    )


@pytest.mark.parametrize(
    ("error", "found"),
    [
        (
            WentWrongError("no post was acknowledged", finding="unavailable too long"),
            Found("unavailable too long", "no post was acknowledged", judged=False),
        ),
        (
            NotReadError("logging-1 gave no answer"),
            Found("failed direct read", "logging-1 gave no answer", judged=False),
        ),
        (AwaitTimeoutError("waited 5 s"), Found("", "waited 5 s", judged=False)),
        (KeyError("messages"), Found("", "KeyError: 'messages'", judged=False)),
    ],
)
def test_an_error_is_told_in_a_line_and_is_nothing_that_a_checker_found(error: Exception, found: Found) -> None:
    assert found_in(error, "x") == (found,)
    assert outcome("x", found).anomalies == ()


def test_what_checkers_find_is_told_each_by_itself() -> None:
    events = Told().post(1, at=0).post(2, at=10).drain(at=900, messages_1=[1, 1]).events
    verdict = delivery.check(events, exactly_once=True)
    told = found_in(GuaranteeBrokenError(verdict), "x")
    assert [found.name for found in told] == ["lost", "duplicated"]
    assert told[0].sentence.startswith("1 of 2 acknowledged messages never reached a messages instance")
    assert outcome("x", *told, *told).anomalies == ("lost", "duplicated")


def test_text_of_others_is_no_markdown_of_the_page() -> None:
    text = page(outcome("x", Found("lost", "![](http://a) <b>\n# all is well")))
    assert "\n# all" not in text
    assert "![](" not in text
    assert "<b>" not in text


def test_allure_shows_the_page_with_what_is_of_the_whole_run(tmp_path: Path) -> None:
    results = tmp_path / "allure-results"
    results.mkdir()
    write(tmp_path / "owner.md", OwnersPage(_ABOUT, "The run.", [held("x")]), results)
    (shown,) = json.loads((results / "owner-globals.json").read_text())["attachments"]
    assert (shown["name"], shown["type"]) == (TITLE, "text/plain")
    assert (results / shown["source"]).read_text() == (tmp_path / "owner.md").read_text()


def test_at_the_top_of_allures_page_is_whose_it_is_and_what_to_mend_first() -> None:
    told = OwnersPage(
        _ABOUT, "The run.", [outcome("x", Found("", "5 posts are gone")), outcome("y", Found("lost", ""))]
    )
    assert told.variables["tested system"] == "Shop"
    assert (told.variables["to mend first"], told.variables["to mend second"]) == ("5 posts are gone", "Lost")
    assert "to mend third" not in told.variables
    assert OwnersPage(_ABOUT, "The run.", [held("x")]).variables["to mend first"] == "nothing broke"


def test_nothing_advises_twice_about_one_anomaly() -> None:
    from harness.messages.advice import ADVICE

    about = [name for advice in ADVICE for name in advice.about]
    assert len(about) == len(set(about))
    assert [advice.cost for advice in ADVICE] == sorted(advice.cost for advice in ADVICE)
    assert advice_on("lost") is ADVICE[0]
    assert advice_on("nobody knows") is None
    assert Verdict.of([Anomaly("lost", "...")]).anomalies[0].name in about
