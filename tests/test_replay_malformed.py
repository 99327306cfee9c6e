"""Whatever a file holds, `harness replay` ends with a verdict or with one line and exit status 2, never a traceback."""

from __future__ import annotations

import json
import random
import tempfile
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from harness.cli import main

STORIES = [path.read_text() for path in sorted(Path(__file__).parent.joinpath("histories").glob("*.jsonl"))]
_LINE = '{{"index":{},"time":{},"process":{},"type":"{}","f":"{}","value":{}}}\n'


def told(*rows: tuple[object, str, str, str]) -> str:
    """A file with these events: process, type, f, and the value as JSON."""
    return "".join(_LINE.format(i, i, *row) for i, row in enumerate(rows))


def once(f: str, invoked: str, answer: str) -> str:
    return told((1, "invoke", f, invoked), (1, "ok", f, answer))


def judging(checker: str, history: str, **arguments: object) -> str:
    """The file with the demand that this checker finds nothing."""
    at = history.count("\n")
    value = json.dumps({"checker": checker, "arguments": arguments, "expected": []})
    return history + _LINE.format(at, at, '"nemesis"', "info", "check", value)


def replayed(history: str | bytes, *arguments: str) -> tuple[int, str]:
    """Exit status and output of judging such a file; fails on anything but a verdict or one line of an error."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "h.jsonl"
        path.write_bytes(history if isinstance(history, bytes) else history.encode(errors="surrogatepass"))
        result = CliRunner().invoke(main, ["replay", str(path), *arguments, "--report", f"{folder}/report"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    assert result.exit_code in (0, 1, 2, 3)
    if result.exit_code == 2:
        assert result.output.startswith("error: ")
        assert result.output.count("\n") == 1, result.output
    assert "defect of the checker" not in result.output
    assert "is it a history of this harness?" not in result.output
    return result.exit_code, result.output


KILL = ('"nemesis"', "info", "kill", '{"phase":"begin","nodes":["kafka-1"],"why":"it leads"}')


@pytest.mark.parametrize(
    ("history", "complaint"),
    [
        (judging("counter.check", once("increment", "1.5", "1")), "the value of increment (invoke) is 1.5"),
        (
            judging("counter.check", told((1, "invoke", "increment", '"1"'), (2, "invoke", "read", "null"))),
            'line 1: the value of increment (invoke) is "1"',
        ),
        (
            judging(
                "counter.check",
                told((1, "invoke", "increment", "1"), (2, "invoke", "read", "null"), (2, "ok", "read", '"x"')),
            ),
            "due was ok: a whole",
        ),
        (
            judging("set_full.at_the_end", told((1, "invoke", "add", "[1]"), (2, "invoke", "read", "null"))),
            "the value of add (invoke) is [1]",
        ),
        (
            judging(
                "set_full.over_time",
                told((1, "invoke", "add", "1"), (2, "invoke", "read", "null"), (2, "ok", "read", "[[1]]")),
            ),
            "due was ok: a list",
        ),
        (
            judging("register.check", told((1, "invoke", "write", '[["x"],1]'), (2, "invoke", "read", '["x",null]'))),
            "due was [key, value]",
        ),
        (judging("register.check", once("cas", '["x",1]', "null")), "due was [key, [old, new]]"),
        (judging("ids.check", once("generate", "null", '{"id":1}')), "due was ok: an id"),
        (judging("lock.check", once("acquire", "null", '"fence"')), "due was ok: a fence"),
        (judging("bounded_queue.check", once("take", "null", "[1]"), bound=1), "due was ok: an item"),
        (judging("bounded_queue.check", once("take", "null", "1")), "line 3: bounded_queue.check needs bound"),
        (judging("bounded_queue.check", once("take", "null", "1"), bound="1"), "line 3: bounded_queue.check can't be"),
        (judging("bounded_queue.check", once("take", "null", "1"), bound=1, b=2), "line 3: bounded_queue.check has no"),
        (judging("os.system", once("take", "null", "1")), 'line 3: there is no checker "os.system"; there are '),
        (told(('"nemesis"', "info", "check", "7")), 'line 1: check is 7; due was the name of a "checker"'),
        (told(('"nemesis"', "info", "check", '{"checker":"ids.check","arguments":[]}')), 'due was the "arguments"'),
        (told(('"nemesis"', "info", "check", '{"checker":"ids.check","arguments":{}}')), "the anomalies that are"),
        (
            told(('"nemesis"', "info", "check", '{"checker":"ids.check","arguments":{},"expected":[],"standing":7}')),
            'due was true or false in "standing"',
        ),
        (
            told(('"nemesis"', "info", "check", '{"checker":"ids.check","arguments":{},"expected":[],"causes":[1]}')),
            'due was in "permitted" and "causes" a reason in words',
        ),
        (told(('"nemesis"', "info", "end", '{"result":"unheard of","words":""}')), 'due was in "result" one of held, '),
        (
            judging("lost_partitions.check", told(('"nemesis"', "info", "owners", '{"keys":{"k":[1]}}')), share=0),
            "line 1: the value of owners (info) is",
        ),
        (
            judging("loss_rate.check", told(('"nemesis"', "info", "keys-per-member", '{"a":-1}')), share=0, copies=1),
            "due was how many keys, by member",
        ),
        (
            judging("external_store.check", told(('"nemesis"', "info", "stored", '{"keys":[1]}'))),
            "due was the keys that the store held",
        ),
        (judging("external_store.check", once("add", "1", "1")), "the value of add (invoke) is 1; due was a key"),
        (
            judging(
                "partition_log.check",
                told((1, "invoke", "send", '{"log":"a","value":[1]}'), (2, "invoke", "poll", "null")),
            ),
            "the value of send",
        ),
        (
            judging("partition_log.check", once("send", '{"log":"a","value":1}', '{"log":"a","value":1}')),
            "ok with a number in",
        ),
        (
            judging("partition_log.check", once("poll", "null", '{"a":[[0]]}')),
            "due was ok: pairs of offset and value",
        ),
        (
            judging("delivery.check", told((1, "invoke", "post", '{"msg":"a"}')), exactly_once=True),
            'an object with "id" and "msg"',
        ),
        (
            judging("partition_order.check", once("drain", "null", "[]")),
            "the messages of each messages instance",
        ),
        (
            judging("aggregation.check", once("get", "null", "{}")),
            'each with "from" and "ids"',
        ),
        (told(('"nemesis"', "info", "kill", '{"phase":"begin"}')), "kill of nobody"),
        (told(('"nemesis"', "info", "kill", '{"phase":"begin","nodes":["a"],"why":7}')), "kill for no reason"),
        (told(('"nemesis"', "info", "kill", '{"phase":"begin","nodes":["a"],"done":7}')), "kill with an odd word"),
        (
            told(('"nemesis"', "info", "kill", '{"phase":"begin","nodes":["a"],"node_roles":["b"]}')),
            "kill with odd roles",
        ),
        (
            told(('"nemesis"', "info", "kill", '{"phase":"begin","nodes":["a"],"node_roles":{"a":7}}')),
            "kill with odd roles",
        ),
        (
            told(('"nemesis"', "info", "kill", '{"phase":"end","nodes":["a"],"takes":["process","soul"]}')),
            'kill takes what nobody knows: "takes" lists some of process, peers, clients, answers',
        ),
        (told(('"nemesis"', "info", "kill", '{"phase":"end","nodes":["a"],"takes":"process"}')), "kill takes what"),
        (told(('"nemesis"', "info", "kill", '{"phase":"end","nodes":["a"],"takes":[["process"]]}')), "kill takes what"),
        (told(KILL, ('"nemesis"', "info", "undo-kill", '{"phase":"begin","nodes":7}')), "undo-kill of nobody"),
        (told(KILL, ('"nemesis"', "info", "leader", '{"after_s":"soon"}')), "leader after soon s"),
        (told(KILL, ('"nemesis"', "info", "leader", '{"after_s":1,"shows":"luck"}')), "leader shows what nobody knows"),
        (once("generate", "null", "NaN"), "NaN is no number in JSON"),
        (once("generate", "null", "-Infinity"), "-Infinity is no number in JSON"),
        (once("generate", "null", "1e999"), "1e999 is too great a number"),
        (once("generate", "null", "9" * 5000), "not JSON"),
        (once("generate", "null", "[" * 100_000 + "]" * 100_000), "nested too deep"),
        (once("whatever", "null", '{"a":' * 500 + "1" + "}" * 500), "nested too deep"),
        (once("generate", "null", r'"\ud800"'), "half a character"),
        (once("generate", "null", '"\ud800"'), "not JSON"),
        (once("gen\\nerate", "null", "1"), "f can't be 'gen"),
        (told((1, "invoke", "generate", "null")).replace('"time":0', f'"time":{10**400}'), "time can't be"),
        (judging("counter.check", told((1, "invoke", "increment", str(10**400)))), "the value of increment"),
    ],
)
def test_a_malformed_value_is_named_with_its_line_and_what_was_due(history: str, complaint: str) -> None:
    status, output = replayed(history)
    assert status == 2, output
    assert complaint in output


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3),
    max_leaves=5,
)


@st.composite
def mutated(draw: st.DrawFn) -> str:
    """A story in which some parts of some lines are others."""
    lines = [json.loads(line) for line in draw(st.sampled_from(STORIES)).splitlines()]
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(lines) - 1))
        where = _containers(lines[place])
        holder = draw(st.sampled_from(where))
        key = draw(st.sampled_from(list(holder) if isinstance(holder, dict) else list(range(len(holder)))))
        what = draw(st.sampled_from(["replace", "replace", "replace", "remove", "swap"]))
        if what == "replace":
            holder[key] = draw(_JSON)
        elif what == "remove":
            del holder[key]
        else:
            other = draw(st.sampled_from(_containers(lines[draw(st.integers(0, len(lines) - 1))])))
            holder[key] = json.loads(json.dumps(other))
        lines = [line for line in lines if line] or [{}]
    return "".join(json.dumps(line) + "\n" for line in lines)


def _containers(value: Any) -> list[Any]:
    """All lists and objects in it that are not empty."""
    if not isinstance(value, dict | list) or not value:
        return [{"a": 1}]
    inner = value.values() if isinstance(value, dict) else value
    return [value, *(found for each in inner if isinstance(each, dict | list) and each for found in _containers(each))]


_SETTINGS = settings(suppress_health_check=list(HealthCheck))


@_SETTINGS
@given(mutated())
def test_a_mutated_history_ends_in_a_verdict_or_one_line(history: str) -> None:
    replayed(history)


@_SETTINGS
@given(st.sampled_from(STORIES), st.randoms(use_true_random=False))
@example("\x00\n", random.Random(0))
def test_a_file_with_other_bytes_ends_in_a_verdict_or_one_line(story: str, chance: random.Random) -> None:
    damaged = bytearray(story.encode())
    for _ in range(chance.randint(1, 5)):
        at = chance.randrange(len(damaged))
        damaged[at : at + chance.choice([0, 1, 1, 9])] = chance.randbytes(chance.choice([0, 1, 1, 3]))
    replayed(bytes(damaged), *chance.choice([[], ["--json"]]))
