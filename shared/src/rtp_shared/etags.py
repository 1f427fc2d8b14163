"""Conditional requests (RFC 9110 section 13): a strong ETag is the row's version in quotes."""

import re
from dataclasses import dataclass

from rtp_shared.problems import FieldError, Malformed, PreconditionFailed, PreconditionRequired

_TAG = re.compile(r'(W/)?"[\x21\x23-\x7e\x80-\xff]*"')


def format_etag(version: int) -> str:
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class Expected:
    """The ETags of an If-Match header, on which the caller is ready to write. None means any."""

    tags: frozenset[str] | None

    def allows(self, version: int) -> bool:
        return self.tags is None or format_etag(version) in self.tags

    @property
    def newest(self) -> int:
        """Return the newest version among the tags; 0 if none of them is a version."""
        numbers = [tag.strip('"') for tag in self.tags or ()]
        return max((int(number) for number in numbers if number.isdecimal() and len(number) < 10), default=0)

    def require(self, version: int) -> None:
        """Refuse a write on something that changed since the caller read it."""
        if not self.allows(version):
            raise PreconditionFailed(
                f"it is at {format_etag(version)} now; read it again",
                errors=[FieldError("If-Match", "is stale", "header")],
            )


def parse_if_match(if_match: str | None) -> Expected:
    """Return the ETags of an If-Match header; raise PreconditionRequired where it is missing."""
    if if_match is None:
        raise PreconditionRequired(
            "send If-Match with the ETag of what you read", errors=[FieldError("If-Match", "is missing", "header")]
        )
    if if_match.strip() == "*":
        return Expected(None)
    tags = [tag.strip() for tag in if_match.split(",")]
    if not all(_TAG.fullmatch(tag) for tag in tags):
        raise Malformed(
            "If-Match is not a list of ETags",
            errors=[FieldError("If-Match", 'must be a quoted ETag, for example "3"', "header")],
        )
    return Expected(frozenset(tags))  # a weak one equals none of ours, as strong comparison wants


def is_not_modified(if_none_match: str | None, current: str | None) -> bool:
    """Return whether GET is answered 304: If-None-Match compares weakly."""
    if if_none_match is None or current is None:
        return False
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return "*" in tags or current in tags
