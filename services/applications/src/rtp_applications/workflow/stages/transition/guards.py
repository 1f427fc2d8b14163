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


@guard("/consultedWith", payload=True)
def direct_consultation_allowed(step: Step) -> str | None:
    """Employees are consulted directly only by a small employer or in a small transfer (TUPE reg 13A)."""
    payload, limits = step.payload, step.process.get_setting(step.snapshot, "direct-consultation")
    if payload.consulted_with is not ConsultedWith.DIRECTLY:
        return None
    if payload.employer_headcount < limits["employerBelow"] or payload.transferring < limits["transferBelow"]:
        return None
    return "consult a recognised union or elected representatives"


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


@guard("/vehicle", payload=True)
def vehicle_on_file(step: Step) -> str | None:
    """The pension vehicle whose signature is waived is on file."""
    on_file = step.snapshot.find_record(PensionVehicle, step.payload.vehicle)
    return None if on_file else "no such pension vehicle is on file"


@guard("/fteHundredths", payload=True)
def snapshot_adds_up(step: Step) -> str | None:
    """Neither full-time equivalents nor disputed posts are more than heads."""
    payload = step.payload
    if payload.fte_hundredths > 100 * payload.headcount or payload.disputed > payload.headcount:
        return "more full-time equivalents or disputed posts than heads"
    return None


@guard("/registeredOn", payload=True)
def registration_is_real(step: Step) -> str | None:
    """A registration has its number; where none is needed there is neither number nor day."""
    payload = step.payload
    if payload.regulator is Regulator.NONE:
        return "without a regulator there is no registration" if payload.number or payload.registered_on else None
    return "give the number" if payload.registered_on and not payload.number else None
