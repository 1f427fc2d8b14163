"""What was erased, by whom and why: never who the person was."""

import uuid
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model


class PersonalErasureReason(StrEnum):
    """Why a person was erased: a closed list, so that the reason tells nothing of anybody."""

    PERSON_ASKED = "person-asked"
    NOT_NEEDED = "no-longer-needed"
    MISTAKE = "recorded-by-mistake"
    ORDERED = "ordered"
    """By a court, or by the Information Commissioner."""


class PersonalErasure(Model):
    """An erasure of a person that was done. It stays for good."""

    __tablename__ = "personal_erasures"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    pseudonym: Mapped[str]
    """What stands where the person's reference stood."""
    reason: Mapped[PersonalErasureReason]
    client_id: Mapped[str]
    counts: Mapped[dict[str, Any]]
    readers: Mapped[list[str]]
    """Whoever had it done, and the system. Row-level security reads this column."""
    erased_at: Mapped[datetime]
