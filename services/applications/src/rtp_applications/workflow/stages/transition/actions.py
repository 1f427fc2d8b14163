"""Actions that prepare the transfer: who may do what, from where, and on which conditions."""

from rtp_applications.workflow.common.guards import deciders_are_independent, entry_is_own, reasons_given
from rtp_applications.workflow.common.signatories import EITHER_SIDE
from rtp_applications.workflow.definition import Action, Guard, one_of
from rtp_applications.workflow.enums import PREPARING, Role
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.transition import dates, guards, payloads

EMPLOYER = (Role.CASE_OFFICER,)
"""Duties of the transferor are attested by the employer alone; those of the new employer by the mutual alone."""
MUTUAL = (Role.APPLICANT_LEAD, Role.MUTUAL_BOARD)


def _make_action(
    name: str,
    description: str,
    payload_model: type[Payload],
    *guards: Guard,
    signatories: tuple[Role, ...] = EITHER_SIDE,
) -> Action:
    """Make an action that puts on file what the readiness review will look at."""
    return Action(
        name=name,
        description=description,
        signatories=one_of(*signatories),
        from_states=PREPARING,
        guards=guards,
        payload_model=payload_model,
    )


RECORD_GO_LIVE_DATE = _make_action(
    "record-go-live-date",
    "Set the day on which the staff transfer and the mutual takes the service over.",
    payloads.GoLiveDate,
    *dates.OF_GOING_LIVE,
)
RECORD_TUPE_CONSULTATION = _make_action(
    "record-tupe-consultation",
    "Put on file how the staff's representatives were informed and consulted on the transfer.",
    payloads.TupeConsultation,
    guards.direct_consultation_allowed,
    *dates.OF_THE_CONSULTATION,
    signatories=EMPLOYER,
)
DISPUTE_CONSULTATION = _make_action(
    "dispute-consultation",
    "As a representative of the staff, say that the consultation on the transfer was not as it is on file. Until the "
    "employer answers it no readiness review begins.",
    payloads.ConsultationDispute,
    guards.consultation_on_file,
    entry_is_own,
    signatories=(Role.STAFF_REP,),
)
ANSWER_DISPUTE = _make_action(
    "answer-consultation-dispute",
    "Answer a representative's dispute of the consultation: what was done about it, or why nothing is.",
    payloads.DisputeAnswer,
    guards.dispute_on_file,
    signatories=EMPLOYER,
)
RECORD_LIABILITY_INFORMATION = _make_action(
    "record-employee-liability-information",
    "Put on file when the employer gave the mutual the employee liability information. The list itself stays out.",
    payloads.EmployeeLiabilityInformation,
    *dates.OF_THE_INFORMATION,
    signatories=EMPLOYER,
)
RECORD_SNAPSHOT = _make_action(
    "record-workforce-snapshot",
    "Put on file how many would transfer as of a day: heads, full-time equivalents and disputed posts, no names.",
    payloads.WorkforceSnapshot,
    guards.snapshot_adds_up,
    *dates.OF_THE_SNAPSHOT,
)
RECORD_PENSION = _make_action(
    "record-pension-vehicle",
    "Put on file how pensions go on, and when the deed between fund, parent and mutual was signed.",
    payloads.PensionVehicle,
    *dates.OF_A_SIGNATURE,
    signatories=EMPLOYER,
)
WAIVE_PENSION = Action(
    name="waive-pension-signature",
    description="Let the mutual go live though a pension deed is not signed. Whoever signs answers for it by name.",
    signatories=one_of(Role.DECISION_MAKER, Role.COMMISSIONER),
    from_states=PREPARING,
    guards=(guards.vehicle_on_file, reasons_given, deciders_are_independent),
    payload_model=payloads.PensionWaiver,
)
RECORD_LEASES = _make_action(
    "record-leases-and-services",
    "Put on file which premises and which of the parent's services the mutual needs, and when they were agreed.",
    payloads.LeasesAndServices,
    *dates.OF_LEASES_AND_SERVICES,
    signatories=EMPLOYER,
)
RECORD_INSURANCE = _make_action(
    "record-insurance",
    "Put on file an insurance of the mutual, and from when to when it covers.",
    payloads.Insurance,
    *dates.OF_A_COVER,
    signatories=MUTUAL,
)
RECORD_REGISTRATION = _make_action(
    "record-regulator-registration",
    "Put on file which regulator the service has, and the mutual's own registration there; it never transfers.",
    payloads.RegulatorRegistration,
    guards.registration_is_real,
    *dates.OF_A_REGISTRATION,
    signatories=MUTUAL,
)
RECORD_DATA_TRANSFER = _make_action(
    "record-data-transfer-agreement",
    "Put on file that the agreement on the transfer of personal data is signed.",
    payloads.DataTransferAgreement,
    *dates.OF_A_SIGNATURE,
)
ACTIONS = (
    RECORD_GO_LIVE_DATE, RECORD_TUPE_CONSULTATION, DISPUTE_CONSULTATION, ANSWER_DISPUTE, RECORD_LIABILITY_INFORMATION,
    RECORD_SNAPSHOT, RECORD_PENSION, WAIVE_PENSION, RECORD_LEASES, RECORD_INSURANCE, RECORD_REGISTRATION,
    RECORD_DATA_TRANSFER,
)  # fmt: skip
