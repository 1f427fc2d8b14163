"""Refusals of the token endpoint, as RFC 6749 section 5.2 has them: a client of OAuth reads no problem details."""

from collections.abc import Iterable, Mapping

from fastapi.responses import JSONResponse

from rtp_gateway.inbound.identity.commands import TokenRefused
from rtp_shared.exception_handlers import translate_error
from rtp_shared.problems import Refusal

_LATER = (429, 503)


NOT_STORED = {"Cache-Control": "no-store", "Pragma": "no-cache"}
"""Headers of every answer of the token endpoint (RFC 6749 section 5.1)."""


def refuse_method(method: str, methods: Iterable[str]) -> JSONResponse:
    """Return the answer to a request by a method that is not taken."""
    allowed = ", ".join(sorted(methods))
    refused = TokenRefused("invalid_request", f"{method} is not taken here, only {allowed}")
    return _answer(refused, 405, {"Allow": allowed, **NOT_STORED})


def describe_refusal(error: Exception) -> JSONResponse | None:
    """Return the answer to a request that is refused; None where the fault is ours."""
    if isinstance(error, TokenRefused):
        unknown = error.code == "invalid_client"
        headers = {"WWW-Authenticate": 'Basic realm="Right to Provide"'} if unknown else {}
        return _answer(error, 401 if unknown else 400, headers)
    refusal = error if isinstance(error, Refusal) else translate_error(error)
    if refusal is None:
        return None
    reasons = "; ".join(f"{each.field} {each.reason}".strip() for each in refusal.errors) or refusal.detail
    code = "temporarily_unavailable" if refusal.status in _LATER else "invalid_request"
    return _answer(TokenRefused(code, reasons), refusal.status, refusal.headers)


def _answer(refused: TokenRefused, status: int, headers: Mapping[str, str]) -> JSONResponse:
    return JSONResponse({"error": refused.code, "error_description": refused.detail}, status, dict(headers))
