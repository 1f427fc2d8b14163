"""Support requests and proposals. A method changes a state or refuses; nobody sets `status` from outside."""

import uuid
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, func, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from rtp_advice_matching.base import Model
from rtp_advice_matching.directory.models import Adviser, AdviserKind
from rtp_advice_matching.matching import IN_WORDS, Fit, Ground, Need, RankingSummary
from rtp_advice_matching.requests.errors import (
    NotForYouToAccept,
    SupportRequestClosed,
)
from rtp_advice_matching.requests.preferences import Preferences
from rtp_advice_matching.requests.proposals import Proposal, list_standing, take_up
from rtp_advice_matching.requests.strands import Strands, SupportStrand
from rtp_advice_matching.requests.strands import SupportStatus as SupportStatus
from rtp_shared.contracts import About
from rtp_shared.etags import Expected
from rtp_shared.identities import SYSTEM, organisation_identity


class SupportRequest(Preferences, Strands, Model):
    """The needs of a case's staff group, in this service's own copy, and the state of finding support."""

    __tablename__ = "support_requests"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, server_default=func.uuidv7())
    case_id: Mapped[uuid.UUID] = mapped_column(unique=True)
    status: Mapped[SupportStatus]
    """Of all strands together: agreed once anybody is agreed on. For whoever knows of no kinds."""
    version: Mapped[int]
    sequence: Mapped[int]
    """Number of events that the request has published."""
    event_hash: Mapped[str | None]
    """Digest of the newest of them, which the next one gives."""
    readers: Mapped[list[str]]
    """Identities that may see it: the case's, and proposed advisers' networks. Row-level security reads this column."""
    case_sequence: Mapped[int] = mapped_column(server_default=text("0"))
    """Sequence of the case's newest event that has told who sees the case."""
    case_readers: Mapped[list[str]] = mapped_column(server_default=text("'{}'"))
    """Identities that see the case itself, who alone see the needs. Row-level security of needs reads this column."""

    # What the case's event said, as text: a word that is new to the closed lists must not stop the event. All of it is
    # unknown while a withdrawal has overtaken the submission.
    number: Mapped[str | None]
    route: Mapped[str | None]
    stage: Mapped[str | None]
    sector: Mapped[str | None]
    region: Mapped[str | None]
    employer_id: Mapped[uuid.UUID | None]
    employer_kind: Mapped[str | None]
    """The kind of body that the employer is; unknown of requests that were opened before it was told."""
    commissioner_id: Mapped[uuid.UUID | None]
    decision_body_id: Mapped[uuid.UUID | None]
    headcount: Mapped[int | None]
    legal_form: Mapped[str | None]
    topics: Mapped[list[str]]
    """What it needs advice on now: the topics of its needs that somebody is to meet."""
    ended_as: Mapped[str | None]
    """The status in which the case has ended, if it has; a refusal may be taken back."""

    not_proposed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB)
    """Advisers looked at and not proposed, with the ground, as it was then: of each ground the first twenty."""
    not_proposed_counts: Mapped[dict[str, Any] | None]
    """All of them, by ground; None where the list has everybody, as the release before wrote it."""
    agreed_adviser_id: Mapped[uuid.UUID | None] = mapped_column(ForeignKey("advisers.id"))
    """Who was agreed on; of several kinds, the first in their order."""
    round_salt: Mapped[uuid.UUID] = mapped_column(server_default=func.gen_random_uuid())
    """Goes into the hash of what a round's certificate says of it, and goes when that is erased."""
    opened_at: Mapped[datetime]
    changed_at: Mapped[datetime]
    proposed_at: Mapped[datetime | None]
    agreed_at: Mapped[datetime | None]
    shared_at: Mapped[datetime | None]
    """When the case was shown to the network of the adviser agreed on: accepted, and consented to."""
    closed_at: Mapped[datetime | None]
    strands: Mapped[list[SupportStrand]] = relationship(lazy="selectin")

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
            "case_readers": list(dict.fromkeys((*readers, *SYSTEM))),
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
    def about(self) -> About:
        """The facts of the case by which subscribers filter."""
        return About(self.route, self.sector, self.region, self.employer_id, self.commissioner_id)

    @property
    def opener(self) -> str:
        """The identity of the client that opened the case, which is the first of a case's readers."""
        return self.readers[0]

    def learn(self, facts: Mapping[str, object], *, readers: Sequence[str], sequence: int) -> bool:
        """Take in what the submitted case says; return whether that is news."""
        if self.is_learned:
            return False
        for name, value in facts.items():
            setattr(self, name, value)
        self._add_readers(readers)
        self.case_readers = list(dict.fromkeys((*readers, *SYSTEM)))
        self.case_sequence = max(self.case_sequence, sequence)
        return True

    @property
    def is_learned(self) -> bool:
        """Whether the submission was heard: a withdrawal may overtake it."""
        return self.route is not None

    @property
    def is_waiting(self) -> bool:
        """Whether its group still looks for somebody, and nobody is asked or agreed on."""
        return self.status in (SupportStatus.OPEN, SupportStatus.PROPOSED) and self.ended_as is None

    def waits_for(self, kind: AdviserKind | None) -> bool:
        """Return whether somebody of a kind can be proposed, or of any kind while nobody is asked or agreed on."""
        if kind is None:
            return self.is_waiting
        going_on = self.status is not SupportStatus.CLOSED and self.ended_as is None
        return going_on and kind not in self.busy_kinds

    def follow_needs(
        self, topics: Sequence[str], *, stage: str | None = None, ended_as: str | None = None, now: datetime
    ) -> None:
        """Take over the topics of the needs, and where the case stands."""
        news = {"topics": list(topics), "stage": stage or self.stage, "ended_as": ended_as}
        if any(getattr(self, name) != value for name, value in news.items()):
            for name, value in news.items():
                setattr(self, name, value)
            self._touch(now)

    def follow(self, readers: Sequence[str], *, sequence: int, networks: Iterable[uuid.UUID]) -> bool:
        """Take over who sees the case; return whether that is news."""
        if sequence <= self.case_sequence:
            return False
        self.case_sequence = sequence
        self.case_readers = list(dict.fromkeys((*readers, *SYSTEM)))
        self.readers = list(dict.fromkeys((*readers, *SYSTEM, *map(organisation_identity, networks))))
        return True

    def leave_out_rivals(self, readers: Sequence[str], *, networks: Iterable[uuid.UUID]) -> list[str]:
        """Leave out the networks whose advisers were proposed: also where one of them sees the case by now, it is not
        told how another's were judged.
        """
        rivals = {organisation_identity(network) for network in networks} - set(map(organisation_identity, self.bodies))
        return [each for each in readers if each not in rivals]

    def build_need(self, kinds: Collection[AdviserKind] = ()) -> Need:
        """Build the input of the matching rule, for some kinds alone where they are named. Only for a request that has
        learned its case.
        """
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
            **(self.read_preferences() | ({"kinds": frozenset(kinds)} if kinds else {})),
        )

    def propose(
        self, ranking: RankingSummary, earlier: Mapping[Proposal, uuid.UUID], *, now: datetime
    ) -> tuple[list[Proposal], list[str]]:
        """Propose the best before the earlier proposals, which are given with their networks.

        Return all of them, best first, and who sees the case.
        """
        proposals, case_readers = self._put_first(ranking.proposed, earlier, now)
        self._note_passed_over(ranking, proposals)
        return proposals, case_readers

    def renew(
        self,
        kept: Sequence[Proposal],
        ranking: RankingSummary,
        earlier: Mapping[Proposal, uuid.UUID],
        *,
        now: datetime,
    ) -> tuple[list[Proposal], list[str]]:
        """Take back the earlier proposals that are not kept, and propose the best of a ranking of the others after the
        kept ones; return what `propose` does.
        """
        before, networks = list_standing(earlier), [fit.candidate.network_id for fit in ranking.proposed]
        case_readers = self._hide_from_rivals(earlier, networks)
        for proposal in before:
            proposal.withdrawn_at = None if proposal in kept else now
        for rank, proposal in enumerate(kept, start=1):
            proposal.rank = rank
        proposals = [
            *kept,
            *take_up(self.id, ranking.proposed, earlier, first_rank=len(kept) + 1, readers=case_readers),
        ]
        self._note_passed_over(ranking, proposals)
        self.sum_up(proposals_left=bool(proposals))
        self._add_readers(list(map(organisation_identity, networks)))
        self._touch(now)
        if proposals != before:
            self.proposed_at = now
            self.sequence += 1
        return proposals, case_readers

    def propose_first(
        self, fit: Fit, earlier: Mapping[Proposal, uuid.UUID], *, now: datetime
    ) -> tuple[list[Proposal], list[str]]:
        """Propose an adviser before the earlier proposals; return what `propose` does."""
        proposals, case_readers = self._put_first([fit], earlier, now)
        self.not_proposed = [each for each in self.not_proposed if each["adviser_id"] != str(fit.candidate.id)]
        return proposals, case_readers

    def propose_next(self, fit: Fit, earlier: Mapping[Proposal, uuid.UUID], *, now: datetime) -> Proposal:
        """Propose an adviser after the earlier proposals, which are given with their networks."""
        network_id = fit.candidate.network_id
        case_readers = self._hide_from_rivals(earlier, [network_id])
        rank = max((each.rank for each in list_standing(earlier)), default=0) + 1
        self.would_change = []
        self.not_proposed = [each for each in self.not_proposed if each["adviser_id"] != str(fit.candidate.id)]
        self.proposed_at = now
        self._add_readers([organisation_identity(network_id)])
        self._count_event(now)
        [proposal] = take_up(self.id, [fit], earlier, first_rank=rank, readers=case_readers)
        return proposal

    def expect(self, version: Expected, *, by: str) -> None:
        """Refuse a write by another reader than the client that opened the case, or on a version that is no more."""
        if by != self.opener:
            raise NotForYouToAccept
        version.require(self.version)
        self.require_going_on()

    def require_going_on(self) -> None:
        """Refuse to ask anything of anybody for a case that has ended."""
        if self.status is SupportStatus.CLOSED:
            raise SupportRequestClosed("the case was withdrawn")
        if self.ended_as is not None:
            raise SupportRequestClosed(f"the case is {self.ended_as}")

    def offer(self, kind: AdviserKind, *, now: datetime) -> None:
        """Wait for the answer of the network of one of the proposed advisers."""
        self.open_strand(kind, now).offer()
        self.sum_up(proposals_left=True)
        self._touch(now)

    def look_again(self, kind: AdviserKind, *, proposals_left: bool, now: datetime) -> None:
        """Look for somebody of a kind again: what was offered came to nothing, or what was agreed on is over."""
        self.open_strand(kind, now).look_again()
        self.sum_up(proposals_left=proposals_left)
        self._touch(now)

    def agree(self, kind: AdviserKind, adviser: Adviser, *, now: datetime) -> None:
        """Agree on one of the proposed advisers, who must still have a place and be independent."""
        adviser.take_place(self.build_need())
        self.open_strand(kind, now).agree(adviser.id, now=now)
        self.sum_up(proposals_left=True)
        self._touch(now)

    def share(self, kind: AdviserKind, *, now: datetime) -> SupportStrand:
        """Show the case to the network of the adviser agreed on; return that strand."""
        strand = self.open_strand(kind, now)
        strand.share(now=now)
        self.sum_up(proposals_left=True)
        self.sequence += 1
        return strand

    def close(self, *, now: datetime) -> bool:
        """End the search, because the case has ended; return whether that is news."""
        if self.status is SupportStatus.CLOSED:
            return False
        self.status = SupportStatus.CLOSED
        self.closed_at = now
        self._touch(now)
        return True

    def _put_first(
        self, fits: Sequence[Fit], earlier: Mapping[Proposal, uuid.UUID], now: datetime
    ) -> tuple[list[Proposal], list[str]]:
        """Put these before the earlier proposals. Their networks see of the proposals their own ones only, also where
        the case was shown to one of them before.
        """
        networks = [fit.candidate.network_id for fit in fits]
        case_readers = self._hide_from_rivals(earlier, networks)
        standing = list_standing(earlier)
        proposals = take_up(self.id, fits, earlier, first_rank=1, readers=case_readers)
        others = [each for each in standing if each not in proposals]
        for rank, proposal in enumerate(others, start=len(fits) + 1):
            proposal.rank = rank
        proposals += others
        if proposals:
            self.sum_up(proposals_left=True)
            self.would_change = []
        self.proposed_at = now
        self._add_readers(list(map(organisation_identity, networks)))
        self._count_event(now)
        return proposals, case_readers

    def _hide_from_rivals(self, earlier: Mapping[Proposal, uuid.UUID], networks: Sequence[uuid.UUID]) -> list[str]:
        """Show the earlier proposals to whoever sees the case and to their own networks, and to no others; return who
        sees the case. Networks that are proposed now are left out, as those of the earlier ones are.
        """
        case_readers = self.leave_out_rivals(self.readers, networks=[*earlier.values(), *networks])
        for proposal, network_id in earlier.items():
            proposal.show_to(case_readers, network_id)
        return case_readers

    def _note_passed_over(self, ranking: RankingSummary, proposals: Sequence[Proposal]) -> None:
        standing = {each.adviser_id for each in proposals}
        self.not_proposed = [
            {"adviser_id": str(adviser_id), "ground": each.ground, "reason": IN_WORDS[each.ground]}
            for each in ranking.passed_over
            if each.ground is not Ground.CONFLICT_OF_INTEREST  # with whom is their network's to know: it is counted
            for adviser_id in each.named
            if adviser_id not in standing
        ]
        self.not_proposed_counts = {each.ground: each.count for each in ranking.passed_over}

    def _add_readers(self, readers: Sequence[str]) -> None:
        self.readers = list(dict.fromkeys((*self.readers, *readers)))

    def _touch(self, now: datetime) -> None:
        self.version += 1
        self.changed_at = now

    def _count_event(self, now: datetime) -> None:
        self._touch(now)
        self.sequence += 1
