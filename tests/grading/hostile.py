"""Checkouts that nobody should trust, as small as can be: each is a system that does one thing that it should not.

Each of these things ends by itself at last, should nothing else end it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

#: All three services: what is posted to the facade is shown by it.
_SERVICE = """
import http.server, json, os, pathlib, socket, sys, threading, time, urllib.parse
kept = []
class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        kept.append(form["message"][0])
        self.answer(b"saved")
    def do_GET(self):
        self.answer(json.dumps({"logging": kept, "messages": kept}).encode())
    def answer(self, body):
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        pass
def serve(port=8080):
    http.server.ThreadingHTTPServer(("0.0.0.0", port), Handler).serve_forever()
"""
_SYSTEM = """
name = "small"
servers = { kafka = { count = 1 } }
queue = { kind = "kafka", name = "messages" }
services.facade = { command = ["python3", "facade.py"], port = 8080 }
services.logging = { command = ["python3", "-c", "import service; service.serve()"], port = 8080 }
services.messages = { command = ["python3", "-c", "import service; service.serve()"], port = 8080 }
post = { path = "/", body = "form", key = "message", timeout_s = 3, accepted = { status = [200] } }
promises = { text = "word" }

[get]
path = "/"
timeout_s = 3
logging = { at = "/logging" }
messages = { at = "/messages" }
"""
_IN_BACKGROUND = "threading.Thread(target={what}, daemon=True).start()\nserve()\n"

#: The facade of each, beside `service.py`.
FACADES: Mapping[str, str] = {
    "good": "serve()\n",
    "hangs": "server = socket.create_server(('0.0.0.0', 8080), backlog=999)\ntime.sleep(600)\n",
    "forks": """
def fork():
    for _ in range(2000):
        try:
            if not os.fork():
                time.sleep(120)
                os._exit(0)
        except OSError:
            time.sleep(0.1)
"""
    + _IN_BACKGROUND.format(what="fork"),
    "prints": """
def shout():
    end = time.monotonic() + 120
    while time.monotonic() < end:
        print("x" * 1000)
"""
    + _IN_BACKGROUND.format(what="shout"),
    "fills the disk": """
def fill():
    with open("large", "wb") as file:
        for _ in range(100_000):
            try:
                file.write(b"x" * 100_000)
                file.flush()
            except OSError:
                time.sleep(0.1)
"""
    + _IN_BACKGROUND.format(what="fill"),
    "wrong port": "serve(9090)\n",
    "never ready": "time.sleep(600)\n",
    "crashes": "print('no config here')\nsys.exit(3)\n",
    "reaches out": """
def reach():
    for host in ("192.0.2.77", socket.gethostbyname(socket.gethostname()).rpartition(".")[0] + ".1"):
        for port in (443, 2375):
            try:
                socket.create_connection((host, port), 1)
                print("reached", host, port, flush=True)
            except OSError as error:
                print("not reached", host, port, error, flush=True)
    for path in ("/var/run/docker.sock", "/run/docker.sock"):
        print(path, os.path.exists(path), flush=True)
"""
    + _IN_BACKGROUND.format(what="reach"),
    "reads outside": """
for path in ("linked", "../../secret", "/proc/1/environ"):
    try:
        print(pathlib.Path(path).read_text(errors="replace"), flush=True)
    except OSError as error:
        print(error, flush=True)
serve()
""",
    "answers without end": """
class Endless(Handler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        end = time.monotonic() + 120
        while time.monotonic() < end:
            self.wfile.write(b"x" * 1_000_000)
http.server.ThreadingHTTPServer(("0.0.0.0", 8080), Endless).serve_forever()
""",
}


def write(folder: Path, name: str) -> Path:
    """A checkout of that name in a folder; beside it is a secret that a link in the checkout leads to."""
    checkout = folder / name
    checkout.mkdir()
    (checkout / "system.toml").write_text(_SYSTEM)
    (checkout / "service.py").write_text(_SERVICE)
    (checkout / "facade.py").write_text(f"from service import *\n{FACADES[name]}")
    (checkout / "linked").symlink_to(folder / "secret")
    return checkout


#: The same in Node: its packages and its settings have npm run something, and tell where that ran.
_NODE_SERVICE = """
const http = require("node:http");
const ms = require("ms");
const kept = [];
http.createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    if (request.method === "POST") kept.push(new URLSearchParams(Buffer.concat(parts).toString()).get("message"));
    response.end(request.method === "POST" ? "saved" : JSON.stringify({ logging: kept, messages: kept }));
  });
}).listen(8080, "0.0.0.0", () => console.log("keeping for", ms(60000)));
"""
_NODE_PACKAGE = {
    "name": "small",
    "dependencies": {"ms": "2.1.3"},
    "scripts": {"start": "node service.js", **dict.fromkeys(["preinstall", "install", "prepare"], "exit 1")},
}


def write_node(folder: Path, name: str) -> Path:
    """A checkout in Node, with one package of others."""
    checkout = write(folder, "good").rename(folder / name)
    started = _SYSTEM.replace('["python3", "facade.py"]', '["npm", "start"]').replace(
        '["python3", "-c", "import service; service.serve()"]', '["node", "service.js"]'
    )
    (checkout / "system.toml").write_text(f'runtime = {{ node = ["package.json"] }}\n{started}')
    (checkout / "service.js").write_text(_NODE_SERVICE)
    (checkout / "package.json").write_text(json.dumps(_NODE_PACKAGE))
    ms = {
        "version": "2.1.3",
        "integrity": "sha512-6FlzubTLZG3J2a/NVCAleEhjzq5oxgHyaCU9yYXvcLsvoVaHJq/s5xXI6/XXP6tz7R9xAOtHnSO/tXtF3WRTlA==",
    }
    root = {"name": "small", "dependencies": _NODE_PACKAGE["dependencies"]}
    lock = {"name": "small", "lockfileVersion": 3, "packages": {"": root, "node_modules/ms": ms}}
    (checkout / "package-lock.json").write_text(json.dumps(lock))
    (checkout / ".npmrc").write_text("ignore-scripts=false\nregistry=http://192.0.2.77/\n")
    return checkout


#: What each has to do, and no more: a small scenario.
SCENARIO = '''
"""A message that is posted is shown."""
import pytest

from harness.messages import MessageSystem, messages

pytestmark = [pytest.mark.faulttolerance, pytest.mark.guarantee("the service goes on"), pytest.mark.system(messages())]


def test_posts_are_shown(system: MessageSystem) -> None:
    """Ten posts are acknowledged, and a GET shows them."""
    posted = system.post(10)
    assert len(posted.acknowledged) == 10, f"{len(posted.refusals)} of 10 posts were refused: {posted.refusals[:1]}"
    shown = system.clients.get()
    assert shown and set(shown["logging"]["ids"]) == posted.ids, "a GET does not show what was posted"
'''
