"""Guards of the authority's choice once a challenge was withdrawn, or its modification declined."""

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import Status
from rtp_applications.workflow.stages.withdrawal.payloads import AfterWithdrawal


@guard()
def withdrawn_or_not_agreed(step: Step) -> str | None:
    """The challenge was withdrawn after its submission, or refused because the group did not agree to a modification
    (Localism Act 2011 s.84(10), (11)).
    """
    case = step.snapshot.case
    if case.submitted_at is None:
        return "it was never submitted to the authority"
    if case.status is Status.WITHDRAWN or case.refused_from is Status.MODIFICATION_OFFERED:
        return None
    return "it was refused on a ground of its own, and acceptance alone leads to a procurement (s.83(2))"


@guard("/beginsOn", payload=True)
def procurement_has_its_day(step: Step) -> str | None:
    """A procurement has the day on which it is to begin, and nothing else has one."""
    procures = step.payload.choice is AfterWithdrawal.PROCURE
    if procures and step.payload.begins_on is None:
        return "say when the procurement is to begin"
    return "there is no procurement to begin" if not procures and step.payload.begins_on else None


@guard("/wellBeing", payload=True)
def well_being_in_procurement_considered(step: Step) -> str | None:
    """A procurement has the finding on the well-being of the area (Localism Act 2011 s.83(9))."""
    if step.payload.choice is not AfterWithdrawal.PROCURE or step.payload.well_being:
        return None
    return "say how the procurement might promote or improve the area's well-being"
