"""What was erased, by whom and why: never the content, or whose it was."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model


class ErasureScope(StrEnum):
    """What an erasure is of."""

    ENGAGEMENT = "engagement"
    SUPPORT_REQUEST = "support-request"
    """All engagements of a staff group."""
    ADVISER = "adviser"
    """A profile, and the texts of all engagements of the person."""
    PERSON = "person"
    """The reference of somebody who acted on a round."""


class ErasureReason(StrEnum):
    """Why it was erased: a closed list, so that the reason tells nothing of a person."""

    PERSON_ASKED = "person-asked"
    NOT_NEEDED = "no-longer-needed"
    MISTAKE = "recorded-by-mistake"
    ORDERED = "ordered"
    """By a court, or by the Information Commissioner."""


class Eraser(StrEnum):
    """Who had it erased, which says what they may."""

    GROUP = "group"
    NETWORK = "network"
    OPERATOR = "operator"
    """Whoever answers for the data."""


class SupportErasure(Model):
    """An erasure that was done. It stays for good."""

    __tablename__ = "support_erasures"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    scope: Mapped[ErasureScope]
    subject_id: Mapped[uuid.UUID]
    """Of a person, the id that stands where the reference stood."""
    reason: Mapped[ErasureReason]
    eraser: Mapped[Eraser]
    client_id: Mapped[str]
    counts: Mapped[dict[str, Any]]
    readers: Mapped[list[str]]
    """Whoever had it erased, and the system. Row-level security reads this column."""
    erased_at: Mapped[datetime]

    __table_args__ = (Index("ix_support_erasures_subject_id", "subject_id"),)
