"""Version 2: dates had no bounds but those that a guard of their own gave them. Of the transfer of staff it asked less:
neither for who was in place, nor for the mutual's measures, nor why information was late.
"""

from dataclasses import replace
from functools import partial

from rtp_applications.workflow.bounds import without_bounds
from rtp_applications.workflow.definition import Action, Step, guard, one_of
from rtp_applications.workflow.earlier import Earlier
from rtp_applications.workflow.enums import PREPARING, Role
from rtp_applications.workflow.stages.transition import transfer_guards
from rtp_applications.workflow.stages.transition.payloads import (
    ConsultedWith,
    EmployeeLiabilityInformation,
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


def _record_consultation(now: Action) -> Action:
    for each in (
        transfer_guards.representatives_said,
        transfer_guards.employers_measures_said,
        transfer_guards.those_in_place_consulted,
        transfer_guards.representatives_elected,
        transfer_guards.ends_without_open_dispute,
    ):
        now = now.without_guard(each.name)
    then = now.replace_guard(direct_consultation_allowed.name, direct_consultation_allowed)
    return without_bounds(consultation_in_order)(replace(then, payload_model=TupeConsultation))


def _record_liability_information(now: Action) -> Action:
    for each in (transfer_guards.day_of_the_information_said, transfer_guards.lateness_is_explained):
        now = now.without_guard(each.name)
    return without_bounds(given_already)(replace(now, payload_model=EmployeeLiabilityInformation))


@guard()
def consultation_on_file(step: Step) -> str | None:
    """There is a consultation on file to dispute."""
    return None if step.snapshot.find_record(TupeConsultation) else "no consultation on the transfer is on file"


def _dispute(now: Action) -> Action:
    then = now.without_guard(transfer_guards.speaks_for_the_staff.name)
    then = then.replace_guard(transfer_guards.consultation_or_election_on_file.name, consultation_on_file)
    return replace(then, signatories=one_of(Role.STAFF_REP), from_states=PREPARING, event=None)


def _answer(now: Action) -> Action:
    return replace(now, from_states=PREPARING, event=None)


def _record_snapshot(now: Action) -> Action:
    return without_bounds()(now).replace_guard(snapshot_adds_up.name, snapshot_adds_up)


def _record_registration(now: Action) -> Action:
    return without_bounds()(now).replace_guard(registration_is_real.name, registration_is_real)


DAY_SET = ("record-go-live-date", "put-back-launch")
VERSION_2 = Earlier(
    clocks={
        "go-live": partial(replace, started_by=DAY_SET, ended_by=DAY_SET),
        "employee-liability-information": partial(replace, started_by=DAY_SET, ended_by=DAY_SET, met_as_of=None),
    },
    actions={
        "record-go-live-date": without_bounds(go_live_not_past),
        "record-tupe-consultation": _record_consultation,
        "dispute-consultation": _dispute,
        "answer-consultation-dispute": _answer,
        "record-employee-liability-information": _record_liability_information,
        "record-workforce-snapshot": _record_snapshot,
        "record-pension-vehicle": without_bounds(signed_already),
        "record-leases-and-services": without_bounds(agreed_already),
        "record-insurance": without_bounds(cover_in_order),
        "record-regulator-registration": _record_registration,
        "record-data-transfer-agreement": without_bounds(signed_already),
    },
    added=frozenset(
        {
            "record-transfer-day",
            "record-measures-letter",
            "record-representatives-election",
            "transfer-information",
            "consultation-dispute-window",
            "consultation-dispute-answer",
            "transfer-consultation",
            "election-of-representatives",
            "information-after-election",
        }
    ),
)
