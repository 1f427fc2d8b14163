"""From the award to the launch: who may do what, from where, and on which conditions."""

from rtp_applications.workflow import effects
from rtp_applications.workflow.casefile import Record
from rtp_applications.workflow.definition import Action, Guard, by
from rtp_applications.workflow.guards import deciders_are_independent, reasons_given
from rtp_applications.workflow.records import Nothing
from rtp_applications.workflow.stages import incorporation, monitoring, readiness, transition
from rtp_applications.workflow.stages.business_case import entry_is_own
from rtp_applications.workflow.stages.decision import every_condition_closed
from rtp_applications.workflow.words import Role, Status
from rtp_shared.contracts import applications as events

JOINTLY = by(Role.APPLICANT_LEAD) + by(Role.COMMISSIONER)
PREPARING = frozenset({Status.AWARDED, Status.TRANSITION})
"""While the readiness review lasts, nothing that it looks at changes."""
BEFORE_THE_AWARD = frozenset(
    {Status.APPROVED, Status.CONTRACT_ROUTE, Status.TENDER_LIVE, Status.STANDSTILL, Status.AWARDED}
)
EMPLOYER = (Role.CASE_OFFICER,)
"""Duties of the transferor are attested by the employer alone; those of the new employer by the mutual alone."""
MUTUAL = (Role.APPLICANT_LEAD, Role.MUTUAL_BOARD)
EITHER_SIDE = (Role.APPLICANT_LEAD, Role.MUTUAL_BOARD, Role.COMMISSIONER, Role.CASE_OFFICER)
BODY_SIDE = (Role.COMMISSIONER, Role.CASE_OFFICER)


def _file(name: str, says: str, takes: type[Record], *guards: Guard, who: tuple[Role, ...] = EITHER_SIDE) -> Action:
    """An action that puts on file what the readiness review will look at."""
    return Action(name=name, says=says, who=by(*who), starts=PREPARING, guards=guards, takes=takes)


