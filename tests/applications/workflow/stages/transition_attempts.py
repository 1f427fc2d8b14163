"""From the award to the launch: what each action needs, what breaks each guard, and the 28 days before going live."""

from dataclasses import replace
from datetime import date, timedelta

from rtp_applications.workflow.common.payloads import ConflictOfInterest, Findings
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Payload
from rtp_applications.workflow.stages.decision.payloads import Condition, ConditionalApproval
from rtp_applications.workflow.stages.incorporation.payloads import FinanceCommitment, LegalEntity
from rtp_applications.workflow.stages.monitoring.measures import Baseline, Measure, MeasuredValue, MeasureUnit
from rtp_applications.workflow.stages.readiness.payloads import NewGoLive
from rtp_applications.workflow.stages.transition.payloads import (
    ConsultationDispute,
    ConsultedWith,
    Cover,
    DataTransferAgreement,
    DisputeAnswer,
    EmployeeLiabilityInformation,
    GoLiveDate,
    Insurance,
    LeasesAndServices,
    Pension,
    PensionVehicle,
    PensionWaiver,
    Regulator,
    RegulatorRegistration,
    TupeConsultation,
    WorkforceSnapshot,
)
from tests.applications.workflow.ground import (
    NOW,
    Ready,
    breaks,
    case_file,
    giving,
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
    for role in (
        Role.APPLICANT_LEAD,
        Role.COMMISSIONER,
        Role.CASE_OFFICER,
        Role.DECISION_MAKER,
        Role.MUTUAL_BOARD,
    )
)
WHY = "The pension fund meets in November."

