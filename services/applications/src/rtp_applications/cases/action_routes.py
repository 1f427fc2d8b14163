"""Actions of cases over HTTP: one path for every action of any process, under its name in `ACTION_ROUTES`."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Annotated

from fastapi import Body, Query, Response

from rtp_applications.auth import CaseWriter
from rtp_applications.cases import commands
from rtp_applications.cases.dependencies import CaseId, Context
from rtp_applications.cases.routes import present_case
from rtp_applications.cases.schemas import CaseView, Preview
from rtp_applications.cases.views import build_preview
from rtp_applications.workflow.common.days import DecisionDay
from rtp_applications.workflow.common.payloads import (
    AgreedWithdrawal,
    ConflictOfInterest,
    Nothing,
    NotifiedRefusal,
    Publication,
    Reasons,
    Refusal,
    Withdrawal,
)
from rtp_applications.workflow.definition import Action
from rtp_applications.workflow.enums import Role
from rtp_applications.workflow.processes import PROCESSES
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.appraisal.payloads import AdviserChoice, InformationPack, OptionsAppraisal
from rtp_applications.workflow.stages.assurance.payloads import AssuranceRating, CommissionerConsent
from rtp_applications.workflow.stages.award.indicators import PerformanceIndicators
from rtp_applications.workflow.stages.award.payloads import (
    Award,
    AwardNotice,
    Challenge,
    FurtherDecision,
    Notice,
    Representation,
    TenderLoss,
    TenderNotice,
)
from rtp_applications.workflow.stages.award.restarts import ProcurementEnd, StepReturn
from rtp_applications.workflow.stages.award.tendering import TenderInvitation
from rtp_applications.workflow.stages.benefits.payloads import BenefitClause, BenefitPromise, BenefitWithdrawal
from rtp_applications.workflow.stages.business_case.payloads import (
    BusinessCaseReturn,
    CompletenessCheck,
    Consultation,
    EngagementEvidence,
    Extension,
    HelpDeclared,
)
from rtp_applications.workflow.stages.contract.facts import ProcurementRecord
from rtp_applications.workflow.stages.contract.payloads import ContractTerms, ProcurementStart, RegimeDetermination
from rtp_applications.workflow.stages.contract_duties.payloads import (
    ContractModification,
    ContractPublication,
)
from rtp_applications.workflow.stages.cross_stage.payloads import (
    CourtOrder,
    CourtRemittal,
    Escalation,
    Finding,
    KeptRefusal,
    PublishedIntention,
    Recommendation,
    Remittal,
    Reopening,
    Stop,
    StopQuashed,
    StopReopening,
    Succession,
    SuspensionNote,
)
from rtp_applications.workflow.stages.decision.payloads import (
    Approval,
    BusinessCaseRefusal,
    CallIn,
    CallInLapse,
    CallInReopening,
    ConditionalApproval,
    ConditionClosure,
    ConditionEvidence,
    Confirmation,
    Deferral,
    PanelDeferral,
    QuestionAnswer,
    ScrutinyResponse,
)
from rtp_applications.workflow.stages.extensions.payloads import DeadlineExtension
from rtp_applications.workflow.stages.incorporation.payloads import FinanceCommitment, LegalEntity
from rtp_applications.workflow.stages.interest.corrections import InterestCorrection
from rtp_applications.workflow.stages.interest.employers import EmployerAnswer
from rtp_applications.workflow.stages.interest.payloads import ChallengeContent
from rtp_applications.workflow.stages.monitoring.measures import Baseline, Measures
from rtp_applications.workflow.stages.monitoring.payloads import (
    AnnualReturn,
    ContractEnd,
    MonitoringCheck,
    MonitoringEnd,
)
from rtp_applications.workflow.stages.panel.payloads import (
    AgendaPublication,
    DecisionRecord,
    GeneralException,
    KeyDecisionAnnouncement,
    PrivateMeetingNotice,
    ShorterNotice,
    SpecialUrgency,
    Vote,
)
from rtp_applications.workflow.stages.readiness.payloads import NewGoLive
from rtp_applications.workflow.stages.reorganisation.payloads import (
    NoReorganisationResolution,
    ReorganisationResolution,
    SuccessorChoice,
)
from rtp_applications.workflow.stages.review.by_service import ChallengeModification, ChallengeRefusal
from rtp_applications.workflow.stages.review.payloads import Acceptance, Consent, PartialAcceptance
from rtp_applications.workflow.stages.screening.payloads import (
    Acknowledgement,
    DecisionDate,
    InformationRequest,
    ItemAnswer,
)
from rtp_applications.workflow.stages.selection.payloads import (
    ExclusionJudgement,
    KeyCriteria,
    ProcessNotice,
    ProviderChoice,
)
from rtp_applications.workflow.stages.social_value.payloads import SocialValueConsideration
from rtp_applications.workflow.stages.spin_out.payloads import SpinOutConfirmation, Sponsorship
from rtp_applications.workflow.stages.subsidy.payloads import (
    AssistanceConfirmation,
    AssistanceEntry,
    AssistanceNotification,
    DatabaseEntry,
    GivenAssistance,
)
from rtp_applications.workflow.stages.transition.payloads import (
    ConsultationDispute,
    DataTransferAgreement,
    DisputeAnswer,
    GoLiveDate,
    Insurance,
    LeasesAndServices,
    PensionVehicle,
    PensionWaiver,
    RegulatorRegistration,
    WorkforceSnapshot,
)
from rtp_applications.workflow.stages.transition.transfer import (
    LiabilityInformation,
    MeasuresLetter,
    RepresentativesElection,
    TransferConsultation,
    TransferDay,
)
from rtp_applications.workflow.stages.withdrawal.payloads import ProcurementChoice
from rtp_applications.workflow.version_move import VersionMove
from rtp_shared.dependencies import ExpectedVersion
from rtp_shared.web import create_router

actions = create_router(prefix="/v1/cases", tags=["Actions"])

DryRun = Annotated[bool, Query(alias="dryRun", description="Say what would come of it, and save nothing")]

ACTION_ROUTES: Mapping[str, type[Payload]] = {
    "describe-interest": ChallengeContent,
    "submit": Sponsorship,
    "correct-interest": InterestCorrection,
    "record-employer-answer": EmployerAnswer,
    "acknowledge": Acknowledgement,
    "begin-screening": Nothing,
    "request-information": InformationRequest,
    "answer-item": ItemAnswer,
    "return-information": Nothing,
    "close-information-request": Nothing,
    "find-not-eligible": ChallengeRefusal,
    "notify-decision-date": DecisionDate,
    "begin-review": DecisionDay,
    "offer-modification": ChallengeModification,
    "accept-modification": Consent,
    "decline-modification": DecisionDay,
    "let-modification-lapse": Nothing,
    "accept-eoi": Acceptance,
    "refuse-eoi": ChallengeRefusal,
    "accept-part": PartialAcceptance,
    "decline-part": DecisionDay,
    "disclose-information-pack": InformationPack,
    "choose-adviser": AdviserChoice,
    "start-feasibility": Nothing,
    "record-options-appraisal": OptionsAppraisal,
    "start-business-case": DecisionDay,
    "withdraw-after-appraisal": AgreedWithdrawal,
    "refuse-after-appraisal": Refusal,
    "record-engagement": EngagementEvidence,
    "record-consultation": Consultation,
    "declare-help": HelpDeclared,
    "extend-business-case": Extension,
    "submit-business-case": Nothing,
    "begin-assurance": CompletenessCheck,
    "return-business-case": BusinessCaseReturn,
    "rate-strand": AssuranceRating,
    "record-commissioner-consent": CommissionerConsent,
    "publish-panel-papers": Nothing,
    "publish-key-decision-notice": KeyDecisionAnnouncement,
    "notify-general-exception": GeneralException,
    "agree-special-urgency": SpecialUrgency,
    "give-private-meeting-notice": PrivateMeetingNotice,
    "publish-agenda": AgendaPublication,
    "convene-at-shorter-notice": ShorterNotice,
    "cast-vote": Vote,
    "approve": Approval,
    "approve-with-conditions": ConditionalApproval,
    "defer": PanelDeferral,
    "refuse-business-case": BusinessCaseRefusal,
    "record-decision": DecisionRecord,
    "answer-question": QuestionAnswer,
    "return-to-panel": Nothing,
    "end-deferral": Nothing,
    "evidence-condition": ConditionEvidence,
    "close-condition": ConditionClosure,
    "close-conditions": DecisionDay,
    "let-condition-lapse": Nothing,
    "call-in": CallIn,
    "record-scrutiny-response": ScrutinyResponse,
    "record-call-in-lapse": CallInLapse,
    "confirm-after-call-in": Confirmation,
    "return-after-call-in": Deferral,
    "lapse-mandate": Nothing,
    "record-regime": RegimeDetermination,
    "record-contract-terms": ContractTerms,
    "record-procurement-facts": ProcurementRecord,
    "choose-contract-route": DecisionDay,
    "promise-benefit": BenefitPromise,
    "withdraw-benefit": BenefitWithdrawal,
    "write-benefit-into-contract": BenefitClause,
    "consider-social-value": SocialValueConsideration,
    "publish-selection-notice": ProcessNotice,
    "determine-key-criteria": KeyCriteria,
    "choose-provider": ProviderChoice,
    "judge-exclusion": ExclusionJudgement,
    "record-notice": Notice,
    "publish-tender": TenderNotice,
    "invite-tenders": TenderInvitation,
    "begin-standstill": AwardNotice,
    "record-representation": Representation,
    "record-further-decision": FurtherDecision,
    "record-challenge": Challenge,
    "award": Award,
    "record-tender-lost": TenderLoss,
    "end-procurement": ProcurementEnd,
    "return-to-earlier-step": StepReturn,
    "set-performance-indicators": PerformanceIndicators,
    "record-contract-publication": ContractPublication,
    "record-modification": ContractModification,
    "record-legal-entity": LegalEntity,
    "record-finance-commitment": FinanceCommitment,
    "begin-transition": DecisionDay,
    "record-assistance": AssistanceEntry,
    "notify-assistance": AssistanceNotification,
    "confirm-assistance": AssistanceConfirmation,
    "give-assistance": GivenAssistance,
    "record-subsidy-database-entry": DatabaseEntry,
    "record-go-live-date": GoLiveDate,
    "record-transfer-day": TransferDay,
    "record-measures-letter": MeasuresLetter,
    "record-representatives-election": RepresentativesElection,
    "record-tupe-consultation": TransferConsultation,
    "dispute-consultation": ConsultationDispute,
    "answer-consultation-dispute": DisputeAnswer,
    "record-employee-liability-information": LiabilityInformation,
    "record-workforce-snapshot": WorkforceSnapshot,
    "record-pension-vehicle": PensionVehicle,
    "waive-pension-signature": PensionWaiver,
    "record-leases-and-services": LeasesAndServices,
    "record-insurance": Insurance,
    "record-regulator-registration": RegulatorRegistration,
    "record-data-transfer-agreement": DataTransferAgreement,
    "record-baseline": Baseline,
    "begin-readiness-review": DecisionDay,
    "launch": DecisionDay,
    "put-back-launch": NewGoLive,
    "record-monitoring-check": MonitoringCheck,
    "record-measures": Measures,
    "record-annual-return": AnnualReturn,
    "record-contract-end": ContractEnd,
    "end-monitoring": MonitoringEnd,
    "extend-deadline": DeadlineExtension,
    "withdraw": Withdrawal,
    "lapse": Nothing,
    "supersede": Succession,
    "escalate": Escalation,
    "uphold-refusal": Finding,
    "remit": Remittal,
    "close-appeal-window": Nothing,
    "quash": CourtOrder,
    "remit-by-court": CourtRemittal,
    "suspend": SuspensionNote,
    "resume": Reasons,
    "declare-conflict": ConflictOfInterest,
    "stop-case": Stop,
    "publish-intention": PublishedIntention,
    "publish-decision": Publication,
    "choose-successor": SuccessorChoice,
    "refuse-to-consider": NotifiedRefusal,
    "reopen-after-call-in": CallInReopening,
    "begin-procurement": ProcurementStart,
    "recommend-reopening": Recommendation,
    "reopen-refusal": Reopening,
    "keep-refusal": KeptRefusal,
    "reopen-stopped-case": StopReopening,
    "reopen-stopped-by-court": StopQuashed,
    "record-reorganisation-resolution": ReorganisationResolution,
    "record-no-reorganisation-resolution": NoReorganisationResolution,
    "decide-on-procurement": ProcurementChoice,
    "confirm-spin-out": SpinOutConfirmation,
}
"""The body that the path of each action takes: `POST /v1/cases/{case_id}/actions/<name>`.

