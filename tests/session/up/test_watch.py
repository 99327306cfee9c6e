"""The page of `harness watch` in a real browser, over one real system; the last test takes that down, the last here."""

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import docker
import httpx
import psutil
import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from harness.backends.engine import why_unavailable
from harness.backends.session import LABEL_NODE, LABEL_SESSION
from harness.waiting import until
from tests.running import run, start
from tests.session.up.running import Running

_CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_SOON_MS = 20_000

pytestmark = [
    pytest.mark.docker,
    pytest.mark.skipif(_CHROMIUM is None, reason="no Chromium is installed (Debian: apt-get install chromium)"),
    pytest.mark.skipif(bool(why_unavailable()), reason="no Docker engine answers"),
    pytest.mark.parametrize("system", ["docker"], indirect=True),
]


@dataclass(frozen=True)
class Watched:
    """A system with its page.

    Attributes:
        url: the page's, with its token.
        server: the process of `harness watch`.
    """

    url: str
    server: subprocess.Popen[str]

    @property
    def origin(self) -> str:
        return self.url.split("/", 3)[0] + "//" + self.url.split("/", 3)[2]

    def state(self) -> Any:
        return httpx.get(f"{self.url}state", timeout=10).raise_for_status().json()

    def engine_says(self, node: str) -> str:
        """The status of a node's container, from the engine itself."""
        session = self.state()["snapshot"]["system"].split("-")[0]
        labels = [f"{LABEL_SESSION}={session}", f"{LABEL_NODE}={node}"]
        with contextlib.closing(docker.from_env()) as client:
            (container,) = client.containers.list(all=True, filters={"label": labels})
            return str(container.status)


@pytest.fixture(scope="module")
def watched(renewed: Running) -> Iterator[Watched]:
    server = start("harness", "watch")
    try:
        assert server.stdout is not None
        found = re.search(r"http://127\.0\.0\.1:\d+/\S+/", line := server.stdout.readline())
        assert found, line + server.stdout.read()
        yield Watched(found.group(), server)
    finally:
        server.terminate()
        server.communicate(timeout=10)


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        # Chromium's own sandbox needs rights that root in a container does not have.
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = playwright.chromium.launch(executable_path=_CHROMIUM, args=arguments)
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, watched: Watched) -> Iterator[Page]:
    """The page as somebody sees it who opens it; no script of it may fail."""
    page = browser.new_page(viewport={"width": 1280, "height": 900})
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    unanswered: list[str] = []
    page.on("requestfailed", lambda request: unanswered.append(f"{request.url}: {request.failure}"))
    until("the page to come", lambda: comes(page, watched.url), timeout_s=20)
    try:
        expect(page.locator("#live")).to_have_text("live, docker", timeout=_SOON_MS)
    except AssertionError as error:
        error.add_note(f"requests that failed: {unanswered}; hidden: {page.evaluate('document.hidden')}")
        raise
    yield page
    page.close()
    assert not failures


def comes(page: Page, url: str) -> bool:
    """Whether a page comes at this address.

    Chromium gives up a request when an interface of the machine changes, and each container that starts or dies changes
    one. A window of its own would load the page anew.
    """
    try:
        page.goto(url)
    except PlaywrightError as error:
        if "net::ERR_NETWORK_CHANGED" not in error.message:
            raise
        return False
    return True


def card(page: Page, node: str) -> Any:
    return page.locator(f'[data-node="{node}"]')


def press(page: Page, node: str, what: str) -> None:
    card(page, node).get_by_role("button", name=f"{what} {node}", exact=True).click()


def shows(page: Page, node: str, state: str | re.Pattern[str]) -> None:
    expect(card(page, node).locator(".state")).to_have_text(state, timeout=_SOON_MS)


def tile(page: Page, name: str) -> Any:
    """The value of a counter."""
    return page.locator("#counters div", has_text=name).locator("dd")


def shown(page: Page, name: str) -> int:
    return int(tile(page, name).inner_text())


def test_every_node_is_shown_with_what_the_clusters_say_it_is(page: Page) -> None:
    expect(page.locator(".node.running")).to_have_count(11)
    expect(page.locator(".node.unstarted")).to_have_text([re.compile("^messages-1"), re.compile("^messages-2")])
    expect(page.locator('[data-node^="kafka-"] li', has_text="active controller")).to_have_count(1)
    expect(page.locator('[data-node^="kafka-"] li', has_text=re.compile(r"leads p\d \(ISR 1,2,3\)"))).to_have_count(3)
    expect(page.locator('[data-node="hazelcast-1"] li')).to_have_text("oldest")


def test_the_page_fits_a_telephone(page: Page) -> None:
    page.set_viewport_size({"width": 400, "height": 800})
    expect(page.locator(".node")).to_have_count(13)
    assert page.evaluate("document.documentElement.scrollWidth") == 400


def test_what_is_sent_is_counted_and_drawn(page: Page) -> None:
    posts = ("posts acknowledged", "posts unknown", "posts failed")
    before, waiting = [shown(page, name) for name in posts], shown(page, "waiting on the queue")
    page.get_by_role("button", name="Send 10").click()
    expect(page.locator("#said")).to_contain_text(
        re.compile(r"^\d+ of 10 acknowledged; logged by logging-"), timeout=_SOON_MS
    )
    acknowledged = int(page.locator("#said").inner_text().partition(" ")[0])
    expect(tile(page, "posts acknowledged")).to_have_text(str(before[0] + acknowledged))
    # On a machine with too much to do Kafka can be too late for one; that is not for this test to judge.
    assert sum(shown(page, name) for name in posts) == sum(before) + 10
    expect(page.locator("#chart rect.ok").first).to_be_visible()
    # The two consumers have not been started: all of it waits.
    expect(tile(page, "waiting on the queue")).to_have_text(
        re.compile("|".join(f"^{waiting + number}$" for number in range(acknowledged, 11)))
    )


