"""Sink credentials as a subscriber writes them. They are only written: reads show no more than their kind."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    AwareDatetime,
    Field,
    SecretStr,
    ValidationError,
    ValidatorFunctionWrapHandler,
    WrapValidator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError

from rtp_gateway.subscriptions.certificates import Unusable, usable
from rtp_gateway.subscriptions.credentials import (
    BEARER,
    AccessToken,
    ClientCertificate,
    ClientCredentials,
    Credential,
    Plain,
)
from rtp_gateway.subscriptions.errors import CredentialRefused
from rtp_gateway.subscriptions.sinks import Sinks
from rtp_shared.schemas import Input, Output, require_storable

LONGEST_PEM = 40_000
TOKEN_ENDPOINT = "/sinkcredential/tokenendpoint"  # noqa: S105 - where it stands


def _in_a_header(text: str) -> str:
    if any(ord(each) < 32 or ord(each) == 127 for each in require_storable(text)):
        raise ValueError("must not hold control characters, such as the end of a line")
    return text


def _without_colon(text: str) -> str:
    if ":" in text:
        raise ValueError("must not hold a colon, where HTTP Basic parts it from the secret")
    return text


def _bearer(text: str) -> str:
    if not BEARER.fullmatch(text):
        raise ValueError("must be of letters, digits and - . _ ~ + /, with = only at the end")
    return text


def _scope(text: str) -> str:
    if any(not "!" <= each <= "~" or each in '"\\' for word in text.split(" ") for each in word):
        raise ValueError("must be words of visible ASCII characters, parted by blanks")
    return text


def _secret(check: Callable[[str], str]) -> AfterValidator:
    def checked(secret: SecretStr) -> SecretStr:
        check(secret.get_secret_value())
        return secret

    return AfterValidator(checked)


Name = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(_in_a_header)]
Password = Annotated[SecretStr, Field(min_length=1, max_length=1000), _secret(_in_a_header)]


class PlainCredential(Input):
    """HTTP Basic."""

    credentialtype: Literal["PLAIN"]
    identifier: Annotated[Name, AfterValidator(_without_colon)]
    secret: Password


class AccessTokenCredential(Input):
    """A bearer token. Nothing is sent once it has expired."""

    credentialtype: Literal["ACCESSTOKEN"]
    accesstoken: Annotated[SecretStr, Field(min_length=1, max_length=8000), _secret(_bearer)]
    accesstokenexpiresutc: AwareDatetime
    accesstokentype: Literal["bearer", "Bearer"] = Field(default="bearer")


class ClientCredentialsCredential(Input):
    """Bearer tokens that we ask your authorisation server for (OAuth 2 client credentials, client_secret_basic)."""

    credentialtype: Literal["CLIENTCREDENTIALS"]
    tokenendpoint: str = Field(min_length=8, max_length=2000, description="An https URL at a public address")
    clientid: Name
    clientsecret: Password
    scope: Annotated[str, Field(max_length=1000), AfterValidator(_scope)] = Field(default="")


class ClientCertificateCredential(Input):
    """A certificate that we show while the connection is made (mutual TLS)."""

    credentialtype: Literal["CLIENTCERTIFICATE"]
    certificate: str = Field(min_length=1, max_length=LONGEST_PEM, description="PEM; a chain begins with your own")
    privatekey: SecretStr = Field(min_length=1, max_length=LONGEST_PEM, description="PEM, not encrypted")


def _by_member(value: Any, handler: ValidatorFunctionWrapHandler) -> Any:
    """Errors that point to the member itself, not to one under the name of the kind, and hold nothing of the input."""
    try:
        return handler(value)
    except ValidationError as error:
        found = error.errors(include_url=False, include_context=False, include_input=False)
        lines = [_line(each["loc"][1:], each["msg"]) for each in found]
        raise ValidationError.from_exception_data(error.title, lines) from None


def _line(member: tuple[int | str, ...], reason: str) -> InitErrorDetails:
    error = PydanticCustomError("credential", "{reason}", {"reason": reason.removeprefix("Value error, ")})
    return InitErrorDetails(type=error, loc=member, input=None)


SinkCredential = Annotated[
    PlainCredential | AccessTokenCredential | ClientCredentialsCredential | ClientCertificateCredential,
    Field(
        discriminator="credentialtype",
        description="What your sink is shown so that it lets us in. Never given back; REFRESHTOKEN is not offered",
    ),
    WrapValidator(_by_member),
]


class SinkCredentialView(Output):
    """The kind of a sink credential; the rest is never given back."""

    credentialtype: str


async def accept(asked: SinkCredential, *, sinks: Sinks, now: datetime) -> Credential:
    """The credential to keep; raise CredentialRefused or, for its token endpoint, SinkRefused if it is of no use."""
    if isinstance(asked, PlainCredential):
        return Plain(asked.identifier, asked.secret.get_secret_value())
    if isinstance(asked, AccessTokenCredential):
        if asked.accesstokenexpiresutc <= now:
            raise CredentialRefused("accesstokenexpiresutc", "is past")
        return AccessToken(asked.accesstoken.get_secret_value(), asked.accesstokenexpiresutc)
    if isinstance(asked, ClientCredentialsCredential):
        await sinks.check(asked.tokenendpoint, field=TOKEN_ENDPOINT)
        return ClientCredentials(
            asked.tokenendpoint, asked.clientid, asked.clientsecret.get_secret_value(), asked.scope
        )
    return await asyncio.to_thread(_certificate, asked.certificate, asked.privatekey.get_secret_value(), now)


def _certificate(certificate: str, key: str, now: datetime) -> ClientCertificate:
    try:
        return ClientCertificate(*usable(certificate, key, now=now))
    except Unusable as found:
        raise CredentialRefused(found.field, found.reason) from None
