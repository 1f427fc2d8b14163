"""What sinks are shown: which credentials are accepted, and that none is ever shown to anybody else."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, Encoding, PrivateFormat
from pydantic import TypeAdapter, ValidationError

from rtp_gateway.outbound.secret_box import SecretBox
from rtp_gateway.outbound.subscriptions.credential_schemas import SinkCredential, accept_credential
from rtp_gateway.outbound.subscriptions.errors import CredentialRefused
from rtp_gateway.outbound.transports.credentials import (
    BasicCredential,
    ClientCertificate,
    ClientCredentials,
    Credential,
    GivenAccessToken,
    open_credential,
    seal_credential,
)
from rtp_gateway.outbound.transports.errors import SinkRefused
from rtp_gateway.outbound.transports.sinks import NO_PUBLIC_NAME, Sinks
from rtp_shared.schemas import Input
from tests.support.hosts import DAY, Names, issue

pytestmark = pytest.mark.anyio
NOW = datetime.now(UTC)
READ: TypeAdapter[Any] = TypeAdapter(SinkCredential)
PLAIN = {"credentialtype": "PLAIN", "identifier": "trust", "secret": "s3cr3t: £"}
TOKEN = {
    "credentialtype": "ACCESSTOKEN",
    "accesstoken": "s3cr3t.A-_~+/==",
    "accesstokenexpiresutc": "2999-01-01T00:00:00Z",
    "accesstokentype": "bearer",
}
CLIENT = {
    "credentialtype": "CLIENTCREDENTIALS",
    "tokenendpoint": "https://login.example.org/oauth2/token",
    "clientid": "platform",
    "clientsecret": "s3cr3t",
    "scope": "events:write other",
}
PAIR, OTHER = issue("platform.example.org"), issue("other.example.org")
CERTIFICATE = {"credentialtype": "CLIENTCERTIFICATE", "certificate": PAIR.pem, "privatekey": PAIR.key}
ALL = [PLAIN, TOKEN, CLIENT, CERTIFICATE]
KINDS = [str(each["credentialtype"]) for each in ALL]


class Body(Input):
    """A request body that holds one."""

    sinkcredential: SinkCredential | None = None


async def accept(asked: dict[str, str], *, names: Names | None = None) -> Credential:
    sinks = Sinks(allow_private=False, resolve=names or Names(["8.8.8.8"]))
    return await accept_credential(READ.validate_python(asked), sinks=sinks, now=NOW)


async def test_each_kind_is_accepted() -> None:
    assert await accept(PLAIN) == BasicCredential("trust", "s3cr3t: £")
    assert await accept(TOKEN) == GivenAccessToken("s3cr3t.A-_~+/==", datetime(2999, 1, 1, tzinfo=UTC))
    assert await accept({**TOKEN, "accesstokentype": "BEARER"}) == await accept(TOKEN)
    assert await accept(CLIENT) == ClientCredentials(
        "https://login.example.org/oauth2/token", "platform", "s3cr3t", "events:write other"
    )
    assert await accept(CERTIFICATE) == ClientCertificate(PAIR.pem, PAIR.key)


@pytest.mark.parametrize("asked", ALL, ids=KINDS)
async def test_sealed_and_never_shown_by_accident(asked: dict[str, str]) -> None:
    safe, other = SecretBox(Fernet.generate_key().decode()), SecretBox(Fernet.generate_key().decode())
    credential = await accept(asked)
    sealed = seal_credential(safe, credential)
    assert open_credential(safe, sealed) == credential
    with pytest.raises(InvalidToken):
        open_credential(other, sealed)
    body = Body.model_validate({"sinkcredential": asked})
    key_line = PAIR.key.splitlines()[1]
    for written in (repr(credential), str(sealed), repr(body), body.model_dump_json()):
        assert "s3cr3t" not in written
        assert key_line not in written


@pytest.mark.parametrize(
    ("asked", "member", "change"),
    [
        (PLAIN, "identifier", ""),
        (PLAIN, "identifier", "a:b"),
        (PLAIN, "identifier", "a\r\nX-Injected: b"),
        (PLAIN, "identifier", "a\x00"),
        (PLAIN, "secret", "s3cr3t\nX-Injected: b"),
        (PLAIN, "secret", "s3cr3t\x7f"),
        (PLAIN, "secret", ""),
        (PLAIN, "secret", "s" * 1001),
        (TOKEN, "accesstoken", "s3cr3t b"),
        (TOKEN, "accesstoken", "s3cr3t\r\nX-Injected: b"),
        (TOKEN, "accesstoken", "s3cr3t\n"),
        (TOKEN, "accesstoken", "s3cr3t=b"),
        (TOKEN, "accesstoken", "s3cr3té"),
        (TOKEN, "accesstokenexpiresutc", "2999-01-01T00:00:00"),
        (TOKEN, "accesstokenexpiresutc", "soon"),
        (TOKEN, "accesstokentype", "mac"),
        (CLIENT, "clientid", "a\r\nb"),
        (CLIENT, "clientsecret", "s3cr3t\r\nb"),
        (CLIENT, "scope", "a\nb"),
        (CLIENT, "scope", 'a"b'),
        (CERTIFICATE, "certificate", ""),
    ],
)
def test_what_cannot_be_sent_is_refused_by_name_and_not_repeated(
    asked: dict[str, str], member: str, change: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        Body.model_validate({"sinkcredential": {**asked, member: change}})
    (error,) = refused.value.errors()
    assert error["loc"] == ("sinkcredential", member)
    assert "s3cr3t" not in str(refused.value)
    assert "Injected" not in str(refused.value)


@pytest.mark.parametrize("kind", ["REFRESHTOKEN", "plain", "", None])
def test_other_kinds_are_refused(kind: str | None) -> None:
    with pytest.raises(ValidationError, match="sinkcredential") as refused:
        Body.model_validate({"sinkcredential": {"credentialtype": kind, "refreshtoken": "s3cr3t"}})
    assert "s3cr3t" not in str(refused.value)


def test_the_published_schema_marks_secrets_as_written_only() -> None:
    schema = TypeAdapter(Body).json_schema()
    kinds = schema["properties"]["sinkcredential"]["anyOf"][0]["discriminator"]["mapping"]
    assert sorted(kinds) == sorted(KINDS)
    written_only = {
        name
        for kind in schema["$defs"].values()
        for name, member in kind["properties"].items()
        if member.get("writeOnly")
    }
    assert written_only == {"secret", "accesstoken", "clientsecret", "privatekey"}


async def test_an_access_token_that_has_expired_is_refused() -> None:
    with pytest.raises(CredentialRefused) as refused:
        await accept({**TOKEN, "accesstokenexpiresutc": NOW.isoformat()})
    assert refused.value.errors[0].field == "/sinkcredential/accesstokenexpiresutc"


@pytest.mark.parametrize(
    "endpoint",
    ["https://127.0.0.1/token", "http://login.example.org/", "https://[64:ff9b::7f00:1]/", "https://u:p@x.org/"],
)
async def test_a_token_endpoint_must_be_public_and_secure(endpoint: str) -> None:
    with pytest.raises(SinkRefused) as refused:
        await accept({**CLIENT, "tokenendpoint": endpoint})
    assert refused.value.errors[0].field == "/sinkcredential/tokenendpoint"


async def test_a_token_endpoint_whose_name_leads_inside_is_refused() -> None:
    with pytest.raises(SinkRefused) as refused:
        await accept(CLIENT, names=Names(["8.8.8.8", "10.0.0.1"]))
    assert refused.value.reason == NO_PUBLIC_NAME


def _encrypted() -> str:
    encryption = BestAvailableEncryption(b"pw")
    return PAIR.private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, encryption).decode()


SHORT = issue("short.example.org", private=rsa.generate_private_key(65537, 1024))  # noqa: S505 - that is the point
PAST, COMING = issue("past", until=NOW - timedelta(seconds=1)), issue("coming", until=NOW + 4 * DAY)


@pytest.mark.parametrize(
    ("certificate", "key", "field", "reason"),
    [
        ("nothing", PAIR.key, "certificate", "not a certificate"),
        (PAIR.key, PAIR.key, "certificate", "not a certificate"),
        (PAIR.pem * 11, PAIR.key, "certificate", "more than 10"),
        (PAIR.pem, "nothing", "privatekey", "not a private key"),
        (PAIR.pem, PAIR.pem, "privatekey", "not a private key"),
        (PAIR.pem, _encrypted(), "privatekey", "encrypted"),
        (PAIR.pem, OTHER.key, "privatekey", "does not belong"),
        (OTHER.pem + PAIR.pem, PAIR.key, "privatekey", "does not belong"),
        (PAST.pem, PAST.key, "certificate", "not valid now"),
        (COMING.pem, COMING.key, "certificate", "not valid now"),
        (PAIR.pem + PAST.pem, PAIR.key, "certificate", "not valid now"),
        (SHORT.pem, SHORT.key, "certificate", "too short"),
    ],
    ids=range(12),
)
async def test_a_certificate_that_is_of_no_use_is_refused(certificate: str, key: str, field: str, reason: str) -> None:
    with pytest.raises(CredentialRefused) as refused:
        await accept({**CERTIFICATE, "certificate": certificate, "privatekey": key})
    (error,) = refused.value.errors
    assert error.field == f"/sinkcredential/{field}"
    assert reason in error.reason
    assert PAIR.key.splitlines()[1] not in json.dumps(error)


async def test_only_certificates_and_the_key_are_kept_of_what_was_written() -> None:
    kept = await accept({**CERTIFICATE, "certificate": f"my notes\n{PAIR.pem}{OTHER.pem}more\n"})
    assert kept == ClientCertificate(PAIR.pem + OTHER.pem, PAIR.key)
