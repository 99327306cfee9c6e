"""The command that serves the page to watch."""

from __future__ import annotations

import click


@click.command()
@click.option("--port", type=click.IntRange(0, 65535), default=0, help="On 127.0.0.1; any free one, if not given.")
def watch(port: int) -> None:
    """Serve a page that shows the system live, with buttons that break it.

    The page is for this machine only, and for who has its whole address: that holds a token.
    """
    # Here, so that no other command waits for a web framework to be imported.
    from harness.watch.server import serve

    serve(port, click.echo)
