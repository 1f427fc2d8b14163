"""Actions that prepare the transfer: who may do what, from where, and on which conditions."""

from dataclasses import replace

from rtp_applications.workflow.common.guards import deciders_are_independent, entry_is_own, reasons_given
from rtp_applications.workflow.common.signatories import EITHER_SIDE
from rtp_applications.workflow.definition import Action, Guard, one_of
from rtp_applications.workflow.enums import PREPARING, UNTIL_THE_LAUNCH, Role, Status
from rtp_applications.workflow.snapshot import Payload
from rtp_applications.workflow.stages.transition import dates, effects, guards, payloads, transfer, transfer_guards
from rtp_shared.contracts import applications as events

EMPLOYER = (Role.CASE_OFFICER,)
"""Duties of the transferor are attested by the employer alone; those of the new employer by the mutual alone."""
MUTUAL = (Role.APPLICANT_LEAD, Role.MUTUAL_BOARD)


def _make_action(
    name: str,
    description: str,
    payload_model: type[Payload],
    *guards: Guard,
    signatories: tuple[Role, ...] = EITHER_SIDE,
    from_states: frozenset[Status] = PREPARING,
) -> Action:
    """Make an action that puts on file what the readiness review will look at."""
    return Action(
        name=name,
        description=description,
        signatories=one_of(*signatories),
        from_states=from_states,
        guards=guards,
        payload_model=payload_model,
    )


RECORD_GO_LIVE_DATE = replace(
    _make_action(
        "record-go-live-date",
        "Set the day on which the staff transfer and the mutual takes the service over.",
        payloads.GoLiveDate,
        *dates.OF_GOING_LIVE,
    ),
    clears=(transfer.TransferDay,),
)
RECORD_TRANSFER_DAY = replace(
    _make_action(
        "record-transfer-day",
        "Put on file on which day the staff in fact transferred, where it was earlier or later than planned. All that "
        "counts from the go-live date counts from it, and the launch is of that day.",
        transfer.TransferDay,
        *dates.OF_THE_TRANSFER,
        from_states=UNTIL_THE_LAUNCH,
    ),
    effects=(effects.set_true_go_live,),
)
RECORD_MEASURES_LETTER = _make_action(
    "record-measures-letter",
    "Put on file when the mutual told the employer which measures it envisages for the staff, or that it has none.",
    transfer.MeasuresLetter,
    *dates.OF_THE_MEASURES_LETTER,
    signatories=MUTUAL,
)
RECORD_ELECTION = _make_action(
    "record-representatives-election",
    "Put on file when the employees were invited to elect representatives for the transfer, and what came of it.",
    transfer.RepresentativesElection,
    transfer_guards.election_described,
    *dates.OF_THE_ELECTION,
    signatories=EMPLOYER,
)
RECORD_TUPE_CONSULTATION = _make_action(
    "record-tupe-consultation",
    "Put on file how the staff's representatives are informed and consulted on the transfer: when it begins, and again "
    "when it ends. It does not end while a dispute of it is unanswered.",
    transfer.TransferConsultation,
    transfer_guards.representatives_said,
    transfer_guards.employers_measures_said,
    transfer_guards.those_in_place_consulted,
    transfer_guards.direct_consultation_allowed,
    transfer_guards.representatives_elected,
    transfer_guards.ends_without_open_dispute,
    *dates.OF_THE_CONSULTATION,
    signatories=EMPLOYER,
)
DISPUTE_CONSULTATION = replace(
    _make_action(
        "dispute-consultation",
        "As a representative of the staff, say that informing and consulting on the transfer was not as it is on file, "
        "or that the election of representatives was not, also before anything of a consultation is on file. Until the "
        "employer answers it the consultation does not end, no readiness review begins and nothing is launched. Where "
        "the employees were informed themselves, or were to elect representatives, the group may.",
        payloads.ConsultationDispute,
        transfer_guards.consultation_or_election_on_file,
        transfer_guards.speaks_for_the_staff,
        entry_is_own,
        signatories=(Role.STAFF_REP, Role.APPLICANT_LEAD, Role.APPLICANT_MEMBER),
        from_states=UNTIL_THE_LAUNCH,
    ),
    event=events.ConsultationDisputed,
)
ANSWER_DISPUTE = replace(
    _make_action(
        "answer-consultation-dispute",
        "Answer a representative's dispute of the consultation: what was done about it, or why nothing is.",
        payloads.DisputeAnswer,
        transfer_guards.dispute_on_file,
        signatories=EMPLOYER,
        from_states=UNTIL_THE_LAUNCH,
    ),
    event=events.ConsultationDisputeAnswered,
)
RECORD_LIABILITY_INFORMATION = _make_action(
    "record-employee-liability-information",
    "Put on file when the employer gave the mutual the employee liability information; if that was late, why. The list "
    "itself stays out.",
    transfer.LiabilityInformation,
    transfer_guards.day_of_the_information_said,
    transfer_guards.lateness_is_explained,
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
    RECORD_GO_LIVE_DATE, RECORD_TRANSFER_DAY, RECORD_MEASURES_LETTER, RECORD_ELECTION, RECORD_TUPE_CONSULTATION,
    DISPUTE_CONSULTATION, ANSWER_DISPUTE, RECORD_LIABILITY_INFORMATION, RECORD_SNAPSHOT, RECORD_PENSION, WAIVE_PENSION,
    RECORD_LEASES, RECORD_INSURANCE, RECORD_REGISTRATION, RECORD_DATA_TRANSFER,
)  # fmt: skip
