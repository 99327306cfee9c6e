"""Services in other languages, and build steps: what they are made of, and why they are refused."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from harness.backends.session import Session
from harness.errors import BadInputError, EnvironmentUnfitError
from harness.messages.description import building
from harness.messages.description.golang import Go
from harness.messages.description.java import Java
from harness.messages.description.kind import CheckoutKind, kind
from harness.messages.description.node import Node
from harness.messages.description.toolchain import Tools
from harness.provision.context import Recipe
from tests.faults.storing import BACKENDS
from tests.messages.systems import backend_named, deployed, described, description

_SHA512 = "6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA=="
#: A package without dependencies, as npm locks it.
LOCK = {
    "name": "small",
    "lockfileVersion": 3,
    "packages": {
        "": {"name": "small", "dependencies": {"ms": "2.1.3"}},
        "node_modules/ms": {
            "version": "2.1.3",
            "integrity": f"sha512-{_SHA512}",
        },
    },
}
PACKAGE = {"name": "small", "dependencies": {"ms": "2.1.3"}, "scripts": {"postinstall": "node no-such-file.js"}}


@dataclass(frozen=True)
class Small:
    """A service in some language that has a package of others and is built.

    Attributes:
        services: its description.
        files: its code.
        answer: what it answers if it found the package, and what was built.
    """

    services: str
    files: Mapping[str, str]
    answer: str


SMALL = {
    "node": Small(
        """
runtime = { node = ["inner/package.json"], build = [
    ["node", "-e", "require('fs').writeFileSync('inner/built.json', JSON.stringify({ words: 'built once' }))"],
] }
[services.facade]
command = ["node", "server.js"]
folder = "inner"
port = 8080
environment = { LISTEN = "${address}" }
""",
        {
            "inner/package.json": json.dumps(PACKAGE),
            "inner/package-lock.json": json.dumps(LOCK),
            "inner/server.js": """
const text = `${require('ms')('2 days')} ${require('./built.json').words}`;
require('node:http').createServer((_, response) => response.end(text)).listen(8080, process.env.LISTEN);
""",
        },
        "172800000 built once",
    ),
    "java": Small(
        """
runtime = { java = ["jgo.lock.toml"], build = [["javac", "-cp", "jars/*", "-d", "classes", "Main.java"]] }
[services.facade]
command = ["java", "-cp", "classes:jars/*", "Main"]
port = 8080
environment = { LISTEN = "${address}" }
""",
        {
            "jgo.lock.toml": """
[metadata]
[environment]
name = "small"
[[dependencies]]
groupId = "org.slf4j"
artifactId = "slf4j-api"
version = "1.7.36"
packaging = "jar"
sha256 = "d3ef575e3e4979678dc01bf1dcce51021493b4d11fb7f1be8ad982877c16a1c0"
""",
            "Main.java": """
import com.sun.net.httpserver.HttpServer;
import java.net.InetSocketAddress;
public class Main {
    public static void main(String[] arguments) throws Exception {
        byte[] text = org.slf4j.event.Level.WARN.toString().getBytes();
        HttpServer server = HttpServer.create(new InetSocketAddress(System.getenv("LISTEN"), 8080), 0);
        server.createContext("/", exchange -> {
            exchange.sendResponseHeaders(200, text.length);
            exchange.getResponseBody().write(text);
            exchange.close();
        });
        server.start();
    }
}
""",
        },
        "WARN",
    ),
    "go": Small(
        """
runtime = { go = ["go.mod"], build = [["go", "build", "-o", "facade", "."]] }
[services.facade]
command = ["./facade"]
port = 8080
environment = { LISTEN = "${address}" }
""",
        {
            "go.mod": "module small\n\ngo 1.18\n\nrequire github.com/google/uuid v1.3.0\n",
            "go.sum": """github.com/google/uuid v1.3.0 h1:t6JiXgmwXMjEs8VusXIJk2BXHsn+wx8BZdTaoZ5fu7I=
