"""A server for the tests of the backends, small enough to start at once; run as a process and as a container.

Environment: PORT; HOST; NOTE to answer with; LISTEN_AFTER seconds; EXIT status after some last words; IGNORE_TERM.
"""

import http.server
import os
import signal
import sys
import time
from pathlib import Path

STARTS = Path(os.environ.get("HARNESS_DATA", "/")) / "starts"


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        if self.path == "/time":
            self.wfile.write(f'{{"time": {time.time()}}}'.encode())
            return
        path = Path(os.environ.get("FILE", "/nowhere"))
        text = path.read_text() if path.exists() else "-"
        note = os.environ.get("NOTE", "")
        self.wfile.write(f'{{"starts": {STARTS.stat().st_size}, "file": "{text}", "note": "{note}"}}'.encode())

    def log_message(self, *arguments: object) -> None:
        pass


def main() -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN if os.environ.get("IGNORE_TERM") else lambda *_: sys.exit(0))
    STARTS.parent.mkdir(parents=True, exist_ok=True)
    with STARTS.open("a") as starts:
        starts.write("x")
    print(f"start {STARTS.stat().st_size} as {os.environ.get('HOST', '')}", flush=True)  # noqa: T201
    if "EXIT" in os.environ:
        for number in range(1, 31):
            print(f"last words {number}", flush=True)  # noqa: T201
        sys.exit(int(os.environ["EXIT"]))
    # The point of it: a server that is up long before it listens.
    if after := os.environ.get("LISTEN_AFTER"):
        time.sleep(float(after))
    address = (os.environ.get("HOST", "127.0.0.1"), int(os.environ["PORT"]))
    http.server.ThreadingHTTPServer(address, Handler).serve_forever()


if __name__ == "__main__":
    main()
