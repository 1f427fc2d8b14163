"""Conditional requests (RFC 9110 section 13): a strong ETag is the row's version in quotes."""

import re
from typing import Annotated

from fastapi import Depends, Header

from rtp_shared.problems import FieldError, Malformed, PreconditionFailed, PreconditionRequired

_STRONG = re.compile(r'"(\d{1,18})"')


def etag(version: int) -> str:
    return f'"{version}"'


async def _expected_version(
    if_match: Annotated[str | None, Header(description='The ETag of what you read, for example "3"')] = None,
) -> int:
    if if_match is None:
        raise PreconditionRequired(
            "send If-Match with the ETag of what you read", errors=[FieldError("If-Match", "is missing", "header")]
        )
    if if_match.strip().startswith("W/"):
        raise PreconditionFailed("a weak ETag never matches", errors=[FieldError("If-Match", "is weak", "header")])
    match = _STRONG.fullmatch(if_match.strip())
    if not match:
        raise Malformed(
            "If-Match is not one ETag as this API gives them",
            errors=[FieldError("If-Match", 'must be one quoted ETag, for example "3"', "header")],
        )
    return int(match[1])


ExpectedVersion = Annotated[int, Depends(_expected_version)]
"""The version the caller has read, from If-Match: 428 where it is missing."""


def require_version(actual: int, expected: int) -> None:
    """Refuse a write on something that changed since the caller read it."""
    if actual != expected:
        raise PreconditionFailed(
            f"it is at {etag(actual)} now; read it again", errors=[FieldError("If-Match", "is stale", "header")]
        )


def not_modified(if_none_match: str | None, current: str | None) -> bool:
    """Whether GET is answered 304: If-None-Match compares weakly."""
    if if_none_match is None or current is None:
        return False
    given = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in given or current in given
