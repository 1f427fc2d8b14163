"""Sink credentials as a subscriber writes them. They are only written: reads show no more than their kind."""

import asyncio
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Literal, get_args

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Discriminator,
    Field,
    SecretStr,
    Tag,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from rtp_gateway.outbound.subscriptions.errors import CredentialRefused
from rtp_gateway.outbound.transports.certificates import UnusableCertificate, normalise
from rtp_gateway.outbound.transports.credentials import (
    BEARER,
    BasicCredential,
    ClientCertificate,
    ClientCredentials,
    Credential,
    GivenAccessToken,
)
from rtp_gateway.outbound.transports.sinks import Sinks
from rtp_shared.schemas import Input, Instant, Output, Storable
from rtp_shared.texts import require_fit
from rtp_shared.validation import explain

LONGEST_PEM = 40_000
TOKEN_ENDPOINT = "/sinkcredential/tokenendpoint"  # noqa: S105 - where it stands


def _check_header_text(text: str) -> str:
    if any(ord(each) < 32 or ord(each) == 127 for each in require_fit(text)):
        raise ValueError("must not hold control characters, such as the end of a line")
    return text


def _check_no_colon(text: str) -> str:
    if ":" in text:
        raise ValueError("must not hold a colon, where HTTP Basic parts it from the secret")
    return text


def _check_bearer(text: str) -> str:
    if not BEARER.fullmatch(text):
        raise ValueError("must be of letters, digits and - . _ ~ + /, with = only at the end")
    return text


def _fold(word: object) -> object:
    return word.lower() if isinstance(word, str) else word


def _check_scope(text: str) -> str:
    if any(not "!" <= each <= "~" or each in '"\\' for word in text.split(" ") for each in word):
        raise ValueError("must be words of visible ASCII characters, parted by blanks")
    return text


def _validate_secret(check: Callable[[str], str]) -> AfterValidator:
    def validate(secret: SecretStr) -> SecretStr:
        check(secret.get_secret_value())
        return secret

    return AfterValidator(validate)


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_check_header_text)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1000), _validate_secret(_check_header_text)]


class PlainCredential(Input):
    """HTTP Basic."""

    credentialtype: Literal["PLAIN"]
    identifier: Annotated[Name, AfterValidator(_check_no_colon)]
    secret: Password


class AccessTokenCredential(Input):
    """A bearer token. Nothing is sent once it has expired."""

    credentialtype: Literal["ACCESSTOKEN"]
    accesstoken: Annotated[SecretStr, Field(min_length=1, max_length=8000), _validate_secret(_check_bearer)]
    accesstokenexpiresutc: Instant
    accesstokentype: Annotated[Literal["bearer"], BeforeValidator(_fold)] = Field(default="bearer")


class ClientCredentialsCredential(Input):
    """Bearer tokens that we ask your authorisation server for (OAuth 2 client credentials, client_secret_basic)."""

    credentialtype: Literal["CLIENTCREDENTIALS"]
    tokenendpoint: Annotated[str, Storable] = Field(
        min_length=8, max_length=2000, description="An https URL at a public address"
    )
    clientid: Name
    clientsecret: Password
    scope: Annotated[str, Field(max_length=1000), AfterValidator(_check_scope)] = Field(default="")


class ClientCertificateCredential(Input):
    """A certificate that we show while the connection is made (mutual TLS)."""

    credentialtype: Literal["CLIENTCERTIFICATE"]
    certificate: str = Field(min_length=1, max_length=LONGEST_PEM, description="PEM; a chain begins with your own")
    privatekey: SecretStr = Field(min_length=1, max_length=LONGEST_PEM, description="PEM, not encrypted")


def _point_to_member(value: object, handler: ValidatorFunctionWrapHandler) -> object:
    """Make errors point to the member itself, not to one under the name of the kind, and hold nothing of the input."""
    try:
        return handler(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        lines = [_build_error(each["loc"][1:], explain(each)) for each in found]
        raise ValidationError.from_exception_data(error.title, lines) from None


def _build_error(member: tuple[int | str, ...], reason: str) -> InitErrorDetails:
    error = PydanticCustomError("credential", "{reason}", {"reason": reason})
    return InitErrorDetails(type=error, loc=member, input=None)


SinkCredential = Annotated[
    PlainCredential | AccessTokenCredential | ClientCredentialsCredential | ClientCertificateCredential,
    Field(
        discriminator="credentialtype",
        description="What your sink is shown so that it lets us in. Never given back; REFRESHTOKEN is not offered",
    ),
    WrapValidator(_point_to_member),
]


CredentialKind = Literal["PLAIN", "ACCESSTOKEN", "CLIENTCREDENTIALS", "CLIENTCERTIFICATE"]
KINDS: tuple[str, ...] = get_args(CredentialKind)


class KeptCredential(Input):
    """The credential that is held already, as reads show it: by its kind alone."""

    credentialtype: CredentialKind


_NO_KIND = f"needs a credentialtype: {', '.join(KINDS[:-1])} or {KINDS[-1]}"


def _tell_kind(value: object) -> object:
    if isinstance(value, KeptCredential):
        return "kept"
    if not isinstance(value, Mapping):
        return getattr(value, "credentialtype", None)
    return "kept" if value.keys() == {"credentialtype"} else value.get("credentialtype")


ReplacedCredential = Annotated[
    Annotated[PlainCredential, Tag("PLAIN")]
    | Annotated[AccessTokenCredential, Tag("ACCESSTOKEN")]
    | Annotated[ClientCredentialsCredential, Tag("CLIENTCREDENTIALS")]
    | Annotated[ClientCertificateCredential, Tag("CLIENTCERTIFICATE")]
    | Annotated[KeptCredential, Tag("kept")],
    Discriminator(_tell_kind, custom_error_type="credential", custom_error_message=_NO_KIND),
    Field(description="Another one, or by its kind alone the one that is held, as reads show it"),
    WrapValidator(_point_to_member),
]


class SinkCredentialView(Output):
    """The kind of a sink credential; the rest is never given back."""

    credentialtype: str


async def accept_credential(asked: SinkCredential, *, sinks: Sinks, now: datetime) -> Credential:
    """Return the credential to keep; raise CredentialRefused, or SinkRefused for its token endpoint."""
    if isinstance(asked, PlainCredential):
        return BasicCredential(asked.identifier, asked.secret.get_secret_value())
    if isinstance(asked, AccessTokenCredential):
        if asked.accesstokenexpiresutc <= now:
            raise CredentialRefused("accesstokenexpiresutc", "is past")
        return GivenAccessToken(asked.accesstoken.get_secret_value(), asked.accesstokenexpiresutc)
    if isinstance(asked, ClientCredentialsCredential):
        await sinks.check(asked.tokenendpoint, field=TOKEN_ENDPOINT)
        return ClientCredentials(
            asked.tokenendpoint, asked.clientid, asked.clientsecret.get_secret_value(), asked.scope
        )
    return await asyncio.to_thread(_normalise_certificate, asked.certificate, asked.privatekey.get_secret_value(), now)


def _normalise_certificate(certificate: str, key: str, now: datetime) -> ClientCertificate:
    try:
        return ClientCertificate(*normalise(certificate, key, now=now))
    except UnusableCertificate as found:
        raise CredentialRefused(found.field, found.reason) from None