RECORD_LEGAL_ENTITY = Action(
    name="record-legal-entity",
    says="Put on file the mutual as a legal person, with its number in a register. It usually must exist before it "
    "can tender.",
    who=by(*EITHER_SIDE),
    starts=BEFORE_THE_AWARD | PREPARING,
    guards=(incorporation.identifier_has_its_shape, incorporation.verified_by_a_body),
    takes=incorporation.LegalEntity,
)
RECORD_FINANCE = Action(
    name="record-finance-commitment",
    says="Put on file that the finance to start with is committed, or that none is needed.",
    who=by(*EITHER_SIDE),
    starts=BEFORE_THE_AWARD | PREPARING,
    guards=(incorporation.commitment_is_dated,),
    takes=incorporation.FinanceCommitment,
)
BEGIN_TRANSITION = Action(
    name="begin-transition",
    row=(17,),
    says="Begin the transition, jointly: a body found the mutual in its register, and its finance is committed "
    "or not needed.",
    who=JOINTLY,
    starts=frozenset({Status.AWARDED}),
    leads_to=(Status.TRANSITION,),
    guards=(
        incorporation.legal_entity_exists,
        incorporation.legal_entity_verified,
        incorporation.finance_committed_or_not_needed,
    ),
    takes=Nothing,
    event=events.TransitionBegun,
)
RECORD_GO_LIVE_DATE = _file(
    "record-go-live-date",
    "Set the day on which the staff transfer and the mutual takes the service over.",
    transition.GoLiveDate,
    transition.go_live_not_past,
)
RECORD_TUPE_CONSULTATION = _file(
    "record-tupe-consultation",
    "Put on file how the staff's representatives were informed and consulted on the transfer.",
    transition.TupeConsultation,
    transition.direct_consultation_allowed,
    transition.consultation_in_order,
    who=EMPLOYER,
)
DISPUTE_CONSULTATION = _file(
    "dispute-consultation",
    "As a representative of the staff, say that the consultation on the transfer was not as it is on file. Until the "
    "employer answers it no readiness review begins.",
    transition.ConsultationDispute,
    transition.consultation_on_file,
    entry_is_own,
    who=(Role.STAFF_REP,),
)
ANSWER_DISPUTE = _file(
    "answer-consultation-dispute",
    "Answer a representative's dispute of the consultation: what was done about it, or why nothing is.",
    transition.DisputeAnswer,
    transition.dispute_on_file,
    who=EMPLOYER,
)
RECORD_LIABILITY_INFORMATION = _file(
    "record-employee-liability-information",
    "Put on file when the employer gave the mutual the employee liability information. The list itself stays out.",
    transition.EmployeeLiabilityInformation,
    transition.given_already,
    who=EMPLOYER,
)
RECORD_SNAPSHOT = _file(
    "record-workforce-snapshot",
    "Put on file how many would transfer as of a day: heads, full-time equivalents and disputed posts, no names.",
    transition.WorkforceSnapshot,
    transition.snapshot_adds_up,
)
RECORD_PENSION = _file(
    "record-pension-vehicle",
    "Put on file how pensions go on, and when the deed between fund, parent and mutual was signed.",
    transition.PensionVehicle,
    transition.signed_already,
    who=EMPLOYER,
)
WAIVE_PENSION = Action(
    name="waive-pension-signature",
    says="Let the mutual go live though a pension deed is not signed. Whoever signs answers for it by name.",
    who=by(Role.DECISION_MAKER, Role.COMMISSIONER),
    starts=PREPARING,
    guards=(transition.vehicle_on_file, reasons_given, deciders_are_independent),
    takes=transition.PensionWaiver,
)
RECORD_LEASES = _file(
    "record-leases-and-services",
    "Put on file which premises and which of the parent's services the mutual needs, and when they were agreed.",
    transition.LeasesAndServices,
    transition.agreed_already,
    who=EMPLOYER,
)
RECORD_INSURANCE = _file(
    "record-insurance",
    "Put on file an insurance of the mutual, and from when to when it covers.",
    transition.Insurance,
    transition.cover_in_order,
    who=MUTUAL,
)
RECORD_REGISTRATION = _file(
    "record-regulator-registration",
    "Put on file which regulator the service has, and the mutual's own registration there; it never transfers.",
    transition.RegulatorRegistration,
    transition.registration_is_real,
    who=MUTUAL,
)
RECORD_DATA_TRANSFER = _file(
    "record-data-transfer-agreement",
    "Put on file that the agreement on the transfer of personal data is signed.",
    transition.DataTransferAgreement,
    transition.signed_already,
)
RECORD_BASELINE = Action(
    name="record-baseline",
    says="Put on file how the service did before the launch, measure by measure, to compare with afterwards.",
    who=by(*EITHER_SIDE),
    starts=frozenset({Status.TRANSITION, Status.READINESS_REVIEW}),
    guards=(monitoring.period_is_over, monitoring.measured_once_each, monitoring.units_fit),
    takes=monitoring.Baseline,
)
BEGIN_READINESS_REVIEW = Action(
    name="begin-readiness-review",
    row=(18,),
    says="Begin the readiness review: everything that the transfer needs is in place. The staff group, the "
    "commissioner and the employer's case officer sign, the last for the duties of the transferor.",
    who=JOINTLY + by(Role.CASE_OFFICER),
    starts=frozenset({Status.TRANSITION}),
    leads_to=(Status.READINESS_REVIEW,),
    guards=(
        readiness.go_live_date_set,
        readiness.tupe_consulted,
        transition.disputes_answered,
        readiness.workforce_snapshot_taken,
        readiness.liability_information_in_time,
        readiness.pension_signed_or_waived,
        readiness.leases_and_services_agreed,
        readiness.insured_on_go_live,
        readiness.registered_where_regulated,
        readiness.data_transfer_agreed,
        every_condition_closed,
    ),
    takes=Nothing,
    event=events.ReadinessReviewBegun,
)
LAUNCH = Action(
    name="launch",
    row=(19,),
    says="Launch the mutual. The decision maker and the mutual's board both sign.",
    who=by(Role.DECISION_MAKER) + by(Role.MUTUAL_BOARD),
    starts=frozenset({Status.READINESS_REVIEW}),
    leads_to=(Status.LAUNCHED,),
    guards=(readiness.baseline_recorded, readiness.go_live_day_has_come, readiness.decision_maker_is_independent),
    takes=Nothing,
    event=events.MutualLaunched,
    effects=(effects.launch,),
)
PUT_BACK_LAUNCH = Action(
    name="put-back-launch",
    row=(30,),
    says="No-go: the mutual is not ready, and goes live on a later day.",
    who=by(Role.DECISION_MAKER, Role.MUTUAL_BOARD),
    starts=frozenset({Status.READINESS_REVIEW}),
    leads_to=(Status.TRANSITION,),
    guards=(reasons_given, readiness.new_go_live_later),
    takes=transition.NewGoLive,
    event=events.LaunchPutBack,
    effects=(readiness.set_new_go_live,),
)

ACTIONS = (
    RECORD_LEGAL_ENTITY, RECORD_FINANCE, BEGIN_TRANSITION, RECORD_GO_LIVE_DATE, RECORD_TUPE_CONSULTATION,
    DISPUTE_CONSULTATION, ANSWER_DISPUTE, RECORD_LIABILITY_INFORMATION, RECORD_SNAPSHOT, RECORD_PENSION,
    WAIVE_PENSION, RECORD_LEASES, RECORD_INSURANCE,
    RECORD_REGISTRATION, RECORD_DATA_TRANSFER, RECORD_BASELINE, BEGIN_READINESS_REVIEW, LAUNCH, PUT_BACK_LAUNCH,
)  # fmt: skip
