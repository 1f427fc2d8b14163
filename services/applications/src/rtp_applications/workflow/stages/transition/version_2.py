"""Version 2: dates had no bounds but those that a guard of their own gave them."""

from dataclasses import replace
from functools import partial

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Action, Step, guard
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.stages.transition.payloads import Regulator


@guard("/on", payload=True)
def go_live_not_past(step: Step) -> str | None:
    """The go-live date does not lie in the past."""
    return None if step.payload.on >= step.today else "the go-live date lies in the past"


@guard("/endedOn", payload=True)
def consultation_in_order(step: Step) -> str | None:
    """The consultation ends after it began, and not in the future."""
    ended = step.payload.ended_on or step.today
    return None if step.payload.begun_on <= ended <= step.today else "begun, then ended, and neither in the future"


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


def _record_snapshot(now: Action) -> Action:
    return without_bounds()(now).replace_guard(snapshot_adds_up.name, snapshot_adds_up)


def _record_registration(now: Action) -> Action:
    return without_bounds()(now).replace_guard(registration_is_real.name, registration_is_real)


VERSION_2 = Earlier(
    clocks={"employee-liability-information": partial(replace, met_as_of=None)},
    actions={
        "record-go-live-date": without_bounds(go_live_not_past),
        "record-tupe-consultation": without_bounds(consultation_in_order),
        "record-employee-liability-information": without_bounds(given_already),
        "record-workforce-snapshot": _record_snapshot,
        "record-pension-vehicle": without_bounds(signed_already),
        "record-leases-and-services": without_bounds(agreed_already),
        "record-insurance": without_bounds(cover_in_order),
        "record-regulator-registration": _record_registration,
        "record-data-transfer-agreement": without_bounds(signed_already),
    },
)
