"""Support requests and proposals. A method changes a state or refuses; nobody sets `status` from outside."""

import uuid
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.models import Adviser
from rtp_advice_matching.matching import IN_WORDS, Fit, Need, PassedOver, Ranking
from rtp_advice_matching.requests.errors import (
    NotForYouToAccept,
    OfferWaits,
    SupportAlreadyAgreed,
    SupportRequestClosed,
)
from rtp_advice_matching.requests.preferences import Preferences
from rtp_advice_matching.requests.proposals import Proposal as Proposal
from rtp_advice_matching.requests.proposals import Renewed, look_through
from rtp_shared.contracts.vocabulary import Stage
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, organisation_identity


class SupportStatus(StrEnum):
    OPEN = "open"
    """Nobody could be proposed yet."""
    PROPOSED = "proposed"
    OFFERED = "offered"
    """The staff group chose one of the proposals, and the adviser's network is asked."""
    AGREED = "agreed"
    CLOSED = "closed"


class SupportRequest(Preferences, Model):
    """The needs of a case's staff group, in this service's own copy, and the state of finding support."""

    __tablename__ = "support_requests"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    case_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    status: Mapped[SupportStatus]
    version: Mapped[int]
    sequence: Mapped[int]
    """Number of events that the request has published."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""
    readers: Mapped[list[str]]
    """Identities that may see it: the case's, and proposed advisers' networks. Row-level security reads this column."""
    case_sequence: Mapped[int] = mapped_column(server_default=text("0"))
    """Sequence of the case's newest event that has told who sees the case."""

    # What the case's event said, as text: a word that is new to the closed lists must not stop the event. All of it is
    # unknown while a withdrawal has overtaken the submission.
    number: Mapped[str | None]
    route: Mapped[str | None]
    stage: Mapped[str | None]
    sector: Mapped[str | None]
    region: Mapped[str | None]
    employer_id: Mapped[uuid.UUID | None]
    commissioner_id: Mapped[uuid.UUID | None]
    decision_body_id: Mapped[uuid.UUID | None]
    headcount: Mapped[int | None]
    legal_form: Mapped[str | None]
    topics: Mapped[list[str]]

    not_proposed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Every adviser looked at and not proposed, with the reason, as it was then."""
    agreed_adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("advisers.id"))
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    proposed_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    shared_at: Mapped[datetime | None]
    """When the case was shown to the network of the adviser agreed on: accepted, and consented to."""
    closed_at: Mapped[datetime | None]

    __table_args__ = (
        Index("ix_support_requests_readers", "readers", postgresql_using="gin"),
        Index("ix_support_requests_status_id", "status", "id"),
    )

    @staticmethod
    def make_columns(case_id: uuid.UUID, *, readers: Sequence[str], now: datetime) -> dict[str, object]:
        """Return the columns of a request of which only the case is known."""
        return {
            "case_id": case_id,
            "status": SupportStatus.OPEN,
            "version": 1,
            "sequence": 0,
            "readers": list(dict.fromkeys((*readers, *SYSTEM))),
            "case_sequence": 0,
            "topics": [],
            "not_proposed": [],
            "opened_at": now,
            "changed_at": now,
        }

    @property
    def bodies(self) -> frozenset[uuid.UUID]:
        """Bodies that an adviser must be independent of."""
        return frozenset(filter(None, (self.employer_id, self.commissioner_id, self.decision_body_id)))

    @property
    def opener(self) -> str:
        """Return the identity of the client that opened the case, which is the first of a case's readers."""
        return self.readers[0]

    def learn(self, facts: Mapping[str, object], *, readers: Sequence[str], sequence: int, now: datetime) -> bool:
        """Take in what the submitted case says; return whether support is to be proposed for it."""
        if self.route is not None:
            return False
        for name, value in facts.items():
            setattr(self, name, value)
        # Exploring ends with the submission: what comes next is to make the case to the employing body.
        self.stage = Stage.MAKE_THE_CASE
        self._add_readers(readers)
        self.case_sequence = max(self.case_sequence, sequence)
        self._touch(now)
        return self.status is SupportStatus.OPEN

    def follow(self, readers: Sequence[str], *, sequence: int, networks: Iterable[uuid.UUID]) -> bool:
        """Take over who sees the case; return whether that is news."""
        if sequence <= self.case_sequence:
            return False
        self.case_sequence = sequence
        self.readers = list(dict.fromkeys((*readers, *SYSTEM, *map(organisation_identity, networks))))
        return True

    def leave_out_rivals(self, readers: Sequence[str], *, networks: Iterable[uuid.UUID]) -> list[str]:
        """Leave out the networks whose advisers were proposed: also where one of them sees the case by now, it is not
        told how another's were judged.
        """
        rivals = {organisation_identity(network) for network in networks} - set(map(organisation_identity, self.bodies))
        return [each for each in readers if each not in rivals]

    def build_need(self) -> Need:
        """Build the input of the matching rule. Only for a request that has learned its case."""
        assert self.sector is not None  # noqa: S101
        assert self.stage is not None  # noqa: S101
        return Need(
            case_id=self.case_id,
            bodies=self.bodies,
            sector=self.sector,
            region=self.region,
            stage=self.stage,
            topics=tuple(dict.fromkeys(self.topics)),
            legal_form=self.legal_form,
            headcount=self.headcount,
            **self.read_preferences(),
        )

    def propose(self, ranking: Ranking, *, now: datetime) -> list[Proposal]:
        """Propose the best. Their networks see the request from now on, and of the proposals only their own."""
        rivals = [fit.candidate.network_id for fit in ranking.proposed]
        case_readers = self.leave_out_rivals(self.readers, networks=rivals)
        proposals = [
            Proposal.of(self, fit, rank=rank, readers=case_readers)
            for rank, fit in enumerate(ranking.proposed, start=1)
        ]
        self._note_passed_over(ranking.passed_over)
        if proposals:
            self.status = SupportStatus.PROPOSED
        self.proposed_at = now
        self._add_readers([organisation_identity(fit.candidate.network_id) for fit in ranking.proposed])
        self._count_event(now)
        return proposals

    def propose_again(
        self, ranking: Ranking, fitting: Container[uuid.UUID], earlier: Mapping[Proposal, uuid.UUID], *, now: datetime
    ) -> Renewed:
        """Take back earlier proposals of advisers who may not help any more, and fill up with the best of a ranking of
        all. The earlier ones are given with their networks.
        """
        looked = look_through(ranking, fitting, earlier)
        networks = [fit.candidate.network_id for fit in looked.chosen]
        case_readers = self.leave_out_rivals(self.readers, networks=[*earlier.values(), *networks])
        renewed = looked.renew(self, earlier, readers=case_readers, now=now)
        self._note_passed_over((*looked.outranked, *ranking.passed_over))
        self.status = SupportStatus.PROPOSED if renewed.proposals else SupportStatus.OPEN
        self._add_readers([organisation_identity(each) for each in networks])
        self._touch(now)
        if renewed.differ:
            self.proposed_at = now
            self.sequence += 1
        return renewed

    def _note_passed_over(self, passed_over: Iterable[PassedOver]) -> None:
        self.not_proposed = [
            {"adviser_id": str(adviser_id), "ground": ground, "reason": IN_WORDS[ground]}
            for adviser_id, ground in passed_over
        ]

    def propose_next(self, fit: Fit, earlier: Mapping[Proposal, uuid.UUID], *, now: datetime) -> Proposal:
        """Propose an adviser after the earlier proposals, which are given with their networks."""
        network_id = fit.candidate.network_id
        case_readers = self.leave_out_rivals(self.readers, networks=[*earlier.values(), network_id])
        rank = max((each.rank for each in earlier), default=0) + 1
        self.not_proposed = [each for each in self.not_proposed if each["adviser_id"] != str(fit.candidate.id)]
        self.proposed_at = now
        self._add_readers([organisation_identity(network_id)])
        self.would_change = []
        self._count_event(now)
        again = next((each for each in earlier if each.adviser_id == fit.candidate.id), None)
        return Proposal.of_last(self, fit, again, rank=rank, readers=case_readers)

    def propose_first(
        self, fit: Fit, earlier: Mapping[Proposal, uuid.UUID], *, now: datetime
    ) -> tuple[Proposal, list[str]]:
        """Propose an adviser before the earlier proposals, which are given with their networks.

        Return the proposal, and who sees the case. Its network sees of the proposals its own ones only, also where the
        case was shown to it before.
        """
        adviser, network_id = fit.candidate.id, fit.candidate.network_id
        case_readers = self.leave_out_rivals(self.readers, networks=[*earlier.values(), network_id])
        first = next((each for each in earlier if each.adviser_id == adviser), None)
        others = sorted(
            (each for each in earlier if each is not first and each.withdrawn_at is None), key=lambda each: each.rank
        )
        for rank, proposal in enumerate(others, start=2):
            proposal.rank = rank
            proposal.show_to(case_readers, earlier[proposal])
        if first is None:
            first = Proposal.of(self, fit, rank=1, readers=case_readers)
        else:
            first.repeat(fit, rank=1)
        self.not_proposed = [each for each in self.not_proposed if each["adviser_id"] != str(adviser)]
        self.status = SupportStatus.PROPOSED
        self.would_change = []
        self.proposed_at = now
        self._add_readers([organisation_identity(network_id)])
        self._count_event(now)
        return first, case_readers

    def expect(self, version: Expected, *, by: str) -> None:
        """Refuse a write by another reader than the client that opened the case, or on a version that is no more."""
        if by != self.opener:
            raise NotForYouToAccept
        version.require(self.version)
        if self.status is SupportStatus.CLOSED:
            raise SupportRequestClosed("the case was withdrawn")
        if self.status is SupportStatus.AGREED:
            raise SupportAlreadyAgreed
        if self.status is SupportStatus.OFFERED:
            raise OfferWaits("withdraw it first, or wait for the answer")

    def offer(self, *, now: datetime) -> None:
        """Wait for the answer of the network of one of the proposed advisers."""
        self.status = SupportStatus.OFFERED
        self._touch(now)

    def look_again(self, *, proposals_left: bool, now: datetime) -> None:
        """Look for somebody again: what was offered came to nothing, or what was agreed on ended early."""
        self.status = SupportStatus.PROPOSED if proposals_left else SupportStatus.OPEN
        self.agreed_adviser_id = self.agreed_at = self.shared_at = None
        self._touch(now)

    def agree(self, adviser: Adviser, *, now: datetime) -> None:
        """Agree on one of the proposed advisers, who must still have a place and be independent."""
        adviser.take_place(independent_of=self.build_need().independent_of)
        self.status = SupportStatus.AGREED
        self.agreed_adviser_id = adviser.id
        self.agreed_at = now
        self._touch(now)

    def share(self, *, now: datetime) -> None:
        """Show the case to the network of the adviser agreed on."""
        self.shared_at = now
        self.sequence += 1

    def close(self, *, now: datetime) -> bool:
        """End the search, because the case has ended; return whether that is news."""
        if self.status is SupportStatus.CLOSED:
            return False
        self.status = SupportStatus.CLOSED
        self.closed_at = now
        self._touch(now)
        return True

    def _add_readers(self, readers: Sequence[str]) -> None:
        self.readers = list(dict.fromkeys((*self.readers, *readers)))

    def _touch(self, now: datetime) -> None:
        self.version += 1
        self.changed_at = now

    def _count_event(self, now: datetime) -> None:
        self._touch(now)
        self.sequence += 1
