"""What names mean, and certificates for them, where a test says so."""

import ssl
import uuid
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from rtp_gateway.outbound.transports.http import HttpTransport
from rtp_gateway.outbound.transports.requests import DeliveryRequest
from rtp_gateway.outbound.transports.sinks import Resolve, Sinks
from tests.support.webhooks import Receiver, receiving

HOOKS = "hooks.example.org"
DAY = timedelta(days=1)


class Names:
    """A resolver that we tell what names mean: one answer after the other, and then no such name."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[str] = []

    async def __call__(self, host: str, _port: int) -> Sequence[str]:
        self.asked.append(host)
        if not self.answers:
            raise OSError("no such name")
        return self.answers.pop(0)


async def here(_host: str, _port: int) -> Sequence[str]:
    """A resolver for which every name is this machine."""
    return ["127.0.0.1"]


Private = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Pair:
    """A certificate with its key."""

    certificate: x509.Certificate
    private: Private

    @property
    def pem(self) -> str:
        return self.certificate.public_bytes(Encoding.PEM).decode()

    @property
    def key(self) -> str:
        return self.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def issue(name: str, by: Pair | None = None, *, private: Private | None = None, until: datetime | None = None) -> Pair:
    """A certificate for a name, by an authority or, without one, by itself."""
    private = private or ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    until = until or datetime.now(UTC) + DAY
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(by.certificate.subject if by else subject)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(until - 3 * DAY)
        .not_valid_after(until)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=by is None, path_length=None), critical=True)
    )
    return Pair(builder.sign(by.private if by else private, hashes.SHA256()), private)


def server_side(pair: Pair, directory: Path, *, clients: Pair | None = None) -> ssl.SSLContext:
    """TLS of a server with this certificate; it lets in only `clients`' holders if there is such an authority."""
    path = directory / f"{pair.certificate.serial_number}.pem"
    path.write_text(pair.key + pair.pem)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(path)
    if clients:
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(cadata=clients.pem)
    return context


@asynccontextmanager
async def receiving_as(host: str, **site: Any) -> AsyncIterator[Receiver]:
    """A receiver that is known by a name, with https if it is given an `ssl_context`."""
    async with receiving(**site) as receiver:
        scheme = "https" if site.get("ssl_context") else "http"
        receiver.url = receiver.url.replace("http://127.0.0.1", f"{scheme}://{host}")
        yield receiver


def request(sink: str, **details: Any) -> DeliveryRequest:
    """Something to be carried to a sink."""
    details = {"content_type": "application/cloudevents+json", "body": b"{}", **details}
    return DeliveryRequest(subscription_id=uuid.uuid4(), message_id="e-1", type="t", sink=sink, **details)


def transport(*, resolve: Resolve | None = None, private: bool = True, **details: Any) -> HttpTransport:
    return HttpTransport(Sinks(allow_private=private, resolve=resolve), **{"origin": "events.example.org", **details})
