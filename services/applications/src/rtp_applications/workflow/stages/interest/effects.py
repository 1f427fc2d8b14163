"""Effect of a submission: the bodies that the case names come to see it."""

from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.identities import OVERSIGHT
from rtp_applications.workflow.snapshot import CaseSnapshot
from rtp_shared.identities import organisation_identity


def disclose(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Let the bodies that the case names see it, and the central team. This cannot be undone."""
    bodies = [organisation_identity(body) for body in snapshot.case.bodies]
    return snapshot.with_case(
        submitted_at=step.now, readers=list(dict.fromkeys([*snapshot.case.readers, *bodies, OVERSIGHT]))
    )
