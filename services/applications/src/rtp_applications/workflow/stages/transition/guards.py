"""Guards of preparing the transfer."""

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.snapshot import SignedRecord
from rtp_applications.workflow.stages.transition.payloads import (
    ConsultationDispute,
    ConsultedWith,
    DisputeAnswer,
    PensionVehicle,
    Regulator,
    TupeConsultation,
)


@guard("/on", payload=True)
def go_live_not_past(step: Step) -> str | None:
    """The go-live date does not lie in the past."""
    return None if step.payload.on >= step.today else "the go-live date lies in the past"


@guard("/consultedWith", payload=True)
def direct_consultation_allowed(step: Step) -> str | None:
    """Employees are consulted directly only by a small employer or in a small transfer (TUPE reg 13A)."""
    payload, limits = step.payload, step.process.get_setting(step.snapshot, "direct-consultation")
    if payload.consulted_with is not ConsultedWith.DIRECTLY:
        return None
    if payload.employer_headcount < limits["employerBelow"] or payload.transferring < limits["transferBelow"]:
        return None
    return "consult a recognised union or elected representatives"


@guard("/endedOn", payload=True)
def consultation_in_order(step: Step) -> str | None:
    """The consultation ends after it began, and not in the future."""
    ended = step.payload.ended_on or step.today
    return None if step.payload.begun_on <= ended <= step.today else "begun, then ended, and neither in the future"


@guard()
def consultation_on_file(step: Step) -> str | None:
    """There is a consultation on file to dispute."""
    return None if step.snapshot.find(TupeConsultation) else "no consultation on the transfer is on file"


@guard("/dispute", payload=True)
def dispute_on_file(step: Step) -> str | None:
    """The dispute that it answers is on file."""
    on_file = step.snapshot.find_record(ConsultationDispute, step.payload.dispute)
    return None if on_file else "no such dispute is on file"


@guard()
def disputes_answered(step: Step) -> str | None:
    """The employer answered every dispute of the consultation since it was raised."""
    waiting = [
        each.id
        for each, raised in step.snapshot.list_payloads(ConsultationDispute)
        if not _is_answered(step, each, raised)
    ]
    return f"not answered: {', '.join(waiting)}" if waiting else None


def _is_answered(step: Step, dispute: ConsultationDispute, raised: SignedRecord) -> bool:
    answer = step.snapshot.find_record(DisputeAnswer, dispute.id)
    return answer is not None and answer.signed[-1].at >= raised.signed[-1].at


@guard("/fteHundredths", payload=True)
def snapshot_adds_up(step: Step) -> str | None:
    """Neither full-time equivalents nor disputed posts are more than heads, and the day is not in the future."""
    payload = step.payload
    if payload.fte_hundredths > 100 * payload.headcount or payload.disputed > payload.headcount:
        return "more full-time equivalents or disputed posts than heads"
    return None if payload.taken_on <= step.today else "the snapshot lies in the future"


@guard("/givenOn", payload=True)
def given_already(step: Step) -> str | None:
    """It was given on a day that is not in the future."""
    return None if step.payload.given_on <= step.today else "the day lies in the future"


@guard("/signedOn", payload=True)
def signed_already(step: Step) -> str | None:
    """It was signed on a day that is not in the future, or is not signed yet."""
    signed = step.payload.signed_on
    return None if signed is None or signed <= step.today else "the day of the signature lies in the future"


@guard("/vehicle", payload=True)
def vehicle_on_file(step: Step) -> str | None:
    """The pension vehicle whose signature is waived is on file."""
    on_file = step.snapshot.find_record(PensionVehicle, step.payload.vehicle)
    return None if on_file else "no such pension vehicle is on file"


@guard("/premisesNeeded", payload=True)
def agreed_already(step: Step) -> str | None:
    """Leases and service agreements were signed on days that are not in the future."""
    days = (step.payload.leases_signed_on, step.payload.services_agreed_on)
    return "a signature lies in the future" if any(day and day > step.today for day in days) else None


@guard("/validTo", payload=True)
def cover_in_order(step: Step) -> str | None:
    """The cover begins before it ends."""
    return None if step.payload.valid_from <= step.payload.valid_to else "the cover ends before it begins"


@guard("/registeredOn", payload=True)
def registration_is_real(step: Step) -> str | None:
    """A registration has its number and a day that is not in the future; where none is needed there is neither."""
    payload = step.payload
    if payload.regulator is Regulator.NONE:
        return "without a regulator there is no registration" if payload.number or payload.registered_on else None
    if payload.registered_on is None:
        return None
    return None if payload.number and payload.registered_on <= step.today else "give the number; the day is not to come"
