"""Events that applications publishes about a case."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from pydantic import Field

from rtp_shared.contracts.base import PREFIX, EventData

DRAFTS = "drafts"
"""The source of drafts' events, within the service's: a case's own are counted from its submission."""


def is_of_draft(source: str) -> bool:
    """Return whether an event of this source is of a case that had not been submitted."""
    return source.endswith(f"/{DRAFTS}")


class CaseMoved(EventData):
    """The fields of every event of the workflow. Not published itself: every kind of move has a type of its own."""

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    route: str = Field(description="The legal route, for example right-to-provide")
    action: str = Field(description="The action that was taken, as the process names it")
    status_before: str = Field(description="The case's status before it")
    status: str = Field(description="The case's status after it")
    role: str = Field(description="The role of whoever signed last")
    at: datetime = Field(description="When it was done, UTC")


class CaseOpened(EventData):
    """A draft was opened. Nobody but the client that opened it may learn of it, so it says almost nothing."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-opened.v1"
    READERS: ClassVar[str] = "The client that opened the draft, and nobody else, ever"

    case_id: UUID = Field(description="The case")
    route: str = Field(description="The legal route, for example right-to-provide")


class CaseSubmitted(EventData):
    """The staff group disclosed its expression of interest to the employing body."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-submitted.v1"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    route: str = Field(description="The legal route, for example right-to-provide")
    status: str = Field(description="The case's status after this event")
    sector: str = Field(description="Service sector, from the closed list")
    region: str | None = Field(default=None, description="ONS region code (E12...), of the employing body")
    employer: UUID = Field(description="The employing body")
    commissioner: UUID | None = Field(default=None, description="The commissioning body, where another one commissions")
    decision_body: UUID | None = Field(default=None, description="The body that decides, where it is another one")
    headcount: int | None = Field(default=None, description="Employees in the service")
    legal_form: str | None = Field(default=None, description="Intended legal form, from the closed list")
    annual_value_pence: int | None = Field(default=None, description="Yearly cost of the service today, in pence")
    finance_sought_pence: int | None = Field(default=None, description="Finance sought, in pence")
    finance_purposes: list[str] = Field(default=[], description="What the finance is for, from the closed list")
    support_needs: list[str] = Field(default=[], description="Topics the staff group wants advice on")
    submitted_at: datetime = Field(description="When it was submitted, UTC")
    employer_kind: str | None = Field(
        default=None,
        description="The kind of body that the employing body is, from the closed list, for example london-borough",
        json_schema_extra={"x-since": "1.3.0"},
    )


class CaseWithdrawn(EventData):
    """The staff group withdrew. A withdrawn draft stays unknown to the employing body."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-withdrawn.v1"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    withdrawn_from: str = Field(description="The status it was withdrawn from")
    withdrawn_at: datetime = Field(description="When it was withdrawn, UTC")


class CaseAcknowledged(CaseMoved):
    """The staff group was sent its receipt."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-acknowledged.v1"


class ScreeningBegun(CaseMoved):
    """Eligibility and completeness are being checked."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.screening-begun.v1"


class InformationRequested(CaseMoved):
    """The body asked the staff group for information."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.information-requested.v1"


class InformationReturned(CaseMoved):
    """The staff group answered every item that was asked for, or declined it."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.information-returned.v1"


class InformationRequestClosed(CaseMoved):
    """The time to reply is over; the case goes on with what is held."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.information-request-closed.v1"


class CaseFoundNotEligible(CaseMoved):
    """The expression of interest was found not eligible."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-found-not-eligible.v1"


class DecisionDateNotified(CaseMoved):
    """The staff group was told when a decision is expected."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.decision-date-notified.v1"


class ReviewBegun(CaseMoved):
    """The merits of the expression of interest are being reviewed."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.review-begun.v1"


class InterestCorrected(CaseMoved):
    """The expression of interest was corrected by agreement after its submission; its day of receipt stays."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.interest-corrected.v1"
    SINCE: ClassVar[str] = "1.3.0"


class ModificationOffered(CaseMoved):
    """The body offered a modification instead of a refusal."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.modification-offered.v1"


class EoiAccepted(CaseMoved):
    """The expression of interest was accepted, as it was or as modified."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.eoi-accepted.v1"


class CaseRefused(CaseMoved):
    """The case was refused; an appeal is possible while the appeal window is open."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-refused.v1"


class CaseLapsed(CaseMoved):
    """The case was idle for too long and lapsed."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-lapsed.v1"


class CaseSuperseded(CaseMoved):
    """Another case took this one's place, because its employing body ended."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-superseded.v1"


class CaseEscalated(CaseMoved):
    """The staff group took the refusal to the escalation point."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-escalated.v1"


