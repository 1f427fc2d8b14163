"""Puts decisions into the public register, and marks those that do not stand any more."""

from dataclasses import replace
from datetime import datetime
from typing import cast
from uuid import UUID, uuid4

from sqlalchemy import Table, insert, update
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.registers.decisions.models import Appeal, Overturned, PublishedDecision
from rtp_applications.workflow.common.payloads import Publication
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Decision
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.cross_stage.payloads import Finding
from rtp_applications.workflow.stages.publication.decisions import (
    PublishableDecision,
    find_decisions,
    find_latest_decision,
)
from rtp_shared.contracts.applications import DecisionPublished

_TABLE = cast("Table", PublishedDecision.__table__)
ON_A_CONTRACT = (Decision.AWARDED, Decision.TENDER_LOST)
NO_REASONS = "No reasons are on file."
MARKS: dict[str, dict[str, Appeal | Overturned]] = {
    "escalate": {"appeal": Appeal.PENDING},
    "uphold-refusal": {"appeal": Appeal.UPHELD},
    "remit": {"appeal": Appeal.REMITTED, "overturned": Overturned.REMITTED},
    "reopen-refusal": {"overturned": Overturned.REOPENED},
    "reopen-stopped-case": {"overturned": Overturned.REOPENED},
    "reopen-stopped-by-court": {"overturned": Overturned.QUASHED},
    "keep-refusal": {"appeal": Appeal.UPHELD},
    "reopen-after-call-in": {"overturned": Overturned.REOPENED},
    "quash": {"overturned": Overturned.QUASHED},
    "remit-by-court": {"overturned": Overturned.QUASHED},
}
"""By action, how it marks the latest decision, if that is in the register."""


class DecisionRegister:
    """The public register of decisions as a projection of cases (`cases.context.Projection`)."""

    def announce(self, change: CaseChange) -> CaseChange:
        return announce(change)

    async def write(self, session: AsyncSession, change: CaseChange) -> None:
        await write(session, change)


def announce(change: CaseChange) -> CaseChange:
    """Return the change with an event for each decision that it publishes. Once announced, it stays as it is."""
    if any(isinstance(event, DecisionPublished) for event in change.events):
        return change
    events = tuple(_build_event(change.after, each) for each in _list_published(change))
    return replace(change, events=(*change.events, *events)) if events else change


async def write(session: AsyncSession, change: CaseChange) -> None:
    """Write what an announced change publishes, in its own transaction, and mark what it overturns or appeals."""
    for event in change.events:
        if isinstance(event, DecisionPublished):
            await _insert(session, change.after, event)
    if change.action in MARKS and not change.awaiting:
        await _mark(session, change)


def _list_published(change: CaseChange) -> list[SignedRecord]:
    before, after = change.before.records, change.after.records
    return [each for at, each in after.items() if each.kind == Publication.KIND and before.get(at) != each]


def _build_event(snapshot: CaseSnapshot, published: SignedRecord) -> DecisionPublished:
    decided, case = _find_decided(snapshot, published), snapshot.case
    return DecisionPublished(
        case_id=case.id,
        decision_id=uuid4(),
        route=case.route,
        decision=decided.decision,
        decided_on=civil_date(decided.at),
        body=_choose_body(snapshot, decided.decision),
        ground=decided.ground,
        conditions=decided.conditions,
        sector=case.sector,
        region=case.region,
        published_at=published.signed[-1].at,
    )


async def _insert(session: AsyncSession, snapshot: CaseSnapshot, event: DecisionPublished) -> None:
    published = snapshot.records[Publication.KIND, event.decision]
    decided, case = _find_decided(snapshot, published), snapshot.case
    row = {
        "id": event.decision_id,
        "case_id": case.id,
        "decided_at": decided.at,
        "published_at": event.published_at,
        "number": case.number if published.content.get("showNumber") else None,
        "body_id": event.body,
        "route": case.route,
        "service_name": case.service_name,
        "region": case.region,
        "sector": case.sector,
        "decision": decided.decision,
        "decided_on": event.decided_on,
        "ground": decided.ground,
        "text": published.content.get("text") or decided.text or NO_REASONS,
        "conditions": decided.conditions,
        "appeal": _find_appeal(snapshot, decided),
        "version": 1,
    }
    await session.execute(insert(_TABLE), [row])
    there = _TABLE.c
    in_its_place = (there.case_id == case.id, there.overturned.is_not(None), there.superseded_by.is_(None))
    await session.execute(
        update(_TABLE).where(*in_its_place).values(superseded_by=event.decision_id, version=there.version + 1)
    )


async def _mark(session: AsyncSession, change: CaseChange) -> None:
    decided = find_latest_decision(change.before)
    if decided is None:
        return
    there, changes = _TABLE.c, dict[str, object](MARKS[change.action])
    if change.action in ("reopen-refusal", "reopen-stopped-case") and change.before.case.escalated_at:
        changes["appeal"] = Appeal.REMITTED
    if "overturned" in changes:
        changes["overturned_on"] = civil_date(change.signature.at)
    the_same = (there.case_id == change.after.case.id, there.decision == decided.decision)
    await session.execute(
        update(_TABLE).where(*the_same, there.decided_at == decided.at).values(**changes, version=there.version + 1)
    )


def _find_decided(snapshot: CaseSnapshot, published: SignedRecord) -> PublishableDecision:
    return find_decisions(snapshot)[Decision(published.key)]


def _find_appeal(snapshot: CaseSnapshot, decided: PublishableDecision) -> Appeal | None:
    if decided.decision not in (Decision.REFUSED, Decision.NOT_ELIGIBLE):
        return None
    if snapshot.case.escalated_at is not None:
        return Appeal.PENDING
    finding = snapshot.find_record(Finding)
    return Appeal.UPHELD if finding and _is_since(finding, decided.at) else None


def _is_since(found: SignedRecord, at: datetime) -> bool:
    return found.signed[-1].at >= at


def _choose_body(snapshot: CaseSnapshot, decision: Decision) -> UUID | None:
    return snapshot.case.commissioner if decision in ON_A_CONTRACT else snapshot.case.decision_body
