"""The tables of keeping cases: legal holds, and warnings before what was said in a case is destroyed."""

import uuid
from datetime import date, datetime

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from rtp_applications.base import Model
from rtp_applications.retention.errors import HoldIsLifted
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.snapshot import Signature


class LegalHold(Model):
    """An order that nothing of a case is destroyed, whatever its time. Several may stand; each is lifted by itself."""

    __tablename__ = "legal_holds"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=text("gen_random_uuid()"))
    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"))
    reason: Mapped[str]
    placed_by: Mapped[str]
    placed_as: Mapped[Role]
    placed_at: Mapped[datetime]
    lifted_by: Mapped[str | None]
    lifted_as: Mapped[Role | None]
    lifted_at: Mapped[datetime | None]
    lifted_because: Mapped[str | None]

    __table_args__ = (Index("ix_legal_holds_case_id", "case_id", postgresql_where=text("lifted_at IS NULL")),)

    def lift(self, reason: str, by: Signature) -> None:
        if self.lifted_at is not None:
            raise HoldIsLifted
        self.lifted_by, self.lifted_as, self.lifted_at, self.lifted_because = by.person, by.role, by.at, reason


class DisposalWarning(Model):
    """A warning that a case's time of keeping is nearly over. The newest stands."""

    __tablename__ = "disposal_warnings"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("cases.id"), primary_key=True)
    warned_at: Mapped[datetime]
    dispose_on: Mapped[date]
    disposed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_disposal_warnings_dispose_on", "dispose_on", "case_id", postgresql_where=text("disposed_at IS NULL")),
    )
