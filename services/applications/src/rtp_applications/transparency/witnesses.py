"""Asks a witness over HTTP to cosign (C2SP tlog-witness)."""

from http import HTTPStatus

import aiohttp

from rtp_applications.transparency.rules.notes import (
    MOST_BYTES,
    NotANote,
    SignatureLine,
    VerifierKey,
    parse_signatures,
)
from rtp_applications.transparency.rules.proofs import WitnessRequest

SECONDS = 10.0
_BEHIND = "text/x.tlog.size"


class NotCosigned(Exception):
    """The witness did not cosign; the message says why."""


class KnowsAnotherSize(Exception):
    """The witness goes by another size of the log than it was asked by."""

    def __init__(self, size: int) -> None:
        super().__init__(size)
        self.size = size


async def ask_witness(url: str, key: VerifierKey, request: WitnessRequest) -> SignatureLine:
    """Return the witness's signature of the request's checkpoint. Raises NotCosigned or KnowsAnotherSize."""
    timeout = aiohttp.ClientTimeout(total=SECONDS)
    try:
        async with (
            aiohttp.ClientSession(timeout=timeout, trust_env=False) as session,
            session.post(f"{url}/add-checkpoint", data=request.format().encode(), allow_redirects=False) as response,
        ):
            content = await response.content.read(MOST_BYTES)
            return _read(key, request, response.status, response.content_type, content)
    except (aiohttp.ClientError, OSError, TimeoutError, UnicodeDecodeError) as error:
        raise NotCosigned(type(error).__name__) from None


def _read(key: VerifierKey, request: WitnessRequest, status: int, media_type: str, content: bytes) -> SignatureLine:
    if status == HTTPStatus.CONFLICT and media_type == _BEHIND and content.strip().isdigit():
        raise KnowsAnotherSize(int(content))
    if status != HTTPStatus.OK:
        raise NotCosigned(f"status {status}")
    try:
        lines = parse_signatures(content.decode())
    except NotANote as error:
        raise NotCosigned(str(error)) from None
    text = request.note.rpartition("\n\n")[0] + "\n"
    found = next((line for line in lines if key.verifies(line, text)), None)
    if found is None:
        raise NotCosigned("no line of it is the witness's signature of the checkpoint")
    return found
