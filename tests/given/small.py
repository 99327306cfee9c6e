"""A small system that nobody's harness has started: a facade and logging instances, which share one file."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from harness.backends.gone import accepts
from harness.backends.loopback import leased_block
from harness.waiting import until

#: Where it runs, and for the facade where the others do. Logging keeps each message as a line of a file.
PROGRAM = """
import http.client, http.server, pathlib, sys, urllib.parse
host, port = sys.argv[1].split(":")
store = pathlib.Path("messages")
class Logging(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        text = self.rfile.read(int(self.headers["Content-Length"]))
        with store.open("ab") as file:
            file.write(text + b"\\n")
        self.answer(b"kept")
    def do_GET(self):
        # One that was tried at another instance, too, is there once.
        self.answer(b"".join(dict.fromkeys(store.read_bytes().splitlines(keepends=True))))
    def answer(self, body, status=200):
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *arguments):
        pass
class Facade(Logging):
    def do_POST(self):
        self.ask("POST", self.rfile.read(int(self.headers["Content-Length"])))
    def do_GET(self):
        self.ask("GET", None)
    def ask(self, method, body):
        for other in sys.argv[2:]:
            try:
                connection = http.client.HTTPConnection(other, timeout=1)
                connection.request(method, "/", body)
                self.answer(connection.getresponse().read())
                return
            except (OSError, http.client.HTTPException):  # it may end within its answer
                pass
        self.answer(b"nobody logs", 503)
handler = Facade if sys.argv[2:] else Logging
http.server.ThreadingHTTPServer((host, int(port)), handler).serve_forever()
"""
_START = "cd {folder} && {{ {command} > log-{name} 2>&1 < /dev/null & echo $! > pid-{name}; }}\n"
#: What others have posted before; the second is as one that another run of the harness has left.
BEFORE = ("somebody else's", "m000001-0badc0de", "m00")
#: How it is spoken to.
SPEECH = """
[post]
path = "/"
body = "text"

[get]
path = "/"
logging = { form = "text", split = "\\n" }

[read]
logging = { path = "/", entries = { form = "text", split = "\\n" } }

[promises]
text = "word"
"""
KILLING = """kill = ["sh", "-c", "kill -9 $(cat pid-${name})"]
stop = ["sh", "-c", "kill -TERM $(cat pid-${name})"]
start = ["sh", "start-${name}"]
"""


class Small:
    """The system, in a folder.

    Attributes:
        folder: where it is.
        logging: where its logging instances are.
        facade: where its facade is.
    """

    def __init__(self, folder: Path, logging: Sequence[str], facade: str) -> None:
        self.folder, self.logging, self.facade = folder, logging, facade

    def file(self, doing: str = KILLING) -> Path:
        """Writes the file that describes it, with this on what may be done to each service."""
        file = self.folder / "system.toml"
        tables = [
            f"[services.{role}.running]\nat = {list(at)}\n{doing}".replace("'", '"', 2 * len(at))
            for role, at in (("facade", [self.facade]), ("logging", self.logging))
        ]
        file.write_text("\n".join(['name = "Small"\n', *tables, SPEECH]))
        return file

    def pid(self, name: str) -> int:
        """The process of an instance, as it was started last."""
        return int((self.folder / f"pid-{name}").read_text())

    @property
    def messages(self) -> Sequence[str]:
        """All that it has kept."""
        return (self.folder / "messages").read_text().splitlines()


@contextmanager
def small(folder: Path) -> Iterator[Small]:
    """Starts the system, and kills it at the end of the block."""
    folder.mkdir()
    (folder / "program.py").write_text(PROGRAM)
    (folder / "messages").write_text("".join(f"{text}\n" for text in BEFORE))
    with leased_block() as block:
        system = Small(folder, [f"{block}.{number}:8080" for number in (1, 2, 3)], f"{block}.4:8080")
        where = {**{f"logging-{n}": [at] for n, at in enumerate(system.logging, 1)}}
        where["facade"] = [system.facade, *system.logging]
        try:
            for name, arguments in where.items():
                command = " ".join([sys.executable, "program.py", *arguments])
                (folder / f"start-{name}").write_text(_START.format(folder=folder, command=command, name=name))
                subprocess.run(["sh", f"start-{name}"], cwd=folder, check=True)
            for name, (at, *_) in where.items():
                until(f"{name} to listen", lambda at=at: accepts(at), timeout_s=120)
            yield system
        finally:
            for name in where:
                with suppress(FileNotFoundError):
                    subprocess.run(["kill", "-9", str(system.pid(name))], check=False, stderr=subprocess.DEVNULL)
