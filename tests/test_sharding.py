"""Shards: the parts are a partition whatever is collected, the same everywhere, and about as long as each other."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import BadInputError
from harness.plugin.sharding import Shard, Work, partition
from tests.running import run

pytest_plugins = ["pytester"]

MANY = 1 + 8 * 6
TINY = """import pytest
from harness.messages import messages
from harness.servers.hazelcast import hazelcast

pytestmark = [pytest.mark.system(messages())]


@pytest.mark.parametrize("number", range(40))
def test_common(number):
    pass


@pytest.mark.parametrize("number", range(8))
@pytest.mark.system(hazelcast(4, zoned=True))
def test_rare(number):
    pass


def test_last():
    pass
"""

# Some alike, as those are that nothing is known of.
seconds = st.one_of(st.sampled_from([12.0, 60.0]), st.floats(0, 500))
works = st.lists(
    st.builds(Work, st.text(max_size=6), st.sampled_from(["a", "b", "c"]), seconds),
    unique_by=lambda one: one.name,
    max_size=60,
)
counts = st.integers(1, 9)


@given(works, counts)
def test_every_scenario_is_in_exactly_one_part(work: list[Work], count: int) -> None:
    parts = partition(work, count)
    assert len(parts) == count
    assert sorted(name for part in parts for name in part) == sorted(one.name for one in work)


@given(works, counts)
def test_the_order_of_collection_does_not_matter(work: list[Work], count: int) -> None:
    assert partition(work[::-1], count) == partition(work, count)


def busy_s(work: list[Work], part: frozenset[str]) -> float:
    """As sharding counts it: 20 s for each topology's start."""
    mine = [one for one in work if one.name in part]
    return sum(one.seconds for one in mine) + 20 * len({one.topology for one in mine})


@given(works, counts)
def test_no_part_is_longer_than_the_shortest_by_more_than_one_piece(work: list[Work], count: int) -> None:
    parts = partition(work, count)
    groups = [{one.name for one in work if one.topology == topology} for topology in {one.topology for one in work}]
    fair_s = sum(busy_s(work, frozenset(group)) for group in groups) / count
    longest_piece_s = max([*(one.seconds + 20 for one in work), fair_s])
    lengths = [busy_s(work, part) for part in parts]
    assert max(lengths) - min(lengths) <= longest_piece_s + 20 + 1e-6


def test_a_rare_topology_stays_in_one_part() -> None:
    work = [Work(f"common-{n}", "common") for n in range(40)] + [Work(f"rare-{n}", "rare") for n in range(5)]
    for count in range(1, 5):
        parts = partition(work, count)
        assert sum(any(name.startswith("rare") for name in part) for part in parts) == 1


def test_known_durations_balance_the_parts() -> None:
    work = [Work("long", "common", 300.0), *(Work(f"short-{n}", "common", 10.0) for n in range(30))]
    alone, rest = sorted(partition(work, 2), key=len)
    assert alone == {"long"}
    assert len(rest) == 30


def shard(pytester: pytest.Pytester, value: str, *arguments: str) -> tuple[int, str]:
    """The exit status and output of a real run on the tiny scenarios; allure's plugin keeps what it knows."""
    pytester.makepyfile(test_tiny=TINY)
    options = ("-p", "no:allure_pytest", "-p", "harness.plugin", f"--shard={value}", *arguments)
    result = pytester.runpytest_inprocess(*options)
    return int(result.ret), str(result.stdout) + str(result.stderr)


def passed(output: str) -> set[str]:
    return {line.split()[0] for line in output.splitlines() if " PASSED" in line}


def test_runs_of_all_parts_run_everything_once(pytester: pytest.Pytester) -> None:
    runs = [shard(pytester, f"{number}/3", "-v") for number in (1, 2, 3)]
    assert [status for status, _ in runs] == [0, 0, 0]
    parts = [passed(output) for _, output in runs]
    assert sum(map(len, parts)) == len(set.union(*parts)) == MANY
    assert sum(any("test_rare" in name for name in part) for part in parts) == 1
    assert f"shard 1/3: {len(parts[0])} of {MANY} scenarios" in runs[0][1]


def test_parts_are_made_of_what_is_selected(pytester: pytest.Pytester) -> None:
    runs = [shard(pytester, f"{number}/2", "-v", "-k", "test_rare or test_last") for number in (1, 2)]
    first, second = (passed(output) for _, output in runs)
    assert first
    assert second
    assert not first & second
    assert len(first | second) == 8 + 1


def test_a_part_without_a_scenario_has_held(pytester: pytest.Pytester) -> None:
    status, output = shard(pytester, "2/2", "-k", "test_last")
    assert status == 0
    assert "shard 2/2: 0 of 1 scenarios" in output


def test_nothing_to_share_is_still_told(pytester: pytest.Pytester) -> None:
    assert shard(pytester, "2/2", "-k", "nothing_like_it")[0] == pytest.ExitCode.NO_TESTS_COLLECTED


@pytest.mark.parametrize("value", ["", "1", "0/3", "4/3", "1/0", "a/b", "1/3/5", "-1/3", "1.5/3", "1/99999", "٣/٤"])
def test_what_is_no_part_is_refused(value: str) -> None:
    with pytest.raises(BadInputError, match="is not a part of a whole; give K/N with K from 1 to N, such as"):
        Shard.parse(value)


def test_it_is_one_line_and_exit_status_2(tmp_path: Path) -> None:
    status, output = run("pytest", "-p", "harness.plugin", "--shard=4/3", cwd=tmp_path)
    assert status == 2
    assert "--shard '4/3' is not a part of a whole; give K/N with K from 1 to N, such as --shard 2/3" in output
    assert "Traceback" not in output


def test_spoilt_durations_are_named(pytester: pytest.Pytester) -> None:
    pytester.mkdir("scenarios").joinpath("durations.json").write_text("[1, 2]")
    status, output = shard(pytester, "1/2")
    assert status == 2
    assert "durations.json is not a JSON object of scenarios and their seconds" in output
    assert "Traceback" not in output
