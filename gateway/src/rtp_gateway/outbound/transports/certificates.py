"""Client certificates with their private keys: checking that they can be used, and presenting them in TLS."""

import os
import secrets
import ssl
import tempfile
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

LONGEST_CHAIN = 10
_PUBLIC = (Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


class UnusableCertificate(ValueError):
    """The certificate or its key cannot be used."""

    def __init__(self, field: str, reason: str) -> None:
        super().__init__(reason)
        self.field = field
        """certificate or privatekey"""
        self.reason = reason


def normalise(certificate: str, key: str, *, now: datetime) -> tuple[str, str]:
    """Return chain and key rewritten by us, without whatever else stood in the text; raise UnusableCertificate.

    The last check is that TLS takes them. All this may take 100 ms, so it is not for the event loop.
    """
    chain, private = _load_chain(certificate), _load_private_key(key)
    if chain[0].public_key().public_bytes(*_PUBLIC) != private.public_key().public_bytes(*_PUBLIC):
        raise UnusableCertificate("privatekey", "does not belong to the first certificate")
    for each in chain:
        if not each.not_valid_before_utc <= now < each.not_valid_after_utc:
            raise UnusableCertificate("certificate", "is not valid now: it has expired, or is not valid yet")
    written = (
        b"".join(each.public_bytes(Encoding.PEM) for each in chain).decode(),
        private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode(),
    )
    try:
        present(ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT), *written)
    except (ssl.SSLError, ValueError):
        raise UnusableCertificate(
            "certificate", "is not accepted by TLS: its key may be too short, or of another kind"
        ) from None
    return written


def present(context: ssl.SSLContext, certificate: str, key: str) -> None:
    """Let the context present this certificate. OpenSSL wants a file: its key is encrypted, and it is deleted after."""
    password = secrets.token_bytes(32).hex().encode()
    encrypted = load_pem_private_key(key.encode(), None).private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(password)
    )
    handle, path = tempfile.mkstemp(suffix=".pem")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(encrypted + certificate.encode())
        context.load_cert_chain(path, password=password)
    finally:
        Path(path).unlink()


def _load_chain(certificate: str) -> Sequence[x509.Certificate]:
    try:
        chain = x509.load_pem_x509_certificates(certificate.encode())
    except ValueError:
        raise UnusableCertificate("certificate", "is not a certificate as PEM, or a chain of them") from None
    if len(chain) > LONGEST_CHAIN:
        raise UnusableCertificate("certificate", f"holds more than {LONGEST_CHAIN} certificates")
    return chain


def _load_private_key(key: str) -> PrivateKeyTypes:
    try:
        return load_pem_private_key(key.encode(), None)
    except TypeError:
        raise UnusableCertificate("privatekey", "is encrypted") from None
    except (ValueError, UnsupportedAlgorithm):
        raise UnusableCertificate("privatekey", "is not a private key as PEM") from None
