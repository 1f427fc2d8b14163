"""Effects of notices, and of ends of procurements and returns to earlier steps."""

from dataclasses import replace

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.award.former import FormerBecause, keep_former, set_aside
from rtp_applications.workflow.stages.award.indicators import PerformanceIndicators
from rtp_applications.workflow.stages.award.payloads import FurtherDecision, Notice, NoticeKind, Representation
from rtp_applications.workflow.stages.award.restarts import (
    INVITATION,
    OF_THE_FUTURE,
    STEPS,
    ProcurementEnd,
    choose_notice_owed,
)
from rtp_applications.workflow.stages.award.tendering import TenderInvitation
from rtp_applications.workflow.stages.benefits.payloads import BenefitClause
from rtp_applications.workflow.stages.contract.facts import ProcurementRecord
from rtp_applications.workflow.stages.contract.payloads import RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.selection.guards import find_selection_route
from rtp_applications.workflow.stages.selection.payloads import (
    ExclusionJudgement,
    KeyCriteria,
    ProcessNotice,
    ProviderChoice,
)
from rtp_applications.workflow.stages.social_value.payloads import SocialValueConsideration

OF_THE_DECISION: tuple[type[Payload], ...] = (ProviderChoice, Representation, FurtherDecision)
"""Records of a decision that is taken back: they stay in the audit."""
OF_THE_PROCUREMENT: tuple[type[Payload], ...] = (
    *OF_THE_DECISION, RegimeDetermination, ProcurementRecord, SocialValueConsideration, ProcessNotice, KeyCriteria,
    TenderInvitation, PerformanceIndicators, BenefitClause, ExclusionJudgement,
)  # fmt: skip


def keep_corrected_notice(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Keep beside the new notice the one of its kind that was on file before."""
    former = step.snapshot.find_record(Notice, step.payload.kind)
    if former is None or former.content == snapshot.records[Notice.KIND, step.payload.kind].content:
        return snapshot
    return keep_former(snapshot, former, FormerBecause.CORRECTED)


def set_procurement_aside(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Set aside all that belongs to the procurement that ended, and note which notice is owed of it."""
    at = (ProcurementEnd.KIND, step.payload.reference)
    if owed := choose_notice_owed(step.snapshot):
        ended = snapshot.records[at]
        snapshot = snapshot.with_record(replace(ended, content={**ended.content, "noticeOwed": owed}))
    snapshot = set_aside(snapshot, frozenset(NoticeKind) - OF_THE_FUTURE, FormerBecause.ENDED)
    return snapshot.without_records([each.KIND for each in OF_THE_PROCUREMENT])


def go_back(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Set aside what the step that is repeated, and those after it, brought about: from the notice of intention on, the
    choice of the provider stays.
    """
    route, number = find_selection_route(step.snapshot), step.payload.step
    notices, records = {NoticeKind.SELECTION_INTENTION, NoticeKind.SELECTION_AWARD}, list(OF_THE_DECISION)
    if route is not None and route in STEPS and number > STEPS[route]:
        records.remove(ProviderChoice)
    if route is SelectionRoute.COMPETITIVE and number <= INVITATION:
        notices.add(NoticeKind.SELECTION_CONTRACT)
        records += [KeyCriteria] if number < INVITATION else []
    if route is SelectionRoute.MOST_SUITABLE and number == 1:
        records.append(ProcessNotice)
    return set_aside(snapshot, notices, FormerBecause.REPEATED).without_records([each.KIND for each in records])
