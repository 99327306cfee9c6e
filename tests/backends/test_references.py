import pytest

from harness.backends.references import Resolver
from harness.errors import BadInputError
from harness.topology.nodes import HttpReady, NodeSpec
from tests.backends.specs import TINY

ADDRESSES = {"kafka-1": "10.0.0.9", "kafka-2": "10.0.0.10"}
PORTS = {("kafka-1", "external"): "127.0.0.1:20001"}
RESOLVER = Resolver(ADDRESSES, lambda node, port: PORTS[node, port], lambda name: f"/etc/harness/{name}")


@pytest.mark.parametrize(
    ("text", "resolved"),
    [
        ("", ""),
        ("no reference, $5, {x}, $${", "no reference, $5, {x}, $${"),
        ("${kafka-1}", "10.0.0.9"),
        ("1@${kafka-1}:9093,2@${kafka-2}:9093", "1@10.0.0.9:9093,2@10.0.0.10:9093"),
        ("EXTERNAL://${kafka-1:external}", "EXTERNAL://127.0.0.1:20001"),
        ("-Dconfig=${file:a.yaml}", "-Dconfig=/etc/harness/a.yaml"),
    ],
)
def test_references_become_addresses_and_paths(text: str, resolved: str) -> None:
    assert RESOLVER.text(text, node="n") == resolved


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("${kafka-9}", ["n refers to ${kafka-9}", "kafka-1, kafka-2"]),
        ("${kafka-9:external}", ["${kafka-9:external}", "no node 'kafka-9'"]),
        ("${kafka-1:nope}", ["${kafka-1:nope}", "no port named 'nope'"]),
        ("${file:}", ["${file:}", "no node 'file'"]),
        ("${}", ["n refers to ${}"]),
    ],
)
def test_a_reference_to_nothing_is_refused_with_what_there_is(text: str, named: list[str]) -> None:
    with pytest.raises(BadInputError) as refused:
        RESOLVER.text(text, node="n")
    assert all(words in str(refused.value) for words in named)


def test_environment_arguments_and_files_of_a_spec_are_resolved() -> None:
    spec = _spec(arguments=("${kafka-1}",), environment={"A": "${file:f}"}, files={"f": "${kafka-2}"})
    assert RESOLVER.arguments(spec) == ("10.0.0.9",)
    assert RESOLVER.environment(spec) == {"A": "/etc/harness/f"}
    assert RESOLVER.files(spec) == {"f": "10.0.0.10"}


def test_a_reference_to_a_file_that_the_spec_lacks_is_refused() -> None:
    with pytest.raises(BadInputError, match="no file 'g'; there are: f"):
        RESOLVER.environment(_spec(environment={"A": "${file:g}"}, files={"f": ""}))


def _spec(
    *, arguments: tuple[str, ...] = (), environment: dict[str, str] | None = None, files: dict[str, str] | None = None
) -> NodeSpec:
    return NodeSpec(
        name="n",
        role="r",
        index=1,
        kind=TINY,
        ports={},
        ready=HttpReady("http", "/"),
        arguments=arguments,
        environment=environment or {},
        files=files or {},
    )
