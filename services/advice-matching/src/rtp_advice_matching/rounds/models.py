"""Matching rounds, as they were worked out and saved."""

import json
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, func
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.models import AdviserKind
from rtp_advice_matching.rounds.errors import RoundCommitted
from rtp_advice_matching.rounds.rules.parts import RequestPart
from rtp_advice_matching.rounds.rules.snapshot import write_canonical
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
    """What its JSON holds beside the requests, of which each has a row; all of it in rounds of earlier formats."""
    left_out: Mapped[list[dict[str, Any]]]
    """Pairs that were not proposed when the round was committed, because something had changed."""
    proposed: Mapped[int | None]
    """The number of pairs that were proposed; None until the first batch of them was."""
    created_at: Mapped[datetime]
    committed_at: Mapped[datetime | None]

    @classmethod
    def of(
        cls,
        whole: Mapping[str, Any],
        *,
        figures: Mapping[str, Any],
        readers: Sequence[str],
        now: datetime,
    ) -> "MatchingRound":
        return cls(
            status=RoundStatus.COMPUTED,
            version=1,
            readers=list(readers),
            list_length=whole["input"]["parameters"]["listLength"],
            seed=whole["input"]["parameters"]["seed"],
            input_hash=whole["inputHash"],
            figures=dict(figures),
            certificate=write_canonical(whole).decode(),
            left_out=[],
            created_at=now,
        )

    def expect(self, version: Expected) -> None:
        """Refuse to commit another version than the caller has read, or twice."""
        version.require(self.version)
        if self.status is RoundStatus.COMMITTED:
            raise RoundCommitted

    @property
    def kind(self) -> AdviserKind | None:
        """The kind of support that it is of; None for any, as all of the release before are."""
        kind = self.figures.get("kind")
        return kind and AdviserKind(kind)

    def note(self, *, proposed: int, left_out: Sequence[Mapping[str, Any]]) -> None:
        """Count pairs that were proposed, and name those that were not; they may come in several batches."""
        self.proposed = (self.proposed or 0) + proposed
        self.left_out = [*self.left_out, *(dict(each) for each in left_out)]

    def commit(self, *, now: datetime) -> None:
        self.status = RoundStatus.COMMITTED
        self.version += 1
        self.committed_at = now


PROPOSED = "proposed"
"""The outcome of a pair that was proposed; any other says why it was left out."""


class RoundRequest(Model):
    """What a round's certificate holds of one request, and what became of its pair."""

    __tablename__ = "matching_round_requests"

    round_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("matching_rounds.id"), primary_key=True)
    place: Mapped[int] = mapped_column(primary_key=True)
    """Its place in the certificate's lists."""
    request_id: Mapped[uuid.UUID | None] = mapped_column(index=True)
    """None once it is withheld."""
    request_version: Mapped[int]
    adviser_id: Mapped[uuid.UUID | None]
    """Whom the round chose."""
    readers: Mapped[list[str]]
    """Those of the round. Row-level security reads this column."""
    request: Mapped[str]
    listed: Mapped[str]
    answer: Mapped[str]
    """Each is JSON, to the byte."""
    outcome: Mapped[str | None]

    @staticmethod
    def make_columns(place: int, part: RequestPart, advisers: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
        """Return the columns of a request as a round was worked out."""
        chosen = part.answer["chosen"]
        return {
            "place": place,
            "request_id": uuid.UUID(part.request["id"]),
            "request_version": part.request["version"],
            "adviser_id": uuid.UUID(advisers[chosen["adviser"]]["id"]) if chosen else None,
            **_write(part),
        }

    def erase_text(self, *, now: datetime) -> None:
        """Withhold what is said of the group; its place and its hash stay, by which all others are checked."""
        part = RequestPart(json.loads(self.request), json.loads(self.listed), json.loads(self.answer)).withhold()
        for name, value in _write(part).items():
            setattr(self, name, value)
        self.request_id = None


def _write(part: RequestPart) -> dict[str, str]:
    parts: dict[str, Any] = {"request": part.request, "listed": part.listed, "answer": part.answer}
    return {name: write_canonical(each).decode() for name, each in parts.items()}
