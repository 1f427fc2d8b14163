"""The audit as it is stored."""

import uuid
from datetime import datetime

from sqlalchemy import ForeignKey, LargeBinary, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.history.entries import Chain, Erased
from rtp_applications.json_types import JsonObject
from rtp_applications.workflow.enums import Audience


class AuditEntry(Model):
    """One entry of a case's audit. Append-only: the service's role may neither change nor delete it,
    and content goes by one function of the database alone, which leaves place and hashes.

    Whoever may see the case may read its entries from the disclosure on; those for bodies only, the bodies' side.
    """

    __tablename__ = "audit_entries"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    position: Mapped[int] = mapped_column(primary_key=True)
    """Among all entries of the case: `Entry.place`. None but the system may know it."""
    at: Mapped[datetime]
    actor: Mapped[JsonObject]
    action: Mapped[str]
    reason: Mapped[str | None]
    version: Mapped[int]
    changes: Mapped[JsonObject]
    snapshot: Mapped[JsonObject | None] = mapped_column(JSONB(none_as_null=True))
    events: Mapped[list[JsonObject]]
    audience: Mapped[Audience]
    salt: Mapped[str]
    previous_hash: Mapped[bytes] = mapped_column(LargeBinary)
    hash: Mapped[bytes] = mapped_column(LargeBinary)
    chain: Mapped[Chain | None]
    """None for entries of before there were chains."""
    chain_position: Mapped[int | None]
    confidential_steps: Mapped[int] = mapped_column(server_default=text("0"))
    commitments: Mapped[JsonObject | None] = mapped_column(JSONB(none_as_null=True))
    erased: Mapped[Erased | None]