class RefusalUpheld(CaseMoved):
    """The reviewer upheld the refusal."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.refusal-upheld.v1"


class RefusalBecameFinal(CaseMoved):
    """The appeal window closed without an appeal."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.refusal-became-final.v1"


class CaseRemitted(CaseMoved):
    """A reviewer, a court or the body itself sent the case back to an earlier stage."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-remitted.v1"


class DecisionQuashed(CaseMoved):
    """A court quashed the decision, and the case is over."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.decision-quashed.v1"


class CaseSuspended(CaseMoved):
    """The case rests; discretionary clocks are paused."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-suspended.v1"


class SpinOutConfirmed(CaseMoved):
    """The employer confirmed that a spin-out begins by its own decision."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.spin-out-confirmed.v1"
    SINCE: ClassVar[str] = "1.3.0"


class CaseStopped(CaseMoved):
    """The body stopped the case for a reason that is none of its own. It may be taken to the escalation point."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-stopped.v1"
    SINCE: ClassVar[str] = "1.3.0"


class CaseResumed(CaseMoved):
    """The suspension ended."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-resumed.v1"


class IntentionPublished(CaseMoved):
    """The body published its intention to consider provision by a mutual of its staff."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.intention-published.v1"


class FeasibilityBegun(CaseMoved):
    """The options appraisal begins; the information pack was disclosed."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.feasibility-begun.v1"


class BusinessCaseBegun(CaseMoved):
    """The appraisal prefers the spin-out; the business case is being written."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.business-case-begun.v1"


class BusinessCaseSubmitted(CaseMoved):
    """The staff group submitted its business case; its documents are frozen."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.business-case-submitted.v1"


class AssuranceBegun(CaseMoved):
    """The business case is being assured, strand by strand."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.assurance-begun.v1"


class BusinessCaseReturned(CaseMoved):
    """The business case went back to the staff group: incomplete, or without the commissioner's consent."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.business-case-returned.v1"


class PanelPapersPublished(CaseMoved):
    """Every strand is rated; the papers for the panel are published."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.panel-papers-published.v1"


class CaseApproved(CaseMoved):
    """The case was approved: the mandate to proceed."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-approved.v1"


class CaseApprovedConditionally(CaseMoved):
    """The case was approved on conditions."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-approved-conditionally.v1"


class CaseDeferred(CaseMoved):
    """The panel wants more before it decides."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-deferred.v1"


class CaseReturnedToPanel(CaseMoved):
    """The panel's questions are answered; the case is before it again."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-returned-to-panel.v1"


class ConditionsClosed(CaseMoved):
    """Every condition is closed with evidence; the case is approved."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.conditions-closed.v1"


class DecisionCalledIn(CaseMoved):
    """Scrutiny called the decision in."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.decision-called-in.v1"


class DecisionConfirmed(CaseMoved):
    """The decision was confirmed after the call-in."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.decision-confirmed.v1"


class ContractRouteChosen(CaseMoved):
    """The commissioner chose the contract route."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.contract-route-chosen.v1"


class ProcurementBegun(CaseMoved):
    """A procurement begins for which the applicants must bid."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.procurement-begun.v1"


class TenderPublished(CaseMoved):
    """The tender notice is published."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.tender-published.v1"


class StandstillBegun(CaseMoved):
    """The intention to award was notified; the standstill runs."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.standstill-begun.v1"


class ContractAwarded(CaseMoved):
    """The contract was awarded to the mutual."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.contract-awarded.v1"


class TenderLost(CaseMoved):
    """Another tenderer won the contract."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.tender-lost.v1"


class ProcurementEnded(CaseMoved):
    """The procurement was ended, or abandoned, without a contract; another may begin."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.procurement-ended.v1"
    SINCE: ClassVar[str] = "1.3.0"


class SelectionStepRepeated(CaseMoved):
    """A procurement under the Provider Selection Regime went back to an earlier step, which is repeated."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.selection-step-repeated.v1"
    SINCE: ClassVar[str] = "1.3.0"


class TransitionBegun(CaseMoved):
    """The service is being moved: incorporation, staff, pensions, assets."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.transition-begun.v1"


class ConsultationDisputed(CaseMoved):
    """A representative of the staff, or an affected employee, disputes the consultation on the transfer of staff."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.consultation-disputed.v1"
    SINCE: ClassVar[str] = "1.3.0"


class ConsultationDisputeAnswered(CaseMoved):
    """The employer answered a dispute of the consultation on the transfer of staff."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.consultation-dispute-answered.v1"
    SINCE: ClassVar[str] = "1.3.0"


class ReadinessReviewBegun(CaseMoved):
    """Whether to go live is being reviewed."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.readiness-review-begun.v1"


