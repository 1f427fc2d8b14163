"""What this service keeps of a case to find notices for it, and which notices and contracts it found."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from rtp_finance_directory.base import Model
from rtp_finance_directory.notices.matching import Match, WatchedFacts
from rtp_finance_directory.notices.vocabulary import NoticeVerdict
from rtp_shared.identities import SYSTEM


class CaseWatch(Model):
    """A case for which notices are looked for, from its submission until it ends."""

    __tablename__ = "case_watches"

    case_id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    route: Mapped[str | None]
    sector: Mapped[str | None]
    """None while nothing but its end is known of the case."""
    region: Mapped[str | None]
    employer: Mapped[uuid.UUID | None]
    commissioner: Mapped[uuid.UUID | None]
    decision_body: Mapped[uuid.UUID | None]
    annual_value_pence: Mapped[int | None] = mapped_column(BigInteger)
    version: Mapped[int]
    """Grows by one with the facts: what was judged by others is judged again."""
    readers: Mapped[list[str]]
    """Identities that see the case. Row-level security reads this column."""
    case_sequence: Mapped[int]
    """Sequence of the case's newest event that has told who sees it."""
    sequence: Mapped[int]
    """Number of events published about notices for the case."""
    event_hash: Mapped[str | None]
    ended_at: Mapped[datetime | None]

    __table_args__ = (Index("ix_case_watches_readers", "readers", postgresql_using="gin"),)

    def take_facts(self, facts: WatchedFacts) -> None:
        """Take the facts over; say by the version whether they are others."""
        if self.facts != facts:
            self.sector, self.region, self.annual_value_pence = facts.sector, facts.region, facts.annual_value_pence
            self.employer, self.commissioner, self.decision_body = (
                facts.employer,
                facts.commissioner,
                facts.decision_body,
            )
            self.version += 1

    @property
    def facts(self) -> WatchedFacts:
        return WatchedFacts(
            self.sector, self.region, self.employer, self.commissioner, self.decision_body, self.annual_value_pence
        )

    def follow(self, readers: list[str], *, sequence: int) -> bool:
        """Take over who sees the case, and return whether that is news."""
        if sequence <= self.case_sequence:
            return False
        self.case_sequence, self.readers = sequence, list(dict.fromkeys((*readers, *SYSTEM)))
        return True

    def empty(self, *, now: datetime) -> None:
        """Forget the facts that it was looked for by, for good."""
        self.ended_at = self.ended_at or now
        self.route, self.region = None, None
        self.take_facts(WatchedFacts())

    def count_event(self, digest: str) -> None:
        self.sequence += 1
        self.event_hash = digest


class CaseNotice(Model):
    """A notice that was judged for a case: whether it concerns the case, and why."""

    __tablename__ = "case_notices"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_watches.case_id"), primary_key=True)
    ocid: Mapped[str] = mapped_column(primary_key=True)
    verdict: Mapped[NoticeVerdict]
    findings: Mapped[list[dict[str, Any]]]
    """What each rule says, and why."""
    notice_version: Mapped[int]
    facts_version: Mapped[int]
    judged_on: Mapped[date]
    told: Mapped[NoticeVerdict | None]
    """The verdict of the newest event about it; None if there was none."""

    def take(self, match: Match, *, notice_version: int, facts_version: int, on: date) -> None:
        self.verdict, self.findings = match.verdict, [each.describe() for each in match.findings]
        self.notice_version, self.facts_version, self.judged_on = notice_version, facts_version, on

    def owes_event(self) -> bool:
        """Return whether the case's readers are to be told: of a match once, and of what becomes of it."""
        return self.told is not self.verdict if self.told else self.verdict is NoticeVerdict.MATCHES


class CaseContract(Model):
    """A contract of a body of the case, of whose end the case's readers were told."""

    __tablename__ = "case_contracts"

    case_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("case_watches.case_id"), primary_key=True)
    ocid: Mapped[str] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(primary_key=True)
    ends_on: Mapped[date]
    """As it was told."""
    told_at: Mapped[datetime]