github.com/google/uuid v1.3.0/go.mod h1:TIyPZe4MgqvfeYDBFedMoGGpEw/LqOeaOT+nhxU+yHo=
""",
            "main.go": """
package main

import (
	"net/http"
	"os"

	"github.com/google/uuid"
)

func main() {
	http.HandleFunc("/", func(w http.ResponseWriter, _ *http.Request) { w.Write([]byte(uuid.Nil.String())) })
	panic(http.ListenAndServe(os.Getenv("LISTEN")+":8080", nil))
}
""",
        },
        "00000000-0000-0000-0000-000000000000",
    ),
}


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> None:
    """A cache for this test alone, unless it starts servers, which need what is in that of the machine."""
    if "backend" not in request.fixturenames:
        monkeypatch.setenv("HARNESS_CACHE", str(tmp_path / "cache"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "code"
    (made / "inner").mkdir(parents=True)
    (made / "inner/package.json").write_text(json.dumps(PACKAGE))
    (made / "inner/package-lock.json").write_text(json.dumps(LOCK))
    return made


@pytest.mark.seldom
@pytest.mark.parametrize("language", SMALL)
@pytest.mark.parametrize("backend", BACKENDS)
def test_services_find_their_packages_and_what_was_built(backend: str, language: str, tmp_path: Path) -> None:
    small, folder = SMALL[language], tmp_path / "code"
    specs = described(folder, small.services, small.files)
    before = sorted(folder.rglob("*"))
    with deployed(backend_named(backend, Session.of_this_process()), language, *specs) as deployment:
        url = f"http://{deployment.nodes['facade'].endpoint('http')}/"
        assert httpx.get(url, timeout=10, trust_env=False).text == small.answer
    assert sorted(folder.rglob("*")) == before


def test_packages_are_installed_by_their_lock_and_without_the_scripts_of_the_code(folder: Path) -> None:
    (folder / "package.json").write_text('{"dependencies": {"ms": "*"}}')
    inputs = Node(("inner/package.json", "package.json"))._inputs(folder)
    assert sorted(inputs) == ["inner/package-lock.json", "inner/package.json", "package.json"]
    assert json.loads(inputs["inner/package.json"]) == {"name": "small", "dependencies": {"ms": "2.1.3"}}
    stage = Node(("inner/package.json", "package.json")).layers(folder, "k").stage
    assert "RUN cd /opt/node/inner && npm ci " in stage
    assert "RUN cd /opt/node/ && npm install " in stage


@pytest.mark.parametrize(
    ("toolchain", "file", "text", "words"),
    [
        (Node, "package.json", None, r"node: there is no file package\.json in .*; give a package\.json there$"),
        (Node, "../package.json", "{}", r"node: there is no file \.\./package\.json in "),
        (Node, "package.json", "{", r"node: .*package\.json is no JSON: "),
        (Node, "package.json", "[]", r"node: .*package\.json is no package\.json: expected an object$"),
        (Java, "lock.toml", None, r"java: there is no file lock\.toml in .*; give a jgo\.lock\.toml there"),
        (Java, "../lock.toml", "", r"java: there is no file \.\./lock\.toml in "),
        (Java, "lock.toml", "[", r"java: .*lock\.toml is no lock of jgo \("),
        (Go, "go.mod", None, r"go: there is no file go\.mod in .*; give a go\.mod there$"),
        (Go, "../go.mod", "", r"go: there is no file \.\./go\.mod in "),
    ],
)
def test_a_file_of_packages_that_is_none_is_refused(
    folder: Path, toolchain: type[Node | Java | Go], file: str, text: str | None, words: str
) -> None:
    if text is not None:
        (folder / file).write_text(text)
    with pytest.raises(BadInputError, match=rf"^runtime\.{words}"):
        toolchain((file,)).assert_there(folder)


def test_a_machine_without_the_tools_says_what_to_install(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    for toolchain, words in (
        (Node(("inner/package.json",)), "node needs node and npm, and this machine has no node: install Node.js (apt-"),
        (Java(()), "java needs java and javac, and this machine has no java: install a JDK (apt-get install default-"),
        (Go(()), "go needs go, and this machine has no go: install Go (apt-get install golang-go), or use --backend "),
    ):
        with pytest.raises(EnvironmentUnfitError, match=f"^{re.escape(f'runtime.{words}')}"):
            toolchain.prepare(folder, print)


def test_an_image_has_the_tools_and_no_settings_of_a_registry(folder: Path) -> None:
    made = CheckoutKind(folder, "0" * 16, toolchains=(Node(("inner/package.json",)),), build=(("make", "a 'b'"),))
    text = Recipe(made).dockerfile
    stages = {stage.split(" AS ")[1].split("\n")[0]: stage for stage in text.split("\nFROM ")[1:]}
    assert [name for name, stage in stages.items() if "COPY npm " in stage] == ["checkout-registry"]
    assert stages["checkout"].startswith("checkout-tools AS ")
    assert stages["checkout-tools"].count("install") == 2
    assert 'RUN ["make", "a \'b\'"]' in stages["checkout-built"]


def test_a_checkout_is_built_once_for_what_it_is_built_of_and_stays_as_it_was(folder: Path, tmp_path: Path) -> None:
    said: list[str] = []
    step = ("sh", "-c", "echo $WORD > made; cp inner/link/one .")
    (tmp_path / "there").mkdir()
    (tmp_path / "there/one").touch()
    tools = [Tools(links={"inner/link": tmp_path / "there"})]
    made = [building.built(folder, [step], tools, {"WORD": word}, said.append) for word in ("a", "a", "b")]
    assert [(each / "made").read_text() for each in made] == ["a\n", "a\n", "b\n"]
    assert (made[0] / "one").exists()
    assert len(said) == 2
    assert not (folder / "made").exists()
    assert building.built(folder, [], [], {}, said.append) == folder


def test_a_build_step_that_fails_says_what_it_said_and_is_not_taken_for_done(folder: Path) -> None:
    for _ in range(2):
        words = r"(?s)^runtime\.build: the step .*sh -c.* failed: correct it, or the code\. It says:\n  no such class$"
        with pytest.raises(EnvironmentUnfitError, match=words):
            building.built(folder, [("sh", "-c", "echo no such class; exit 3")], [], {}, print)


def test_a_build_step_whose_program_is_not_there_names_it(folder: Path) -> None:
    with pytest.raises(EnvironmentUnfitError, match=r"^runtime\.build: the step 'jvac X' can't be run: .* no jvac; "):
        building.built(folder, [("jvac", "X")], [], {}, print)


@pytest.mark.parametrize("runtime", ['{ java = ["a.toml"] }', '{ go = ["go.mod"] }', '{ build = [["true"]] }'])
def test_a_checkout_that_nobody_trusts_installs_and_builds_nothing_by_its_own_code(folder: Path, runtime: str) -> None:
    services = f"runtime = {runtime}\n[services.facade]\ncommand = ['a']\nport = 1\n"
    with pytest.raises(BadInputError, match=r"^runtime: nobody trusts this checkout, "):
        kind(description(services), folder, trusted=False)


def test_a_checkout_that_nobody_trusts_has_nodes_packages_and_no_program_of_theirs_is_run(folder: Path) -> None:
    services = "runtime = { node = ['inner/package.json'] }\n[services.facade]\ncommand = ['a']\nport = 1\n"
    stages = kind(description(services), folder, trusted=False).image().stages
    assert "npm ci --no-audit --no-fund --loglevel=error --ignore-scripts" in stages
    assert 'RUN ["/bin/ln", "-s", "/opt/node/inner/node_modules", "inner/node_modules"]' in stages
    run = [line for line in stages.splitlines() if line.startswith("RUN ")]
    assert len(run) == 4, run  # an environment for Python, Debian's packages, npm, and the link