class LaunchPutBack(CaseMoved):
    """Not ready: the transition goes on towards a new date."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.launch-put-back.v1"


class GoLiveDateSet(EventData):
    """The day on which the staff transfer and the mutual takes the service over was set, or is another one now."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.go-live-date-set.v1"
    SINCE: ClassVar[str] = "1.5.0"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    go_live_on: date = Field(description="The day that is on file now, as a civil date in London")
    at: datetime = Field(description="When it was put on file, UTC")


class FinanceFactsChanged(EventData):
    """What the case says of its finance reads otherwise than before: its legal form, or what it seeks and for what."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.finance-facts-changed.v1"
    SINCE: ClassVar[str] = "1.6.0"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    legal_form: str | None = Field(
        default=None, description="Legal form, from the closed list: that of the mutual once it is on file"
    )
    annual_value_pence: int | None = Field(default=None, description="Yearly cost of the service, in pence")
    finance_sought_pence: int | None = Field(
        default=None, description="Finance still sought, in pence: what is needed and nobody has committed yet"
    )
    finance_purposes: list[str] = Field(default=[], description="What the finance is for, from the closed list")
    at: datetime = Field(description="When it was put on file, UTC")


class AssistanceRecorded(EventData):
    """Other subsidies than before are on file that the mutual was given as minimal or SPEI financial assistance, or it
    has confirmed them. What counts of them is told as amounts alone."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.assistance-recorded.v1"
    SINCE: ClassVar[str] = "1.6.0"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    year_from: date = Field(description="First day of the present financial year, a 1 April")
    counted_pence: list[int] = Field(
        description="What counts against the ceilings at the least, in pence, as of this financial year, the next, and "
        "the one after that (Subsidy Control Act 2022 ss.36(2), 42(8), (9))"
    )
    settled: bool = Field(description="Whether nothing is left open of what is on file: false where more may count")
    confirmed_on: date | None = Field(
        default=None, description="The last day on which the enterprise confirmed that all that counts is on file"
    )
    at: datetime = Field(description="When it was put on file, UTC")


class MutualLaunched(CaseMoved):
    """The mutual is live; monitoring begins."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.mutual-launched.v1"


class MonitoringCheckRecorded(CaseMoved):
    """A check after the launch was put on file."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.monitoring-check-recorded.v1"


class MonitoringEnded(CaseMoved):
    """The contract's life has ended; how is on file."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.monitoring-ended.v1"


class CaseMovedToVersion(CaseMoved):
    """The case was moved to another version of its process."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-moved-to-version.v1"


class CaseTransferred(CaseMoved):
    """A body that ended was replaced in the case by its successor."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-transferred.v1"

    bodies_replaced: list[UUID] = Field(
        default=[], description="The bodies that ended", json_schema_extra={"x-since": "1.3.0"}
    )
    successors: list[UUID] = Field(
        default=[],
        description="The body in the place of each, in the same order",
        json_schema_extra={"x-since": "1.3.0"},
    )


class PartyChanged(EventData):
    """Somebody was given a role in a case, or the part of somebody ended or changed. Who it is, it does not say."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.party-changed.v1"
    PEOPLE: ClassVar[Mapping[str, str]] = {"party_id": "party"}

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    party_id: UUID = Field(description="The party")
    change: str = Field(description="appointed, amended or ended")
    role: str = Field(description="The role in the case")
    holder_kind: str = Field(description="Who vouches for the person: client or organisation")
    at: datetime = Field(description="When it was done, UTC")


class CaseImported(EventData):
    """A case came in from elsewhere, as it stands there. What happened before is in its history, and not told again."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-imported.v1"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    route: str = Field(description="The legal route, for example right-to-provide")
    status: str = Field(description="The status in which it came in")
    origin: str = Field(
        description="bundle: of another instance; record: a historic case, written down by hand; file: a living case, "
        "from the employer's own system"
    )
    at: datetime = Field(description="When it came in, UTC")


class DeadlineEvent(EventData):
    """The fields of every event about a deadline. Not published itself."""

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    clock: str = Field(description="The clock, as the process names it, for example eoi-decision")
    basis: str = Field(description="What it rests on: statute, policy or local-rule")
    due_on: date = Field(description="The last day that is in time, as a civil date in London")
    due_at: datetime = Field(description="The first instant that is too late, UTC: the midnight that ends the day")


class DeadlineApproaching(DeadlineEvent):
    """A deadline of the case is near. It is told on the days that the process names, and once for each."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.deadline-approaching.v1"

    days_left: int = Field(description="Civil days from now to the last day that is in time; 0 on that day itself")


