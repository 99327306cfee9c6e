"""Asks whether packets pass from one node's network to another's, by programs that helpers run in both."""

from __future__ import annotations

from harness.backends.network_site import NetworkHelper
from harness.backends.protocol import DATAGRAM
from harness.errors import EnvironmentUnfitError

_TIMEOUT_S = 0.5
#: The exit status that says it, so that nothing else that goes wrong is taken for silence.
_SILENT = 77
_CONNECT = f"""
import socket, sys
try:
    socket.create_connection((sys.argv[1], int(sys.argv[2])), timeout={_TIMEOUT_S})
except TimeoutError:
    sys.exit({_SILENT})
except ConnectionRefusedError:
    pass  # It was asked, and said no.
"""

#: The seconds over which datagrams are spread: what else is sent in between finds its way.
_SPREAD_S = 0.5
_BATCHES = 50
#: Nobody listens for so long, in seconds, if it is not told to end.
_LISTENING_S = 60
_LOOPBACK = "127.0.0.1"
#: The bytes that may wait for the listener, which a busy machine keeps from listening. NET_ADMIN permits it.
_ROOM = 64 * 1024 * 1024
_LISTEN = f"""
import socket
SO_RCVBUFFORCE = 33
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
    listening.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, {_ROOM})
    listening.bind(("", 0))
    listening.settimeout({_LISTENING_S})
    print(listening.getsockname()[1], flush=True)
    arrived = 0
    while listening.recvfrom({DATAGRAM})[1][0] != "{_LOOPBACK}":
        arrived += 1
    print(arrived)
"""
_SEND = f"""
import socket, sys, time
to, count = (sys.argv[1], int(sys.argv[2])), int(sys.argv[3])
with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sending:
    for number in range(1, count + 1):
        try:
            sending.sendto(bytes({DATAGRAM}), to)
        except PermissionError:
            pass  # It is dropped on its way out.
        if number % (1 + count // {_BATCHES}) == 0:
            time.sleep({_SPREAD_S / _BATCHES})
"""


def answers(asking: NetworkHelper, address: str, port: int) -> bool:
    """Whether an answer comes to a connection from a helper's network, be it a refusal; half a second is silence.

    Raises:
        EnvironmentUnfitError: it can't be told.
    """
    status, output = asking.run([asking.python, "-c", _CONNECT, address, str(port)])
    if status not in (0, _SILENT):
        raise _not_told(output, status)
    return status == 0


def arriving(sending: NetworkHelper, receiving: NetworkHelper, address: str, count: int) -> int:
    """How many of so many datagrams from one helper's network arrive in the other's, which has this address.

    Nothing has to come back, so it tells one direction from the other. The listener ends when it is told to from
    inside its own network; by then all has arrived that will.

    Raises:
        EnvironmentUnfitError: it can't be told.
    """
    said = receiving.lines([receiving.python, "-c", _LISTEN])
    port = next(said, "")
    if not port.isdigit():
        raise _not_told(" ".join([port, *said]))
    try:
        _send(sending, address, port, count)
    finally:
        _send(receiving, _LOOPBACK, port, 1)
    return int(next(said))


def _send(helper: NetworkHelper, address: str, port: str, count: int) -> None:
    status, output = helper.run([helper.python, "-c", _SEND, address, port, str(count)])
    if status:
        raise _not_told(output, status)


def _not_told(output: str, status: int | None = None) -> EnvironmentUnfitError:
    ended = "" if status is None else f" with status {status}"
    return EnvironmentUnfitError(f"python3 ended{ended} ({output.strip()[-300:]})")
