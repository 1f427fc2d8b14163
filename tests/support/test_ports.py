"""Ports for servers that start later: nothing else may get one of them in between."""

import socket
from pathlib import Path

import pytest

from tests.support import ports
from tests.support.ports import find_free_port, find_free_ports


def test_none_is_given_to_outgoing_connections() -> None:
    lowest, _ = map(int, Path("/proc/sys/net/ipv4/ip_local_port_range").read_text().split())
    given = find_free_ports(500)
    assert given.stop <= lowest
    assert given.start > 1023


def test_none_is_given_twice_or_while_somebody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    first, taken, third, fourth = find_free_ports(4)
    draws = iter([first, taken, third, fourth])
    monkeypatch.setattr("tests.support.ports.secrets.randbelow", lambda _: next(draws) - ports._LOWEST)
    monkeypatch.setattr(ports, "_given", {first})
    with socket.create_server(("127.0.0.1", taken)):
        assert find_free_port() == third
    assert find_free_ports(1) == range(fourth, fourth + 1)