def test_a_node_killed_by_its_button_is_dead_and_starts_again(page: Page, watched: Watched) -> None:
    assert watched.engine_says("kafka-2") == "running"
    press(page, "kafka-2", "kill")
    shows(page, "kafka-2", "exited (137)")
    assert watched.engine_says("kafka-2") == "exited"
    assert watched.engine_says("kafka-1") == watched.engine_says("kafka-3") == "running"
    expect(page.locator("#chart text.fault")).to_have_text("kill kafka-2")
    expect(page.locator("#news li").first).to_contain_text("process gone")
    expect(page.locator('[data-node^="kafka-"] li', has_text="(ISR 1,3)")).to_have_count(2, timeout=_SOON_MS)
    press(page, "kafka-2", "start")
    shows(page, "kafka-2", "running")
    assert watched.engine_says("kafka-2") == "running"


def test_the_leader_is_killed_by_its_own_button_and_all_is_healed(page: Page, watched: Watched) -> None:
    page.get_by_role("button", name="Kill leader").click()
    expect(page.locator("#said")).to_contain_text(
        re.compile(r"killed kafka-\d, because it leads partition"), timeout=_SOON_MS
    )
    expect(page.locator('.node.exited[data-node^="kafka-"]')).to_have_count(1)
    page.get_by_role("button", name="Heal all").click()
    expect(page.locator(".node.exited")).to_have_count(0, timeout=_SOON_MS)


def test_nodes_are_paused_and_isolated_and_back(page: Page, watched: Watched) -> None:
    press(page, "hazelcast-2", "isolate")
    shows(page, "hazelcast-2", "network impaired")
    press(page, "logging-1", "pause")
    shows(page, "logging-1", "paused")
    assert watched.engine_says("logging-1") == "paused"
    press(page, "logging-1", "resume")
    shows(page, "logging-1", "running")
    press(page, "hazelcast-2", "heal")
    shows(page, "hazelcast-2", "running")
    assert watched.engine_says("logging-1") == "running"


def test_what_is_done_on_the_command_line_is_shown_and_what_is_refused_says_why(page: Page, watched: Watched) -> None:
    assert run("harness", "stop", "logging-3")[0] == 0
    shows(page, "logging-3", re.compile(r"exited \(\d+\)"))
    wish = {"do": "pause", "target": "logging-3"}
    answer = httpx.post(f"{watched.url}act", json=wish, timeout=20)
    assert answer.status_code == 409
    assert "harness start logging-3" in answer.json()["refused"]
    status, said = run("harness", "heal")
    assert status == 0, said


@pytest.mark.parametrize("path", ["", "state", "act", "none", "wrong/", "wrong/state", "wrong/act", "wrong"])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_without_the_token_everything_is_refused(watched: Watched, method: str, path: str) -> None:
    body = {"do": "kill", "target": "kafka-1"}
    assert httpx.request(method, f"{watched.origin}/{path}", json=body).status_code == 403
    assert watched.engine_says("kafka-1") == "running"


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example", "Origin": "http://evil.example"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://127.0.0.1"},
        {"Origin": "null"},
    ],
)
def test_a_foreign_page_is_refused_although_it_has_the_token(watched: Watched, headers: dict[str, str]) -> None:
    body = {"do": "kill", "target": "kafka-1"}
    assert httpx.post(f"{watched.url}act", json=body, headers=headers).status_code == 403
    assert httpx.get(f"{watched.url}state", headers=headers).status_code == 403
    assert watched.engine_says("kafka-1") == "running"
    own = {"Origin": watched.origin}
    assert httpx.get(f"{watched.url}state", headers=own, timeout=10).status_code == 200


def test_only_this_machine_is_served_and_a_taken_port_is_refused(watched: Watched) -> None:
    (listening,) = {c.laddr for c in psutil.Process(watched.server.pid).net_connections() if c.status == "LISTEN"}
    assert listening.ip == "127.0.0.1"
    status, output = run("harness", "watch", "--port", str(listening.port))
    assert status == 2
    assert output.startswith(f"error: --port {listening.port} can't be used (Address already in use)")


def test_a_wish_that_is_none_is_refused(watched: Watched) -> None:
    for body in ({"do": "burn"}, {"do": "kill", "target": "kafka-9"}, {}):
        assert httpx.post(f"{watched.url}act", content=json.dumps(body)).status_code in (409, 422)


def test_the_page_says_so_when_the_harness_stops(page: Page, watched: Watched, system: Running) -> None:
    expect(page.locator("#gone")).to_be_hidden()
    system.take_down()
    expect(page.locator("#gone")).to_contain_text("The harness that kept this system has stopped", timeout=_SOON_MS)
    expect(page.locator("#gone")).to_contain_text("Nothing below is live")
    expect(page.locator("main button[data-do]:enabled")).to_have_count(0)
    watched.server.send_signal(signal.SIGINT)
    assert watched.server.wait(timeout=10) == 0
    expect(page.locator("#gone")).to_contain_text("harness watch has ended", timeout=_SOON_MS)
    assert run("harness", "watch")[0] == 2
