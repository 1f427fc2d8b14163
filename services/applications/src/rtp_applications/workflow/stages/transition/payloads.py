"""Payloads of all that must be in place before anybody works for the mutual: rows 18 and 30 of the process."""

from enum import StrEnum
from typing import Annotated, ClassVar

from pydantic import Field

from rtp_applications.workflow.bounds import DatedByDocument
from rtp_applications.workflow.common.days import DecidedByDocument
from rtp_applications.workflow.snapshot import Payload
from rtp_shared.schemas import Count, Day, Line, Pence, Prose, Whole, not_before


class GoLiveDate(Payload):
    """The day on which the staff transfer and the mutual takes the service over."""

    KIND: ClassVar[str] = "go-live-date"

    on: Day


class ConsultedWith(StrEnum):
    UNION = "recognised-union"
    ELECTED = "elected-representatives"
    DIRECTLY = "employees-directly"


class TupeConsultation(DatedByDocument):
    """Informing and consulting on the transfer (SI 2006/246, TUPE, regs 13 and 13A)."""

    KIND: ClassVar[str] = "tupe-consultation"

    consulted_with: ConsultedWith
    begun_on: Day
    measures_letter_on: Day | None = Field(default=None, description="When the mutual wrote of the measures it means")
    ended_on: Annotated[Day | None, not_before("begun_on")] = None
    employer_headcount: Count = Field(description="Employees of the transferring employer")
    transferring: Count = Field(description="Employees who would transfer")


class ConsultationDispute(Payload):
    """A representative of the staff says that they were not informed or consulted as the file has it."""

    KIND: ClassVar[str] = "consultation-dispute"
    KEY: ClassVar[str | None] = "id"

    id: Line = Field(description="Short name, to answer it by", examples=["measures-not-told"])
    reasons: Prose = Field(description="What was not as it is on file, or is still owed; no names")


class DisputeAnswer(Payload):
    """The employer's answer to a dispute."""

    KIND: ClassVar[str] = "consultation-dispute-answer"
    KEY: ClassVar[str | None] = "dispute"

    dispute: Line = Field(description="Id of the dispute")
    answer: Prose


class EmployeeLiabilityInformation(DatedByDocument):
    """That the employer gave the mutual the employee liability information (TUPE reg 11); never the list itself."""

    KIND: ClassVar[str] = "employee-liability-information"

    given_on: Day


class WorkforceSnapshot(DatedByDocument):
    """The list of those who would transfer, counted on a day: pseudonymised, no names."""

    KIND: ClassVar[str] = "workforce-snapshot"
    KEY: ClassVar[str | None] = "taken_on"

    taken_on: Day
    headcount: Count
    fte_hundredths: Annotated[Whole, Field(ge=0, le=100_000_000)] = Field(
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


class PensionVehicle(DatedByDocument):
    """One pension arrangement: a deed of three parties, the fund, the parent body and the mutual."""

    KIND: ClassVar[str] = "pension-vehicle"
    KEY: ClassVar[str | None] = "vehicle"

    vehicle: Pension
    signed_on: Day | None = Field(default=None, description="When the last party signed")
    guarantee_pence: Pence | None = Field(default=None, description="Bond or guarantee, in pence")


class PensionWaiver(DecidedByDocument):
    """Going live without a signed pension deed: whoever signs this answers for it by name."""

    KIND: ClassVar[str] = "pension-waiver"
    KEY: ClassVar[str | None] = "vehicle"

    vehicle: Pension
    reasons: Prose


class LeasesAndServices(DatedByDocument):
    """Premises, and the services that the parent body goes on giving."""

    KIND: ClassVar[str] = "leases-and-services"

    premises_needed: bool = Field(strict=True)
    leases_signed_on: Day | None = None
    services_needed: bool = Field(strict=True, description="Whether the parent body goes on giving any services")
    services_agreed_on: Day | None = Field(default=None, description="When the service level agreements were signed")


class Cover(StrEnum):
    EMPLOYERS_LIABILITY = "employers-liability"
    PUBLIC_LIABILITY = "public-liability"
    PROFESSIONAL_INDEMNITY = "professional-indemnity"
    CLINICAL_NEGLIGENCE = "clinical-negligence"
    PROPERTY = "property"


class Insurance(Payload):
    KIND: ClassVar[str] = "insurance"
    KEY: ClassVar[str | None] = "cover"

    cover: Cover
    valid_from: Day
    valid_to: Day
    limit_pence: Pence | None = Field(default=None, description="Limit of the cover, in pence")


class Regulator(StrEnum):
    CQC = "care-quality-commission"
    OFSTED = "ofsted"
    NONE = "none"


class RegulatorRegistration(Payload):
    """Registration with one regulator, or that the service is regulated by none. It never transfers with a service."""

    KIND: ClassVar[str] = "regulator-registration"
    KEY: ClassVar[str | None] = "regulator"

    regulator: Regulator
    number: Line | None = None
    registered_on: Day | None = None


class DataTransferAgreement(DatedByDocument):
    KIND: ClassVar[str] = "data-transfer-agreement"

    signed_on: Day
    ico_registration: Line | None = Field(default=None, description="The mutual's registration with the ICO")
