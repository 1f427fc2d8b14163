"""Matching rounds, as they were worked out and saved."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.rounds.errors import RoundCommitted
from rtp_shared.etags import Expected


class RoundStatus(StrEnum):
    COMPUTED = "computed"
    """Worked out and saved; nobody was told."""
    COMMITTED = "committed"
    """Its pairs were made the first proposals of their requests."""


class MatchingRound(Model):
    """A round over all requests that waited, with its certificate. It is for the operator that had it worked out."""

    __tablename__ = "matching_rounds"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    status: Mapped[RoundStatus]
    version: Mapped[int]
    readers: Mapped[list[str]]
    """The operator's organisation, and the system. Row-level security reads this column."""
    list_length: Mapped[int]
    seed: Mapped[str]
    input_hash: Mapped[str]
    figures: Mapped[dict[str, Any]]
    """The certificate's counts."""
    certificate: Mapped[str] = mapped_column(deferred=True)
    """Its JSON, to the byte."""
    left_out: Mapped[list[dict[str, Any]]]
    """Pairs that were not proposed when the round was committed, because something had changed."""
    proposed: Mapped[int | None]
    """The number of pairs that were proposed; None until the round is committed."""
    created_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]

    @classmethod
    def of(
        cls,
        certificate: bytes,
        *,
        parameters: Mapping[str, Any],
        input_hash: str,
        figures: Mapping[str, Any],
        readers: Sequence[str],
        now: datetime,
    ) -> "MatchingRound":
        return cls(
            status=RoundStatus.COMPUTED,
            version=1,
            readers=list(readers),
            list_length=parameters["listLength"],
            seed=parameters["seed"],
            input_hash=input_hash,
            figures=dict(figures),
            certificate=certificate.decode(),
            left_out=[],
            created_at=now,
        )

    def expect(self, version: Expected) -> None:
        """Refuse to commit another version than the caller has read, or twice."""
        version.require(self.version)
        if self.status is RoundStatus.COMMITTED:
            raise RoundCommitted

    def commit(self, *, proposed: int, left_out: Sequence[Mapping[str, Any]], now: datetime) -> None:
        self.status = RoundStatus.COMMITTED
        self.version += 1
        self.proposed = proposed
        self.left_out = [dict(each) for each in left_out]
        self.committed_at = now
