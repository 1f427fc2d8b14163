"""Disputes of the consultation, and whether they are answered."""

from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.transition.payloads import ConsultationDispute, DisputeAnswer


def list_unanswered_disputes(snapshot: CaseSnapshot) -> list[str]:
    """Return the ids of the disputes that the employer has not answered since they were raised."""
    return [
        each.id
        for each, raised in snapshot.list_payloads(ConsultationDispute)
        if not _is_answered(snapshot, each, raised)
    ]


def _is_answered(snapshot: CaseSnapshot, dispute: ConsultationDispute, raised: SignedRecord) -> bool:
    answer = snapshot.find_record(DisputeAnswer, dispute.id)
    return answer is not None and answer.signed[-1].at >= raised.signed[-1].at
