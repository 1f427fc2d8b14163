"""Effect of the decision on the ratings of assurance."""

from dataclasses import replace

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Audience
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_applications.workflow.stages.assurance.payloads import AssuranceRating


def disclose_ratings(_: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Let the staff group see how its case was rated, now that it is decided."""
    for rating in list(snapshot.records.values()):
        if rating.kind == AssuranceRating.KIND:
            snapshot = snapshot.with_record(replace(rating, audience=Audience.EVERYBODY))
    return snapshot
