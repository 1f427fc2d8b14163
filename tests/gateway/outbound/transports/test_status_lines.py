"""The status of an answer, whatever comes after it and however it is cut."""

import pytest

from rtp_gateway.outbound.transports.status_lines import StatusReader


@pytest.mark.parametrize(
    ("head", "status"),
    [
        (b"HTTP/1.1 204 No Content\r\n", 204),
        (b"\r\nHTTP/1.0 200\r\n", 200),
        (b"HTTP/1.1 200 and so on without end", 200),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Hints\nLink: </a>\n\nHTTP/1.1 299 Odd\n", 299),
        (b"HTTP/1.1 100 Continue\r\n", None),
        (b"HTTP/1.1 20", None),
        (b"HTTP/1.1 2000 OK\r\n", None),
        (b"HTTP/2 200\r\n", None),
        (b"220 mail.example.org ESMTP\r\nHTTP/1.1 200 OK\r\n", None),
    ],
)
def test_read_at_once_and_octet_by_octet(head: bytes, status: int | None) -> None:
    whole, cut = StatusReader(), StatusReader()
    whole.feed(head)
    for octet in head:
        cut.feed(bytes([octet]))
    assert whole.status == cut.status == status
