"""Preparing the transfer."""

from dataclasses import replace
from datetime import timedelta

from rtp_applications.workflow.common.payloads import ConflictOfInterest
from rtp_applications.workflow.enums import Role, Status
from rtp_applications.workflow.stages.transition.payloads import ConsultedWith, Pension, TupeConsultation
from tests.applications.workflow.ground import Ready, breaks, giving, on_snapshot, person, put, ready, without
from tests.applications.workflow.stages.transition_cases import (
    ANSWER,
    CONSULTATION,
    DECIDER,
    DISPUTE,
    IN_PLACE,
    OFFICER,
    PENSION,
    TODAY,
    TOMORROW,
    WAIVER,
    on,
    preparing,
)

disputed = put(on(Status.TRANSITION, *IN_PLACE), DISPUTE, role=Role.STAFF_REP)
ready("dispute-consultation", Ready(put(preparing, CONSULTATION), (person(Role.STAFF_REP),), DISPUTE))
ready("answer-consultation-dispute", Ready(disputed, (OFFICER,), ANSWER))
unsigned = PENSION.model_copy(update={"signed_on": None})
ready("waive-pension-signature", Ready(put(preparing, unsigned), (DECIDER,), WAIVER))
breaks("dispute-consultation", "consultation-on-file")(on_snapshot(without, TupeConsultation))
breaks("dispute-consultation", "entry-is-own")(on_snapshot(put, DISPUTE, role=Role.STAFF_REP, number=2))
breaks("answer-consultation-dispute", "dispute-on-file")(lambda attempt: giving(attempt, dispute="another"))
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
