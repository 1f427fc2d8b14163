"""What an erasure finds, and what becomes of it."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID

from sqlalchemy import inspect

from rtp_advice_matching.directory.models import Adviser


class TextKind(StrEnum):
    """Kinds of what people write or are named by, as the counts of an erasure name them."""

    SESSION_NOTES = "session_notes"
    GOALS = "goals"
    FEEDBACK_COMMENTS = "feedback_comments"
    FOLLOW_UP_NOTES = "follow_up_notes"
    PROFILES = "profiles"
    OVERRIDE_REASONS = "override_reasons"
    CERTIFICATE_ENTRIES = "certificate_entries"
    PERSON_REFERENCES = "person_references"


class Erasable(Protocol):
    """A row that holds a text, and can do without it."""

    def erase_text(self, *, now: datetime) -> None: ...


Texts = Mapping[TextKind, Sequence[Erasable]]


@dataclass(frozen=True, slots=True)
class ErasableTexts:
    """The rows that hold something to be erased, and the ids by which stored answers may show it."""

    texts: Texts = field(default_factory=dict)
    profile: Adviser | None = None
    answers: Sequence[UUID] = ()

    @property
    def counts(self) -> dict[str, int]:
        counted = {str(kind): len(rows) for kind, rows in self.texts.items()}
        return {**counted, TextKind.PROFILES.value: int(self.profile is not None)}

    @property
    def version(self) -> int:
        """A number that is another one when anything else is found, or something of it has changed."""
        rows = [row for rows in self.texts.values() for row in rows] + ([self.profile] if self.profile else [])
        return compute_version(rows)

    def erase(self, *, now: datetime) -> None:
        for rows in self.texts.values():
            for row in rows:
                row.erase_text(now=now)
        if self.profile is not None:
            self.profile.take_down()


def compute_version(rows: Sequence[Any]) -> int:
    """Return a number that stands for these rows, as they are."""
    keys = [(row.__tablename__, inspect(row).identity, getattr(row, "version", 1)) for row in rows]
    return int.from_bytes(hashlib.sha256(repr(keys).encode()).digest()[:6])
