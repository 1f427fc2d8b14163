"""Ends of a procurement without a contract, and returns to an earlier step: Procurement Act 2023 s.55, SI 2023/1348
regs 12 and 15. After either, the case can take another way to a contract.
"""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, Field, ValidationInfo

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.award.payloads import Notice, NoticeKind
from rtp_applications.workflow.stages.contract.payloads import Regime, RegimeDetermination, SelectionRoute
from rtp_applications.workflow.stages.selection.payloads import KeyCriteria, ProcessNotice, ProviderChoice
from rtp_shared.schemas import STORED, Day, Line, Prose, Whole

OF_THE_FUTURE = frozenset({NoticeKind.UK1, NoticeKind.UK2, NoticeKind.UK3})
"""Notices of a pipeline, of engaging the market and of what is planned: no procurement began with them."""
ENDING = frozenset({NoticeKind.UK12, NoticeKind.SELECTION_ABANDONMENT})
OPENING_UNDER_THE_ACT = frozenset({NoticeKind.UK4, NoticeKind.UK5})
"""The tender and the transparency notice, after which a termination notice is owed: s.55(1)."""
STEPS: Mapping[SelectionRoute, int] = {
    SelectionRoute.DIRECT_C: 1, SelectionRoute.MOST_SUITABLE: 3, SelectionRoute.COMPETITIVE: 4,
}  # fmt: skip
"""Of each process, the step by which the provider is chosen: regs 9(2), 10(6), 11(7)."""
STANDSTILLS: Mapping[SelectionRoute, int] = {
    SelectionRoute.DIRECT_C: 3, SelectionRoute.MOST_SUITABLE: 5, SelectionRoute.COMPETITIVE: 7,
}  # fmt: skip
"""Of each process, the step by which the standstill begins: regs 9(5), 10(9), 11(11)."""
INVITATION = 2
"""The step of the Competitive Process by which offers are invited: reg 11(3)."""


def _refuse_given(value: NoticeKind | None, info: ValidationInfo) -> NoticeKind | None:
    if value is not None and info.context != STORED:
        raise ValueError("the platform says itself which notice is owed")
    return value


class ProcurementEnd(DatedByDocument):
    """The decision to award no contract in this procurement (Procurement Act 2023 s.55(1)), or to abandon it
    (SI 2023/1348 reg 15(1)(a)).
    """

    KIND: ClassVar[str] = "procurement-end"
    KEY: ClassVar[str | None] = "reference"

    reference: Line = Field(description="The authority's reference of the decision", examples=["Decision 2027/31"])
    reasons: Prose = Field(description="Why; in words that those concerned can follow")
    decided_on: Day
    notice_owed: Annotated[NoticeKind | None, AfterValidator(_refuse_given)] = Field(
        default=None,
        json_schema_extra={"readOnly": True},
        description="The notice that is owed of it. The platform fills it in",
    )


class StepReturn(DatedByDocument):
    """The decision to go back to an earlier step of the process, and repeat it (SI 2023/1348 reg 15(1)(b))."""

    KIND: ClassVar[str] = "step-return"
    KEY: ClassVar[str | None] = "reference"

    reference: Line = Field(description="The authority's reference of the decision", examples=["Decision 2027/31"])
    to: Literal[Status.CONTRACT_ROUTE, Status.TENDER_LIVE] = Field(
        description="The status of that step: `tender-live` where offers that were made are assessed again"
    )
    step: Whole = Field(
        ge=1,
        le=10,
        description="Number of the step that is repeated, in reg 9, 10 or 11 of SI 2023/1348: one before that in which "
        "the process is (regs 12(11), 15(8)(a))",
    )
    reasons: Prose = Field(description="Why; in words that those concerned can follow")
    decided_on: Day
    providers_informed_on: Day = Field(
        description="When the providers who knew that they were considered were told in writing (reg 15(6) to (8))"
    )


def find_last_restart(snapshot: CaseSnapshot) -> datetime | None:
    """Return when the procurement was last ended, or went back: what began before it counts no more."""
    found = [*snapshot.list_payloads(ProcurementEnd), *snapshot.list_payloads(StepReturn)]
    return max((record.signed[-1].at for _, record in found), default=None)


def find_last_return(snapshot: CaseSnapshot) -> StepReturn | None:
    found = list(snapshot.list_payloads(StepReturn))
    return max(found, key=lambda each: each[1].signed[-1].at)[0] if found else None


def find_step(snapshot: CaseSnapshot) -> int | None:
    """Return the step in which a process of the Provider Selection Regime is, by what is on file; None where the regime
    has no steps. A choice on file stands for all up to it; in the standstill, representations are dealt with.
    """
    determined = snapshot.find(RegimeDetermination)
    route = determined.selection_route if determined else None
    if route is None or route not in STEPS:
        return None
    if snapshot.status is Status.STANDSTILL:
        return STANDSTILLS[route] + 1
    if snapshot.find(ProviderChoice):
        return STEPS[route] + 1
    if route is SelectionRoute.MOST_SUITABLE:
        return 2 if snapshot.find(ProcessNotice) else 1
    if route is SelectionRoute.COMPETITIVE and snapshot.find(Notice, NoticeKind.SELECTION_CONTRACT):
        return INVITATION + 1
    return 2 if route is SelectionRoute.COMPETITIVE and snapshot.find(KeyCriteria) else 1


def find_last_end(snapshot: CaseSnapshot) -> ProcurementEnd | None:
    found = list(snapshot.list_payloads(ProcurementEnd))
    return max(found, key=lambda each: each[1].signed[-1].at)[0] if found else None


def find_notice_owed(snapshot: CaseSnapshot) -> NoticeKind | None:
    """Return the notice that is still owed of the procurement that ended last."""
    ended = find_last_end(snapshot)
    owed = ended.notice_owed if ended else None
    return owed if owed and not snapshot.find(Notice, owed) else None


def choose_notice_owed(snapshot: CaseSnapshot) -> NoticeKind | None:
    """Return the notice that will be owed if the procurement ends now: under the Act once a tender or transparency
    notice was published (s.55(1)), under the Provider Selection Regime once a process was started (reg 15(4)).
    """
    determined = snapshot.find(RegimeDetermination)
    if determined is None or not has_started(snapshot):
        return None
    if determined.regime is Regime.PROVIDER_SELECTION:
        return NoticeKind.SELECTION_ABANDONMENT
    opened = any(snapshot.find(Notice, each) for each in OPENING_UNDER_THE_ACT)
    return NoticeKind.UK12 if opened and determined.regime in (Regime.OPEN, Regime.RESERVED) else None


def has_started(snapshot: CaseSnapshot) -> bool:
    """Return True if something of the procurement happened that can be ended."""
    if snapshot.status is not Status.CONTRACT_ROUTE or snapshot.find(ProcessNotice) or snapshot.find(ProviderChoice):
        return True
    return any(each.kind not in OF_THE_FUTURE | ENDING for each, _ in snapshot.list_payloads(Notice))


def find_end_of_last_standstill(snapshot: CaseSnapshot, since: date) -> date:
    """Return the last day of the standstill in which the decision of this day was made, or else that day."""
    ends = [each.due_on for each in snapshot.deadlines.values() if each.clock == "further-decision-standstill"]
    return max([since, *(day for day in ends if day >= since)])
