"""What must be in place before anybody works for the mutual: the records of rows 18 and 30 of the process."""

from datetime import date
from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.workflow.casefile import Record, Recorded
from rtp_applications.workflow.definition import Step, guard
from rtp_shared.schemas import Count, Line, Pence, Prose


class GoLiveDate(Record):
    """The day on which the staff transfer and the mutual takes the service over."""

    KIND: ClassVar[str] = "go-live-date"

    on: date


class ConsultedWith(StrEnum):
    UNION = "recognised-union"
    ELECTED = "elected-representatives"
    DIRECTLY = "employees-directly"


class TupeConsultation(Record):
    """Informing and consulting on the transfer (SI 2006/246, TUPE, regs 13 and 13A)."""

    KIND: ClassVar[str] = "tupe-consultation"

    consulted_with: ConsultedWith
    begun_on: date
    measures_letter_on: date | None = Field(default=None, description="When the mutual wrote of the measures it means")
    ended_on: date | None = None
    employer_headcount: Count = Field(description="Employees of the transferring employer")
    transferring: Count = Field(description="Employees who would transfer")


class ConsultationDispute(Record):
    """A representative of the staff says that they were not informed or consulted as the file has it."""

    KIND: ClassVar[str] = "consultation-dispute"
    KEY: ClassVar[str | None] = "id"

    id: Line = Field(description="Short name, to answer it by", examples=["measures-not-told"])
    reasons: Prose = Field(description="What was not as it is on file, or is still owed; no names")


class DisputeAnswer(Record):
    """The employer's answer to a dispute."""

    KIND: ClassVar[str] = "consultation-dispute-answer"
    KEY: ClassVar[str | None] = "dispute"

    dispute: Line = Field(description="Id of the dispute")
    answer: Prose


class EmployeeLiabilityInformation(Record):
    """That the employer gave the mutual the employee liability information (TUPE reg 11); never the list itself."""

    KIND: ClassVar[str] = "employee-liability-information"

    given_on: date


class WorkforceSnapshot(Record):
    """The list of those who would transfer, counted on a day: pseudonymised, no names."""

    KIND: ClassVar[str] = "workforce-snapshot"
    KEY: ClassVar[str | None] = "taken_on"

    taken_on: date
    headcount: Count
    fte_hundredths: Annotated[int, Field(ge=0, le=100_000_000, strict=True)] = Field(
        description="Full-time equivalents, in hundredths"
    )
    disputed: Count = Field(default=0, description="Posts whose assignment to the service is disputed")


class Pension(StrEnum):
    """How the staff's pensions go on."""

    LGPS_ADMISSION_OPEN = "lgps-admission-open"
    LGPS_ADMISSION_CLOSED = "lgps-admission-closed"
    LGPS_PASS_THROUGH = "lgps-pass-through"  # noqa: S105
    LGPS_DEEMED_EMPLOYER = "lgps-deemed-employer"
    NHSPS_DIRECTION_CLOSED = "nhsps-direction-closed"
    NHSPS_OPEN_ACCESS = "nhsps-open-access"
    TPS = "tps"
    PCSPS = "pcsps"
    BROADLY_COMPARABLE = "broadly-comparable"
    DC_NEW_STARTERS = "dc-new-starters"


class PensionVehicle(Record):
    """One pension arrangement: a deed of three parties, the fund, the parent body and the mutual."""

    KIND: ClassVar[str] = "pension-vehicle"
    KEY: ClassVar[str | None] = "vehicle"

    vehicle: Pension
    signed_on: date | None = Field(default=None, description="When the last party signed")
    guarantee_pence: Pence | None = Field(default=None, description="Bond or guarantee, in pence")


class PensionWaiver(Record):
    """Going live without a signed pension deed: whoever signs this answers for it by name."""

    KIND: ClassVar[str] = "pension-waiver"
    KEY: ClassVar[str | None] = "vehicle"

    vehicle: Pension
    reasons: Prose


class LeasesAndServices(Record):
    """Premises, and the services that the parent body goes on giving."""

    KIND: ClassVar[str] = "leases-and-services"

    premises_needed: bool = Field(strict=True)
    leases_signed_on: date | None = None
    services_needed: bool = Field(strict=True, description="Whether the parent body goes on giving any services")
    services_agreed_on: date | None = Field(default=None, description="When the service level agreements were signed")


class Cover(StrEnum):
    EMPLOYERS_LIABILITY = "employers-liability"
    PUBLIC_LIABILITY = "public-liability"
    PROFESSIONAL_INDEMNITY = "professional-indemnity"
    CLINICAL_NEGLIGENCE = "clinical-negligence"
    PROPERTY = "property"


class Insurance(Record):
    KIND: ClassVar[str] = "insurance"
    KEY: ClassVar[str | None] = "cover"

    cover: Cover
    valid_from: date
    valid_to: date
    limit_pence: Pence | None = Field(default=None, description="Limit of the cover, in pence")


