"""Effect of the panel's decision on its votes."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.panel.votes import count_votes


def record_vote_count(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Record the count, which outlives the votes: they are struck so that none counts in a later round."""
    counted = count_votes(step)
    content = counted.model_dump(mode="json", by_alias=True)
    return snapshot.with_record(SignedRecord(counted.KIND, counted.key, content, step.signed, counted.AUDIENCE))