ENTITY = LegalEntity.model_validate(
    {"scheme": "GB-COH", "identifier": "09506232", "legalForm": "cic-limited-by-guarantee"}
)
VERIFIED = ENTITY.model_copy(update={"verified": True})
FINANCE = FinanceCommitment.model_validate(
    {"needed": True, "neededPence": 25_000_000, "committedPence": 25_000_000, "committedOn": TODAY}
)
GO_LIVE = GoLiveDate(on=TODAY)
CONSULTATION = TupeConsultation.model_validate(
    {
        "consultedWith": "recognised-union",
        "begunOn": date(2026, 6, 1),
        "endedOn": date(2026, 7, 31),
        "employerHeadcount": 2000,
        "transferring": 120,
    }
)
GIVEN = EmployeeLiabilityInformation.model_validate({"givenOn": TODAY - timedelta(days=28)})
SNAPSHOT = WorkforceSnapshot.model_validate({"takenOn": TODAY, "headcount": 120, "fteHundredths": 9750, "disputed": 2})
PENSION = PensionVehicle.model_validate({"vehicle": Pension.LGPS_PASS_THROUGH, "signedOn": TODAY})
WAIVER = PensionWaiver(vehicle=Pension.LGPS_PASS_THROUGH, reasons=WHY)
LEASES = LeasesAndServices.model_validate(
    {"premisesNeeded": True, "leasesSignedOn": TODAY, "servicesNeeded": True, "servicesAgreedOn": TODAY}
)
COVERS = tuple(
    Insurance.model_validate({"cover": cover, "validFrom": TODAY, "validTo": date(2030, 8, 31)})
    for cover in (Cover.EMPLOYERS_LIABILITY, Cover.PUBLIC_LIABILITY)
)
REGISTERED = RegulatorRegistration.model_validate(
    {"regulator": Regulator.CQC, "number": "1-123456789", "registeredOn": TODAY}
)
DATA = DataTransferAgreement.model_validate({"signedOn": TODAY})
SICKNESS = MeasuredValue.model_validate(
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
IN_PLACE = (GO_LIVE, CONSULTATION, GIVEN, SNAPSHOT, PENSION, LEASES, *COVERS, REGISTERED, DATA)


def on(status: Status, *records: Payload) -> CaseSnapshot:
    snapshot = case_file(status)
    for record in records:
        snapshot = put(snapshot, record)
    return snapshot


preparing = on(Status.TRANSITION)

ready("record-legal-entity", Ready(on(Status.AWARDED), (LEAD,), ENTITY))
ready("record-finance-commitment", Ready(on(Status.AWARDED), (LEAD,), FINANCE))
ready("begin-transition", Ready(on(Status.AWARDED, VERIFIED, FINANCE), (LEAD, COMMISSIONER)))
for name, record in {
    "record-go-live-date": GoLiveDate(on=date(2027, 4, 1)),
    "record-tupe-consultation": CONSULTATION,
    "record-employee-liability-information": GIVEN,
    "record-workforce-snapshot": SNAPSHOT,
    "record-pension-vehicle": PENSION,
    "record-leases-and-services": LEASES,
    "record-data-transfer-agreement": DATA,
    "record-baseline": BASELINE,
}.items():
    ready(name, Ready(preparing, (OFFICER,), record))
for name, record in {"record-insurance": COVERS[0], "record-regulator-registration": REGISTERED}.items():
    ready(name, Ready(preparing, (BOARD,), record))
DISPUTE = ConsultationDispute(id="measures", reasons="The measures were not told to us.")
ANSWER = DisputeAnswer(dispute="measures", answer="A letter went out on Monday.")
disputed = put(on(Status.TRANSITION, *IN_PLACE), DISPUTE, role=Role.STAFF_REP)
ready("dispute-consultation", Ready(put(preparing, CONSULTATION), (person(Role.STAFF_REP),), DISPUTE))
ready("answer-consultation-dispute", Ready(disputed, (OFFICER,), ANSWER))
unsigned = PENSION.model_copy(update={"signed_on": None})
ready("waive-pension-signature", Ready(put(preparing, unsigned), (DECIDER,), WAIVER))
ready("begin-readiness-review", Ready(on(Status.TRANSITION, *IN_PLACE), (LEAD, COMMISSIONER, OFFICER)))
ready("launch", Ready(on(Status.READINESS_REVIEW, GO_LIVE, BASELINE), (DECIDER, BOARD)))
PUT_BACK = NewGoLive.model_validate({"reasons": WHY, "newGoLive": date(2027, 4, 1)})
ready("put-back-launch", Ready(on(Status.READINESS_REVIEW, GO_LIVE), (DECIDER,), PUT_BACK))


breaks("record-legal-entity", "identifier-has-its-shape")(lambda attempt: giving(attempt, identifier="9506232"))
breaks("record-legal-entity", "verified-by-a-body")(lambda attempt: giving(attempt, verified=True))
breaks("record-finance-commitment", "commitment-is-dated")(lambda attempt: giving(attempt, committed_on=None))
breaks("begin-transition", "legal-entity-exists")(on_snapshot(without, LegalEntity))
breaks("begin-transition", "legal-entity-verified")(on_snapshot(put, ENTITY))
breaks("dispute-consultation", "consultation-on-file")(on_snapshot(without, TupeConsultation))
breaks("dispute-consultation", "entry-is-own")(on_snapshot(put, DISPUTE, role=Role.STAFF_REP, number=2))
breaks("answer-consultation-dispute", "dispute-on-file")(lambda attempt: giving(attempt, dispute="another"))
breaks("begin-readiness-review", "disputes-answered")(on_snapshot(put, DISPUTE, role=Role.STAFF_REP))
breaks("begin-transition", "finance-committed-or-not-needed")(
    on_snapshot(put, FINANCE.model_copy(update={"committed_pence": 24_999_999}))
)
breaks("record-go-live-date", "go-live-not-past")(lambda attempt: giving(attempt, on=TODAY - timedelta(days=1)))
breaks("record-tupe-consultation", "direct-consultation-allowed")(
    lambda attempt: giving(attempt, consulted_with=ConsultedWith.DIRECTLY)
)
breaks("record-tupe-consultation", "consultation-in-order")(lambda attempt: giving(attempt, ended_on=TOMORROW))
breaks("record-employee-liability-information", "given-already")(lambda attempt: giving(attempt, given_on=TOMORROW))
breaks("record-workforce-snapshot", "snapshot-adds-up")(lambda attempt: giving(attempt, fte_hundredths=12_001))
breaks(["record-pension-vehicle", "record-data-transfer-agreement"], "signed-already")(
    lambda attempt: giving(attempt, signed_on=TOMORROW)
)
breaks("waive-pension-signature", "vehicle-on-file")(lambda attempt: giving(attempt, vehicle=Pension.TPS))
breaks(["waive-pension-signature", "put-back-launch"], "reasons-given")(lambda attempt: giving(attempt, reasons=""))


@breaks("waive-pension-signature", "deciders-are-independent")
@breaks("launch", "decision-maker-is-independent")
def _(attempt: Ready) -> Ready:
    conflict = ConflictOfInterest(person=DECIDER.person, nature="Owns shares in a supplier.")
    return replace(attempt, snapshot=put(attempt.snapshot, conflict))


breaks("record-leases-and-services", "agreed-already")(lambda attempt: giving(attempt, leases_signed_on=TOMORROW))
breaks("record-insurance", "cover-in-order")(lambda attempt: giving(attempt, valid_to=TODAY - timedelta(days=1)))
breaks("record-regulator-registration", "registration-is-real")(lambda attempt: giving(attempt, number=None))
breaks("record-baseline", "period-is-over")(lambda attempt: giving(attempt, period_to=TOMORROW))
breaks("record-baseline", "measured-once-each")(lambda attempt: giving(attempt, values=[SICKNESS, SICKNESS]))
breaks("record-baseline", "units-fit")(
    lambda attempt: giving(attempt, values=[SICKNESS.model_copy(update={"unit": MeasureUnit.PENCE})])
)


def missing(guard: str, kind: type[Payload]) -> None:
    @breaks("begin-readiness-review", guard)
    def _(attempt: Ready) -> Ready:
        return replace(attempt, snapshot=without(attempt.snapshot, kind))


missing("go-live-date-set", GoLiveDate)
missing("tupe-consulted", TupeConsultation)
missing("workforce-snapshot-taken", WorkforceSnapshot)
missing("pension-signed-or-waived", PensionVehicle)
missing("leases-and-services-agreed", LeasesAndServices)
missing("insured-on-go-live", Insurance)
missing("registered-where-regulated", RegulatorRegistration)
missing("data-transfer-agreed", DataTransferAgreement)


breaks("begin-readiness-review", "liability-information-in-time")(
    on_snapshot(put, GIVEN.model_copy(update={"given_on": TODAY - timedelta(days=27)}))
)


@breaks("begin-readiness-review", "every-condition-closed")
def _(attempt: Ready) -> Ready:
    condition = Condition.model_validate({"id": "bond", "text": "A bond is given.", "dueOn": TOMORROW})
    approval = ConditionalApproval(findings=Findings(), conditions=[condition])
    return replace(attempt, snapshot=put(attempt.snapshot, approval))


breaks("launch", "baseline-recorded")(on_snapshot(without, Baseline))
breaks("launch", "go-live-day-has-come")(on_snapshot(put, GoLiveDate(on=TOMORROW)))
breaks("put-back-launch", "new-go-live-later")(lambda attempt: giving(attempt, new_go_live=TODAY))
