"""Free ports of this host, for a server that opens its port some time after it was given one.

They lie below the ports that the system gives to outgoing connections. From among those, a port that is free now may
soon be another's; and whoever tries one again and again until its server listens may be connected to himself, and
keep the server out.
"""

import secrets
import socket
from pathlib import Path

_LOWEST = 10_000
_OUTGOING = Path("/proc/sys/net/ipv4/ip_local_port_range")
_USUAL_OUTGOING = "32768 60999"
_given: set[int] = set()
"""Those that this process gave out before, whose servers may not listen yet."""


def find_free_port() -> int:
    return find_free_ports(1)[0]


def find_free_ports(count: int) -> range:
    """Ports next to each other, somewhere at random: other processes of the tests look for some too."""
    choices = _find_lowest_outgoing() - count - _LOWEST
    while True:
        first = _LOWEST + secrets.randbelow(choices)
        ports = range(first, first + count)
        if _given.isdisjoint(ports) and all(map(_is_free, ports)):
            _given.update(ports)
            return ports


def _find_lowest_outgoing() -> int:
    ports = _OUTGOING.read_text() if _OUTGOING.exists() else _USUAL_OUTGOING
    return max(int(ports.split()[0]), 2 * _LOWEST)


def _is_free(port: int) -> bool:
    try:
        with socket.create_server(("127.0.0.1", port)):
            return True
    except OSError:
        return False
