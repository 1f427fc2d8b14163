"""Cases and payloads for the tests of transition."""

from datetime import date, timedelta
from functools import reduce

from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.incorporation.payloads import LegalEntity
from rtp_applications.workflow.stages.monitoring.measures import Baseline, Measure, MeasuredOutcome, MeasureUnit
from rtp_applications.workflow.stages.transition import payloads, transfer
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    breaks,
    build_snapshot,
    on_snapshot,
    person,
    put,
    ready,
    without,
)

TODAY = NOW.date()
TOMORROW = TODAY + timedelta(days=1)
LEAD, COMMISSIONER, OFFICER, DECIDER, BOARD = (
    person(role)
    for role in (Role.APPLICANT_LEAD, Role.COMMISSIONER, Role.CASE_OFFICER, Role.DECISION_MAKER, Role.MUTUAL_BOARD)
)
WHY = "The pension fund meets in November."
ENTITY = LegalEntity.model_validate(
    {"scheme": "GB-COH", "identifier": "09506232", "legalForm": "cic-limited-by-guarantee"}
)
GO_LIVE = payloads.GoLiveDate(on=TODAY)
LETTER = transfer.MeasuresLetter.model_validate({"sentOn": TODAY, "measuresEnvisaged": True})
ELECTION = transfer.RepresentativesElection.model_validate(
    {"invitedOn": TODAY, "heldOn": TODAY, "elected": 3, "conduct": "By secret ballot of all; three for three grades."}
)
CONSULTATION = transfer.TransferConsultation.model_validate(
    {
        "consultedWith": "recognised-union",
        "inPlace": "recognised-union",
        "begunOn": TODAY,
        "informedOn": TODAY,
        "endedOn": TODAY,
        "employerMeasures": False,
        "employerHeadcount": 2000,
        "transferring": 120,
    }
)
"""As it is put on file on the day."""
LONG_ENOUGH = timedelta(days=21)
CONSULTED = CONSULTATION.model_copy(update=dict.fromkeys(("begun_on", "informed_on"), TODAY - LONG_ENOUGH))
"""As it is on file when it lasted long enough for a transfer today."""
GIVEN = transfer.LiabilityInformation.model_validate(
    {"givenOn": TODAY - timedelta(days=28), "asAt": TODAY - timedelta(days=30)}
)
SNAPSHOT = payloads.WorkforceSnapshot.model_validate(
    {"takenOn": TODAY, "headcount": 120, "fteHundredths": 9750, "disputed": 2}
)
PENSION = payloads.PensionVehicle.model_validate({"vehicle": payloads.Pension.LGPS_PASS_THROUGH, "signedOn": TODAY})
WAIVER = payloads.PensionWaiver(vehicle=payloads.Pension.LGPS_PASS_THROUGH, reasons=WHY)
LEASES = payloads.LeasesAndServices.model_validate(
    {"premisesNeeded": True, "leasesSignedOn": TODAY, "servicesNeeded": True, "servicesAgreedOn": TODAY}
)
COVERS = tuple(
    payloads.Insurance.model_validate({"cover": cover, "validFrom": TODAY, "validTo": date(2030, 8, 31)})
    for cover in (payloads.Cover.EMPLOYERS_LIABILITY, payloads.Cover.PUBLIC_LIABILITY)
)
REGISTERED = payloads.RegulatorRegistration.model_validate(
    {"regulator": payloads.Regulator.CQC, "number": "1-123456789", "registeredOn": TODAY}
)
DATA = payloads.DataTransferAgreement.model_validate({"signedOn": TODAY})
SICKNESS = MeasuredOutcome.model_validate(
    {
        "measure": Measure.SICKNESS_DAYS,
        "definitionVersion": 1,
        "value": 1140,
        "scale": 2,
        "unit": MeasureUnit.DAYS,
        "source": "Payroll, 2025-26",
    }
)
BASELINE = Baseline.model_validate(
    {"periodFrom": date(2025, 4, 1), "periodTo": date(2026, 3, 31), "values": [SICKNESS]}
)
TOLD = LETTER.model_copy(update={"sent_on": TODAY - LONG_ENOUGH})
IN_PLACE = (GO_LIVE, TOLD, CONSULTED, GIVEN, SNAPSHOT, PENSION, LEASES, *COVERS, REGISTERED, DATA)


def on(status: Status, *records: Payload) -> CaseSnapshot:
    return reduce(put, records, build_snapshot(status))


preparing = on(Status.TRANSITION)


for name, record in {
    "record-go-live-date": payloads.GoLiveDate(on=date(2027, 4, 1)),
    "record-tupe-consultation": CONSULTATION,
    "record-transfer-day": transfer.TransferDay(on=TODAY),
    "record-representatives-election": ELECTION,
    "record-employee-liability-information": GIVEN.model_copy(update={"given_on": TODAY, "as_at": TODAY}),
    "record-workforce-snapshot": SNAPSHOT,
    "record-pension-vehicle": PENSION,
    "record-leases-and-services": LEASES,
    "record-data-transfer-agreement": DATA,
    "record-baseline": BASELINE,
}.items():
    ready(name, Ready(preparing, (OFFICER,), record))


for name, record in {
    "record-measures-letter": LETTER,
    "record-insurance": COVERS[0],
    "record-regulator-registration": REGISTERED,
}.items():
    ready(name, Ready(preparing, (BOARD,), record))


DISPUTE = payloads.ConsultationDispute(id="measures", reasons="The measures were not told to us.")
ANSWER = payloads.DisputeAnswer(dispute="measures", answer="A letter went out on Monday.")


for guard, kind in {
    "go-live-date-set": payloads.GoLiveDate,
    "measures-told": transfer.MeasuresLetter,
    "tupe-consulted": transfer.TransferConsultation,
    "workforce-snapshot-taken": payloads.WorkforceSnapshot,
    "pension-signed-or-waived": payloads.PensionVehicle,
    "leases-and-services-agreed": payloads.LeasesAndServices,
    "insured-on-go-live": payloads.Insurance,
    "registered-where-regulated": payloads.RegulatorRegistration,
    "data-transfer-agreed": payloads.DataTransferAgreement,
}.items():
    breaks("begin-readiness-review", guard)(on_snapshot(without, kind))