class DeadlineMissed(DeadlineEvent):
    """The time of a deadline is up, and what was due had not been done."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.deadline-missed.v1"

    missed_at: datetime = Field(description="When its time was up, UTC, however late that was noticed")


class DeadlineMoved(DeadlineEvent):
    """A deadline that runs is due on another day than was told before: more time was given, a suspension ended, or bank
    holidays changed.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.applications.deadline-moved.v1"
    SINCE: ClassVar[str] = "1.3.0"

    was_due_on: date = Field(description="The last day that was in time before, as a civil date in London")
    at: datetime = Field(description="When it moved, UTC")


class DeadlineCorrected(DeadlineEvent):
    """A deadline that was told to be missed was not: what was due had been done in time, and was put on file later, or
    it was not due, for a reorganisation had begun its time anew.
    """

    TYPE: ClassVar[str] = f"{PREFIX}.applications.deadline-corrected.v1"
    SINCE: ClassVar[str] = "1.3.0"

    done_on: date | None = Field(
        default=None, description="The civil date in London on which it was done; null where it was not due"
    )
    at: datetime = Field(description="When it was put on file, UTC")


class BarrierRaised(EventData):
    """What stands in the staff group's way was disclosed. One that is not disclosed is told of in no event."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.barrier-raised.v1"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    barrier_id: UUID = Field(description="The barrier")
    kind: str = Field(description="What kind of barrier it is, from the closed list")
    body: UUID | None = Field(default=None, description="The public body that can remove it")
    due_on: date | None = Field(default=None, description="By when it should be removed")
    at: datetime = Field(description="When it was disclosed, UTC")


class BarrierClosed(EventData):
    """A disclosed barrier was closed: removed or not, or withdrawn."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.barrier-closed.v1"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    barrier_id: UUID = Field(description="The barrier")
    kind: str = Field(description="What kind of barrier it is, from the closed list")
    body: UUID | None = Field(default=None, description="The public body that can remove it")
    state: str = Field(description="removed, not-removed or withdrawn")
    at: datetime = Field(description="When it was closed, UTC")


class DecisionPublished(EventData):
    """A decision was published in the public register: what it says there, but for the text and the service's name."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.decision-published.v1"

    case_id: UUID = Field(description="The case, which the register does not name")
    decision_id: UUID = Field(description="The decision's id in the register: /v1/decisions/{id}")
    route: str = Field(description="The legal route, for example right-to-provide")
    decision: str = Field(description="What was decided, from the closed list")
    decided_on: date = Field(description="Civil date in London of the decision")
    body: UUID | None = Field(default=None, description="The body that decided")
    ground: str | None = Field(default=None, description="Ground of a refusal, where the law closes the list")
    conditions: int = Field(default=0, description="How many conditions it was made on")
    sector: str | None = Field(default=None, description="Service sector, from the closed list")
    region: str | None = Field(default=None, description="ONS region code (E12...), of the employing body")
    published_at: datetime = Field(description="When it was published, UTC")


class DocumentFrozen(EventData):
    """A version of a document was frozen: it stays as it is, stamped by its hash, whatever comes later beside it."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.document-frozen.v1"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    document_id: UUID = Field(description="The document")
    kind: str = Field(description="What the document is, for example business-plan; of a confidential one: other")
    document_version: int = Field(description="The version that was frozen")
    sha256: str = Field(description="SHA-256 of its content, hexadecimal")
    at: datetime = Field(description="When it was frozen, UTC")


class CaseDisposalDue(EventData):
    """The time of keeping an ended case is nearly over: what was said in it is destroyed, unless it is put on hold."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-disposal-due.v1"
    SINCE: ClassVar[str] = "1.5.0"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    dispose_on: date = Field(description="The first day on which it may be destroyed")
    at: datetime = Field(description="When the warning was given, UTC")


class CaseDisposed(EventData):
    """What was said in an ended case was destroyed. Its outcome, dates and hashes stay; copies should go too."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.case-disposed.v1"
    SINCE: ClassVar[str] = "1.5.0"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    status: str = Field(description="How the case had ended")
    at: datetime = Field(description="When it was destroyed, UTC")


class PersonalDataErased(EventData):
    """A person is named in the case no more. Who that was is not said; copies of the case should be read anew."""

    TYPE: ClassVar[str] = f"{PREFIX}.applications.personal-data-erased.v1"
    SINCE: ClassVar[str] = "1.5.0"

    case_id: UUID = Field(description="The case")
    number: str = Field(description="The case number that people say, with its check digit")
    at: datetime = Field(description="When it was erased, UTC")