class Regulator(StrEnum):
    CQC = "care-quality-commission"
    OFSTED = "ofsted"
    NONE = "none"


class RegulatorRegistration(Record):
    """Registration with one regulator, or that the service is regulated by none. It never transfers with a service."""

    KIND: ClassVar[str] = "regulator-registration"
    KEY: ClassVar[str | None] = "regulator"

    regulator: Regulator
    number: Line | None = None
    registered_on: date | None = None


class DataTransferAgreement(Record):
    KIND: ClassVar[str] = "data-transfer-agreement"

    signed_on: date
    ico_registration: Line | None = Field(default=None, description="The mutual's registration with the ICO")


class NewGoLive(Record):
    """No-go: why, and when instead."""

    KIND: ClassVar[str] = "launch-put-back"

    reasons: Prose
    new_go_live: date


@guard("/on", given=True)
def go_live_not_past(step: Step) -> str | None:
    """The go-live date does not lie in the past."""
    return None if step.given.on >= step.today else "the go-live date lies in the past"


@guard("/consultedWith", given=True)
def direct_consultation_allowed(step: Step) -> str | None:
    """Employees are consulted directly only by a small employer or in a small transfer (TUPE reg 13A)."""
    given, limits = step.given, step.process.setting(step.file, "direct-consultation")
    if given.consulted_with is not ConsultedWith.DIRECTLY:
        return None
    if given.employer_headcount < limits["employerBelow"] or given.transferring < limits["transferBelow"]:
        return None
    return "consult a recognised union or elected representatives"


@guard("/endedOn", given=True)
def consultation_in_order(step: Step) -> str | None:
    """The consultation ends after it began, and not in the future."""
    ended = step.given.ended_on or step.today
    return None if step.given.begun_on <= ended <= step.today else "begun, then ended, and neither in the future"


@guard()
def consultation_on_file(step: Step) -> str | None:
    """There is a consultation on file to dispute."""
    return None if step.file.last(TupeConsultation) else "no consultation on the transfer is on file"


@guard("/dispute", given=True)
def dispute_on_file(step: Step) -> str | None:
    """The dispute that it answers is on file."""
    on_file = step.file.recorded(ConsultationDispute, step.given.dispute)
    return None if on_file else "no such dispute is on file"


@guard()
def disputes_answered(step: Step) -> str | None:
    """The employer answered every dispute of the consultation since it was raised."""
    waiting = [each.id for each, raised in step.file.every(ConsultationDispute) if not _answered(step, each, raised)]
    return f"not answered: {', '.join(waiting)}" if waiting else None


def _answered(step: Step, dispute: ConsultationDispute, raised: Recorded) -> bool:
    answer = step.file.recorded(DisputeAnswer, dispute.id)
    return answer is not None and answer.signed[-1].at >= raised.signed[-1].at


@guard("/fteHundredths", given=True)
def snapshot_adds_up(step: Step) -> str | None:
    """Neither full-time equivalents nor disputed posts are more than heads, and the day is not in the future."""
    given = step.given
    if given.fte_hundredths > 100 * given.headcount or given.disputed > given.headcount:
        return "more full-time equivalents or disputed posts than heads"
    return None if given.taken_on <= step.today else "the snapshot lies in the future"


@guard("/givenOn", given=True)
def given_already(step: Step) -> str | None:
    """It was given on a day that is not in the future."""
    return None if step.given.given_on <= step.today else "the day lies in the future"


@guard("/signedOn", given=True)
def signed_already(step: Step) -> str | None:
    """It was signed on a day that is not in the future, or is not signed yet."""
    signed = step.given.signed_on
    return None if signed is None or signed <= step.today else "the day of the signature lies in the future"


@guard("/vehicle", given=True)
def vehicle_on_file(step: Step) -> str | None:
    """The pension vehicle whose signature is waived is on file."""
    on_file = step.file.recorded(PensionVehicle, step.given.vehicle)
    return None if on_file else "no such pension vehicle is on file"


@guard("/premisesNeeded", given=True)
def agreed_already(step: Step) -> str | None:
    """Leases and service agreements were signed on days that are not in the future."""
    days = (step.given.leases_signed_on, step.given.services_agreed_on)
    return "a signature lies in the future" if any(day and day > step.today for day in days) else None


@guard("/validTo", given=True)
def cover_in_order(step: Step) -> str | None:
    """The cover begins before it ends."""
    return None if step.given.valid_from <= step.given.valid_to else "the cover ends before it begins"


@guard("/registeredOn", given=True)
def registration_is_real(step: Step) -> str | None:
    """A registration has its number and a day that is not in the future; where none is needed there is neither."""
    given = step.given
    if given.regulator is Regulator.NONE:
        return "without a regulator there is no registration" if given.number or given.registered_on else None
    if given.registered_on is None:
        return None
    return None if given.number and given.registered_on <= step.today else "give the number; the day is not to come"
