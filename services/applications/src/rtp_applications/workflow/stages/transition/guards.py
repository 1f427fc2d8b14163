"""Guards of preparing the transfer, but for what concerns informing and consulting the staff: transfer_guards.py."""

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.transition.payloads import PensionVehicle, Regulator


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
