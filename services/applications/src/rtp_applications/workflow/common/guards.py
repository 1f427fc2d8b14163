"""Guards that more than one stage uses."""

from rtp_applications.deadlines.rules.days import civil_date
from rtp_applications.deadlines.rules.deadline import DeadlineState
from rtp_applications.workflow.common.conflicts import list_conflicts
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.enums import APPLICANTS, MAY_NOT_DECIDE, Ground, Status
from rtp_applications.workflow.snapshot import CaseSnapshot, Intention
from rtp_shared.problems import FieldError


@guard("/reasons", payload=True)
def reasons_given(step: Step) -> str | None:
    """Reasons are given."""
    return None if step.payload.reasons else "say why"


@guard("/ground", payload=True)
def ground_on_the_list(step: Step) -> str | None:
    """Where the law closes the list of grounds, the ground is one of it."""
    if step.process.grounds is None or step.payload.ground in step.process.grounds:
        return None
    return "name one of the grounds that the law allows"


@guard("/ground", payload=True)
def ground_is_supported(step: Step) -> str | None:
    """A refusal for a staff mutual's sake rests on an intention for such a service, of a case that was not given up,
    which this body published before the challenge was submitted.
    """
    if step.payload.ground is not Ground.STAFF_MUTUAL_INTENTION_PUBLISHED or find_supporting_intention(step.snapshot):
        return None
    return "the authority had published no intention to consider provision of this service by a mutual of its staff"


GIVEN_UP = frozenset({Status.WITHDRAWN, Status.LAPSED})


def find_supporting_intention(snapshot: CaseSnapshot) -> Intention | None:
    """Return the first that supports a refusal: of another case of this sector that goes on, and published before this
    one was submitted. One published on the day itself is not known to have been there before.
    """
    case, submitted = snapshot.case, snapshot.case.submitted_at
    found = (
        each
        for each in snapshot.intentions
        if each.case_id != case.id
        and each.sector is case.sector
        and each.status not in GIVEN_UP
        and submitted is not None
        and each.published_on < civil_date(submitted)
    )
    return min(found, key=lambda each: each.published_on, default=None)


@guard("/equalityNote", payload=True)
def equality_noted(step: Step) -> str | None:
    """The decision notes how the equality duty was met (Equality Act 2010 s.149)."""
    return None if step.payload.equality_note else "note how the public sector equality duty was met"


@guard()
def deciders_are_independent(step: Step) -> str | None:
    """Nobody decides who applied, advised, represented staff or would fund, or who declared a conflict."""
    signing = {each.person for each in step.signed}
    for party in step.snapshot.parties.values():
        if party.person in signing and party.role in MAY_NOT_DECIDE:
            return f"somebody who signs is or was {party.role} in this case"
    if any(each.person in signing for each in list_conflicts(step)):
        return "somebody who signs has a conflict of interest in this case"
    return None


def is_time_over(step: Step, clock: str) -> bool:
    """Return True if the time of this clock is up, noticed or not; of one that is paused it never is."""
    deadline = step.snapshot.find_deadline(clock)
    if deadline is None or deadline.state not in (DeadlineState.RUNNING, DeadlineState.MISSED):
        return False
    return step.now >= deadline.due_at


def find_time_left(step: Step, clock: str) -> str | None:
    deadline = step.snapshot.find_deadline(clock)
    return None if deadline and step.now >= deadline.due_at else "there is time left"


def find_missing_majority(step: Step) -> str | None:
    """Return what is missing of more than half of the group; None if so many, no more than it has, are on record."""
    said, size = step.payload.members_in_favour, count_group(step)
    if said is not None and said > size:
        return f"the group counts {size}"
    if said is None or 2 * said <= size:
        return f"more than half of the group of {size} must agree, and it must be on record"
    return None


def count_group(step: Step) -> int:
    """Return how many employees the group counts: as many as it declared, or as are on file if those are more."""
    members = {p.person for p in step.snapshot.parties.values() if p.role in APPLICANTS and p.holds(step.today)}
    return max(1, len(members), step.snapshot.case.applicant_count or 0)


@guard("/documents", payload=True)
def documents_are_on_file(step: Step) -> FieldError | None:
    """Every document named is one of the case's, and has a content that everybody in the case may read."""
    known = {str(id_) for id_ in step.snapshot.counted_documents}
    for number, named in enumerate(step.payload.documents):
        if named.lower() not in known:
            return FieldError(f"/documents/{number}", "no document of the case has that id, or it has no content yet")
    return None


@guard("/membersInFavour", payload=True)
def majority_recorded(step: Step) -> str | None:
    """More than half of the group want it; a draft, of which nobody else knows, is withdrawn by its lead alone."""
    return None if step.snapshot.case.status is Status.DRAFT else find_missing_majority(step)


@guard("/id", payload=True)
def entry_is_own(step: Step) -> str | None:
    """An entry is corrected by whoever made it; others choose another id."""
    found = step.snapshot.find_record(type(step.payload), step.payload.key)
    if found is None or any(each.person == step.signed[-1].person for each in found.signed):
        return None
    return "somebody else's entry has that id"


@guard("/wellBeing", payload=True)
def well_being_considered(step: Step) -> str | None:
    """The authority considered the social, economic or environmental well-being of its area (Localism Act 2011 s.83(8)
    when it accepts, or offers to accept what it modifies, (9) when it procures).
    """
    return None if step.payload.well_being else "say how it serves the area's well-being (Localism Act 2011 s.83)"
