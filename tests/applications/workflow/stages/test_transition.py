"""Preparing the transfer."""

from dataclasses import replace
from datetime import timedelta

import pytest

from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.errors import NotYourRole
from rtp_applications.workflow.processes import RIGHT_TO_PROVIDE
from rtp_applications.workflow.stages.transition.payloads import ConsultedWith, GoLiveDate, Pension
from rtp_applications.workflow.stages.transition.transfer import RepresentativesInPlace, TransferConsultation
from tests.applications.workflow import ground
from tests.applications.workflow.ground import Ready, attempt, breaks, on_payload, on_snapshot, person, put, ready
from tests.applications.workflow.stages import transition_cases as transfers
from tests.applications.workflow.stages.transition_cases import ANSWER, DECIDER, DISPUTE, TODAY, TOMORROW, preparing

disputed = put(transfers.on(Status.TRANSITION, *transfers.IN_PLACE), DISPUTE, role=Role.STAFF_REP)
ready("dispute-consultation", Ready(put(preparing, transfers.CONSULTATION), (person(Role.STAFF_REP),), DISPUTE))
ready("answer-consultation-dispute", Ready(disputed, (transfers.OFFICER,), ANSWER))
unsigned = transfers.PENSION.model_copy(update={"signed_on": None})
ready("waive-pension-signature", Ready(put(preparing, unsigned), (DECIDER,), transfers.WAIVER))
for nothing_on_file in ("consultation-on-file", "consultation-or-election-on-file"):
    breaks("dispute-consultation", nothing_on_file)(on_snapshot(ground.without, TransferConsultation))
breaks("dispute-consultation", "entry-is-own")(on_snapshot(put, DISPUTE, role=Role.STAFF_REP, number=2))
breaks("answer-consultation-dispute", "dispute-on-file")(on_payload(dispute="another"))
breaks("record-go-live-date", "go-live-not-past")(on_payload(on=TODAY - timedelta(days=1)))
DIRECTLY = {"consulted_with": ConsultedWith.DIRECTLY, "in_place": RepresentativesInPlace.NONE}
breaks("dispute-consultation", "speaks-for-the-staff")(
    lambda ready: replace(ready, signers=(person(Role.APPLICANT_LEAD),))
)
breaks("record-tupe-consultation", "representatives-said")(on_payload(in_place=None))
breaks("record-tupe-consultation", "employers-measures-said")(on_payload(employer_measures=None))
breaks("record-tupe-consultation", "those-in-place-consulted")(on_payload(consulted_with=ConsultedWith.ELECTED))
breaks("record-tupe-consultation", "direct-consultation-allowed")(on_payload(**DIRECTLY))
breaks("record-tupe-consultation", "representatives-elected")(
    on_payload(consulted_with=ConsultedWith.ELECTED, in_place=RepresentativesInPlace.NONE)
)
breaks("record-tupe-consultation", "ends-without-open-dispute")(on_snapshot(put, DISPUTE, role=Role.STAFF_REP))
breaks("record-representatives-election", "election-described")(on_payload(conduct=None))
breaks("record-employee-liability-information", "day-of-the-information-said")(on_payload(as_at=None))
breaks("record-employee-liability-information", "lateness-is-explained")(
    on_snapshot(put, GoLiveDate(on=TODAY + timedelta(days=27)))
)
breaks("record-tupe-consultation", "consultation-in-order")(on_payload(ended_on=TOMORROW))
breaks("record-employee-liability-information", "given-already")(on_payload(given_on=TOMORROW))
breaks("record-workforce-snapshot", "snapshot-adds-up")(on_payload(fte_hundredths=12_001))
breaks(["record-pension-vehicle", "record-data-transfer-agreement"], "signed-already")(on_payload(signed_on=TOMORROW))
breaks("waive-pension-signature", "vehicle-on-file")(on_payload(vehicle=Pension.TPS))
breaks("waive-pension-signature", "reasons-given")(on_payload(reasons=""))
breaks("waive-pension-signature", "deciders-are-independent")(ground.bar_last_signer)
breaks("record-leases-and-services", "agreed-already")(on_payload(leases_signed_on=TOMORROW))
breaks("record-insurance", "cover-in-order")(on_payload(valid_to=TODAY - timedelta(days=1)))
breaks("record-regulator-registration", "registration-is-real")(on_payload(number=None))


@pytest.mark.parametrize(("employer", "transferring", "allowed"), [(49, 30, True), (50, 10, False), (2000, 9, True)])
def test_direct_consultation_is_for_small_employers_and_small_transfers(
    employer: int, transferring: int, *, allowed: bool
) -> None:
    numbers = {"employer_headcount": employer, "transferring": transferring}
    direct = ground.giving(attempt(RIGHT_TO_PROVIDE, "record-tupe-consultation"), **DIRECTLY, **numbers)
    assert ground.refused_for("record-tupe-consultation", direct) == (
        [] if allowed else ["direct-consultation-allowed"]
    )


@pytest.mark.parametrize("role", [Role.APPLICANT_LEAD, Role.MUTUAL_BOARD, Role.COMMISSIONER])
@pytest.mark.parametrize(
    "action",
    [
        "record-tupe-consultation",
        "record-employee-liability-information",
        "record-pension-vehicle",
        "record-leases-and-services",
    ],
)
def test_only_the_employer_attests_its_own_duties(action: str, role: Role) -> None:
    with pytest.raises(NotYourRole):
        ground.take(action, replace(attempt(RIGHT_TO_PROVIDE, action), signers=(person(role),)))