Where processes differ, it is the widest of theirs (`submit`, `remit`, `remit-by-court`): `actions.fit_payload` makes
of it what the case's own process takes, or refuses.
"""


@actions.post("/{case_id}/actions/move-to-version", summary="Move to version")
async def move_case_to_version(
    case_id: CaseId, payload: VersionMove, version: ExpectedVersion, _: CaseWriter, context: Context, response: Response
) -> CaseView:
    """Move the case to a newer version of its route's process; its status stays.

    Clocks that both versions have run on; those that the newer one has besides start now.
    """
    snapshot = await commands.move_to_version(context, case_id, payload, version=version)
    return present_case(context, snapshot, response)


def add_action_routes() -> None:
    """Add the path of each action, described as the newest process that has the action describes it."""
    described: dict[str, Action] = {}
    for process in sorted(PROCESSES.values(), key=lambda each: each.version, reverse=True):
        for action in process.actions:
            described.setdefault(action.name, action)
    for name, payload_model in ACTION_ROUTES.items():
        endpoint = _build_endpoint(described[name], payload_model)
        summary = name.replace("-", " ").capitalize()
        actions.add_api_route(f"/{{case_id}}/actions/{name}", endpoint, methods=["POST"], summary=summary)


def _build_endpoint(action: Action, payload_model: type[Payload]) -> Callable[..., Awaitable[CaseView | Preview]]:
    # Not `| None`: in the document the body would be null or an object, which generators make two classes of.
    body = Body(description="May be left out to sign what another proposed")
    OptionalPayload = Annotated[payload_model, body]  # type: ignore[valid-type]  # noqa: N806

    async def take(
        case_id: CaseId,
        version: ExpectedVersion,
        _: CaseWriter,
        context: Context,
        response: Response,
        payload: OptionalPayload = None,
        dry_run: DryRun = False,
    ) -> CaseView | Preview:
        change = await commands.act(context, case_id, action.name, payload, version=version, dry_run=dry_run)
        if dry_run:
            return build_preview(change, context.caller)
        return present_case(context, change.after, response)

    take.__name__ = action.name.removesuffix("-case").replace("-", "_") + "_case"
    take.__doc__ = f"{action.description}\n\nBy: {_describe_signatories(action)}."
    return take


def _describe_signatories(action: Action) -> str:
    """Say who signs: one person for each part."""
    slots = (" or ".join(role.replace("-", " ") for role in Role if role in slot) for slot in action.signatories)
    return ", and another person as ".join(slots)


add_action_routes()
