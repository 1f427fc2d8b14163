"""Awards of cases in the records of awards: each once, marked when its contract ended, taken back if set aside."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.procurement.awards.models import ContractAward
from rtp_applications.procurement.awards.queries import find_same_contract
from rtp_applications.procurement.rules.cooling import ReservationLaw
from rtp_applications.procurement.rules.scope import ACT_SINCE
from rtp_applications.workflow.engine import CaseChange
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.payloads import OF_AN_AWARD, Award, Notice, NoticeKind
from rtp_applications.workflow.stages.contract.facts import collect_facts
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination
from rtp_applications.workflow.stages.incorporation.payloads import LegalEntity
from rtp_applications.workflow.stages.monitoring.payloads import MonitoringEnd

COMPLETING = frozenset({"award", "record-legal-entity", "record-notice"})
"""Actions after which all may be on file that a record needs: contract, provider and the public notice of the award."""
SETTING_ASIDE = frozenset({"quash", "remit-by-court"})
SET_ASIDE = "A court quashed the decision on which the contract rests"
NO_CONTRACTS = frozenset({Regime.GRANT, Regime.IN_HOUSE})
AWARDED = frozenset({Status.AWARDED, Status.TRANSITION, Status.READINESS_REVIEW, Status.LAUNCHED})


@dataclass(frozen=True, slots=True)
class AwardOfCase:
    """What the records hold of a case's award. Only what the public notice of it tells anyway."""

    authority_id: UUID
    provider: str
    provider_name: str
    cpv: list[str]
    reserved_under: ReservationLaw | None
    awarded_on: date
    entered_into_on: date
    source: str


class AwardRecords:
    """The records of awards as a projection of cases (`cases.context.Projection`)."""

    def announce(self, change: CaseChange) -> CaseChange:
        return change

    async def write(self, session: AsyncSession, change: CaseChange) -> None:
        """Write what the change makes of the case's award, in its own transaction."""
        if change.awaiting or (Award.KIND, "") not in change.after.records:
            return
        if change.action in SETTING_ASIDE:
            await _take_back(session, change)
        elif change.action in COMPLETING and (award := find_award(change.after)):
            await _put(session, change, award)
        if (end := _find_end(change)) and (record := await _find_record(session, change.after.case.id)):
            record.end(*end)


def find_award(snapshot: CaseSnapshot) -> AwardOfCase | None:
    """Return the award that can be put on record: of a contract that was entered into with a provider that a register
    knows, and announced by a public notice.
    """
    award, entity = snapshot.find(Award), snapshot.find(LegalEntity)
    determined, authority = snapshot.find(RegimeDetermination), snapshot.case.commissioner
    notice = _find_notice(snapshot)
    if not (award and entity and determined and authority and notice) or snapshot.status not in AWARDED:
        return None
    if determined.regime in NO_CONTRACTS:
        return None
    facts = collect_facts(snapshot)
    under_the_act = facts.commenced_on is None or facts.commenced_on >= ACT_SINCE
    law = ReservationLaw.SECTION_33 if under_the_act else ReservationLaw.REGULATION_77
    provider = f"{entity.scheme}-{entity.identifier}"
    return AwardOfCase(
        authority_id=authority,
        provider=provider,
        provider_name=entity.name or provider,
        cpv=[code.digits for code in facts.codes],
        reserved_under=law if determined.regime is Regime.RESERVED else None,
        awarded_on=min(notice.published_on, award.entered_into_on),
        entered_into_on=award.entered_into_on,
        source=f"Notice {notice.notice_id}",
    )


def _find_notice(snapshot: CaseSnapshot) -> Notice | None:
    """Return the notice by which the award was announced first."""
    announced = [each for each, _ in snapshot.list_payloads(Notice) if each.kind in OF_AN_AWARD]
    return min(announced, key=lambda each: each.published_on, default=None)


def _find_end(change: CaseChange) -> tuple[date, str] | None:
    after, ended = change.after, change.after.find(MonitoringEnd)
    if change.action == "end-monitoring" and ended:
        return ended.ended_on, ended.code
    notice = after.find(Notice, NoticeKind.UK11) if change.action == "record-notice" else None
    return (notice.published_on, f"Contract termination notice {notice.notice_id}") if notice else None


async def _put(session: AsyncSession, change: CaseChange, award: AwardOfCase) -> None:
    """Enter the award, or correct its record; one that the body itself put on record becomes the case's."""
    values = {name: getattr(award, name) for name in AwardOfCase.__slots__}
    record = await _find_record(session, change.after.case.id) or await find_same_contract(
        session, award.authority_id, award.provider, award.entered_into_on, award.cpv
    )
    if record is None:
        session.add(ContractAward(**values, **_describe_entry(change)))
    elif record.from_notice:
        record.take_over({**values, "case_id": change.after.case.id, "recorded_by": change.signature.holder})
    elif record.case_id is None:
        record.case_id = change.after.case.id
    elif changed := {name: value for name, value in values.items() if getattr(record, name) != value}:
        for name, value in changed.items():
            setattr(record, name, value)
        record.version += 1
    await session.flush()


def _describe_entry(change: CaseChange) -> dict[str, UUID | str | datetime]:
    at = change.signature.at
    return {"case_id": change.after.case.id, "recorded_by": change.signature.holder, "recorded_at": at}


async def _take_back(session: AsyncSession, change: CaseChange) -> None:
    if record := await _find_record(session, change.after.case.id):
        record.withdraw(f"{SET_ASIDE} ({civil_date(change.signature.at)})", change.signature.at)
        await session.flush()


async def _find_record(session: AsyncSession, case_id: UUID) -> ContractAward | None:
    standing = (ContractAward.case_id == case_id, ContractAward.withdrawn_at.is_(None))
    found = await session.scalars(select(ContractAward).where(*standing).with_for_update())
    return found.one_or_none()
