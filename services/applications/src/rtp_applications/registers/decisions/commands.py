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
    "quash": {"overturned": Overturned.QUASHED},
    "remit-by-court": {"overturned": Overturned.QUASHED},
}
"""By action, how it marks the latest decision, if that is in the register."""


class DecisionRegister:
    """The public register of decisions as a projection of cases (`cases.context.Projection`)."""

    def announce(self, outcome: CaseChange) -> CaseChange:
        return announce(outcome)

    async def write(self, session: AsyncSession, outcome: CaseChange) -> None:
        await write(session, outcome)


def announce(outcome: CaseChange) -> CaseChange:
    """Return the outcome with an event for each decision that it publishes. Once announced, it stays as it is."""
    if any(isinstance(event, DecisionPublished) for event in outcome.events):
        return outcome
    events = tuple(_build_event(outcome.after, each) for each in _list_published(outcome))
    return replace(outcome, events=(*outcome.events, *events)) if events else outcome


async def write(session: AsyncSession, outcome: CaseChange) -> None:
    """Write what an announced outcome publishes, in its own transaction, and mark what it overturns or appeals."""
    for event in outcome.events:
        if isinstance(event, DecisionPublished):
            await _insert(session, outcome.after, event)
    if outcome.action in MARKS and not outcome.awaiting:
        await _mark(session, outcome)


def _list_published(outcome: CaseChange) -> list[SignedRecord]:
    before, after = outcome.before.records, outcome.after.records
    return [each for at, each in after.items() if each.kind == Publication.KIND and before.get(at) != each]


def _build_event(file: CaseSnapshot, published: SignedRecord) -> DecisionPublished:
    decided, case = _find_decided(file, published), file.case
    return DecisionPublished(
        case_id=case.id,
        decision_id=uuid4(),
        route=case.route,
        decision=decided.decision,
        decided_on=civil_date(decided.at),
        body=_choose_body(file, decided.decision),
        ground=decided.ground,
        conditions=decided.conditions,
        sector=case.sector,
        region=case.region,
        published_at=published.signed[-1].at,
    )


async def _insert(session: AsyncSession, file: CaseSnapshot, event: DecisionPublished) -> None:
    published = file.records[Publication.KIND, event.decision]
    decided, case = _find_decided(file, published), file.case
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
        "appeal": _find_appeal(file, decided),
        "version": 1,
    }
    await session.execute(insert(_TABLE), [row])
    there = _TABLE.c
    in_its_place = (there.case_id == case.id, there.overturned.is_not(None), there.superseded_by.is_(None))
    await session.execute(
        update(_TABLE).where(*in_its_place).values(superseded_by=event.decision_id, version=there.version + 1)
    )


async def _mark(session: AsyncSession, outcome: CaseChange) -> None:
    decided = find_latest_decision(outcome.before)
    if decided is None:
        return
    there, changes = _TABLE.c, dict[str, object](MARKS[outcome.action])
    if "overturned" in changes:
        changes["overturned_on"] = civil_date(outcome.signature.at)
    the_same = (there.case_id == outcome.after.case.id, there.decision == decided.decision)
    await session.execute(
        update(_TABLE).where(*the_same, there.decided_at == decided.at).values(**changes, version=there.version + 1)
    )


def _find_decided(file: CaseSnapshot, published: SignedRecord) -> PublishableDecision:
    return find_decisions(file)[Decision(published.key)]


def _find_appeal(file: CaseSnapshot, decided: PublishableDecision) -> Appeal | None:
    if decided.decision not in (Decision.REFUSED, Decision.NOT_ELIGIBLE):
        return None
    if file.case.escalated_at is not None:
        return Appeal.PENDING
    finding = file.find_record(Finding)
    return Appeal.UPHELD if finding and _is_since(finding, decided.at) else None


def _is_since(found: SignedRecord, at: datetime) -> bool:
    return found.signed[-1].at >= at


def _choose_body(file: CaseSnapshot, decision: Decision) -> UUID | None:
    return file.case.commissioner if decision in ON_A_CONTRACT else file.case.decision_body
