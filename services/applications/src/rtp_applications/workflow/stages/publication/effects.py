"""Effect of a decision that the law publishes."""

from rtp_applications.workflow.common.payloads import Publication
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import CaseSnapshot, SignedRecord
from rtp_applications.workflow.stages.publication.decisions import find_decision_published_by_law


def publish_decision(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    decision = find_decision_published_by_law(step)
    content = {"decision": decision.value, "showNumber": False}
    return snapshot.with_record(SignedRecord(Publication.KIND, decision, content, step.signed, Audience.EVERYBODY))
