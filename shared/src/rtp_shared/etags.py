"""Conditional requests (RFC 9110 section 13): an ETag is the row's version in quotes.

A proxy that compresses answers changes the ETags of what it compressed: to `W/"3"`, or to `"3-gzip"`. The version alone
says what was read, so both are taken as `"3"`, in If-Match too (docs/adr/0026).
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rtp_shared.problems import FieldError, Malformed, PreconditionFailed, PreconditionRequired

_TAG = re.compile(r'(?:W/)?"([\x21\x23-\x7e\x80-\xff]*)"')
_CODING = re.compile(r"[-;:]{1,2}(?:gzip|br|zstd|deflate)$")
_STEPS_END = 2**31
_VERSION = re.compile(r"0|[1-9][0-9]{0,17}")


def format_etag(version: int) -> str:
    return f'"{version}"'


@dataclass(frozen=True, slots=True)
class Expected:
    """The versions of an If-Match header, on which the caller is ready to write. None means any."""

    versions: frozenset[int] | None

    @classmethod
    def at(cls, version: int) -> "Expected":
        return cls(frozenset({version}))

    def allows(self, version: int) -> bool:
        return self.versions is None or version in self.versions

    @property
    def newest(self) -> int:
        """Return the newest of the versions that count steps, as PostgreSQL's integers do; 0 if there is none."""
        return max((version for version in self.versions or () if version < _STEPS_END), default=0)

    def require(self, version: int) -> None:
        """Refuse a write on something that changed since the caller read it."""
        if not self.allows(version):
            raise PreconditionFailed(
                f"it is at {format_etag(version)} now; read it again",
                errors=[FieldError("If-Match", "is stale", "header")],
            )


ANY_VERSION = Expected(None)


def parse_if_match(lines: Sequence[str]) -> Expected:
    """Return the versions that the lines of an If-Match header name; raise PreconditionRequired if there is none."""
    if not lines:
        raise PreconditionRequired(
            "send If-Match with the ETag of what you read", errors=[FieldError("If-Match", "is missing", "header")]
        )
    if _is_any(lines):
        return ANY_VERSION
    if not (tags := _read_tags(lines)):
        raise Malformed(
            "If-Match is not a list of ETags",
            errors=[FieldError("If-Match", 'must be a quoted ETag, for example "3"', "header")],
        )
    return Expected(frozenset(int(tag) for tag in tags if _VERSION.fullmatch(tag)))


def is_not_modified(lines: Sequence[str], current: str | None) -> bool:
    """Return whether GET is answered 304: If-None-Match compares weakly. One that cannot be read is left aside."""
    if not lines or current is None:
        return False
    return _is_any(lines) or any(tag in _read_tags(lines) for tag in _read_tags([current]))


def _is_any(lines: Sequence[str]) -> bool:
    return ",".join(lines).strip(" \t,") == "*"


def _read_tags(lines: Sequence[str]) -> list[str]:
    """Return the opaque tags of a list without their marks of compression; none for what is no list of ETags."""
    listed = ",".join(lines)
    rest = _TAG.sub("\0", listed)
    if any(member.strip(" \t") not in ("", "\0") for member in rest.split(",")):
        return []
    return [_CODING.sub("", tag) for tag in _TAG.findall(listed)]
