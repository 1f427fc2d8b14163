"""Guards that more than one stage uses."""

from collections.abc import Sequence

from rtp_applications.clocks.days import civil_date
from rtp_applications.clocks.deadline import DeadlineState
from rtp_applications.workflow.casefile import CaseFile, Intention, Signature
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.records import ConflictOfInterest
from rtp_applications.workflow.words import MAY_NOT_DECIDE, Ground, Role, Status


@guard("/reasons", given=True)
def reasons_given(step: Step) -> str | None:
    """Reasons are given."""
    return None if step.given.reasons else "say why"


@guard("/ground", given=True)
def ground_on_the_list(step: Step) -> str | None:
    """Where the law closes the list of grounds, the ground is one of it."""
    if step.process.grounds is None or step.given.ground in step.process.grounds:
        return None
    return "name one of the grounds that the law allows"


@guard("/ground", given=True)
def ground_is_supported(step: Step) -> str | None:
    """A refusal for a staff mutual's sake rests on an intention for such a service, of a case that was not given up,
    which this body published before the challenge was submitted.
    """
    if step.given.ground is not Ground.STAFF_MUTUAL_INTENTION_PUBLISHED or supporting_intention(step.file):
        return None
    return "the authority had published no intention to consider provision of this service by a mutual of its staff"


GIVEN_UP = frozenset({Status.WITHDRAWN, Status.LAPSED})


def supporting_intention(file: CaseFile) -> Intention | None:
    """The first that supports a refusal: of another case of this sector that goes on, and published before this one
    was submitted. What was published on the day itself is not known to have been there before.
    """
    case, submitted = file.case, file.case.submitted_at
    found = (
        each
        for each in file.intentions
        if each.case_id != case.id
        and each.sector is case.sector
        and each.status not in GIVEN_UP
        and submitted is not None
        and each.published_on < civil_date(submitted)
    )
    return min(found, key=lambda each: each.published_on, default=None)


@guard("/equalityNote", given=True)
def equality_noted(step: Step) -> str | None:
    """The decision notes how the equality duty was met (Equality Act 2010 s.149)."""
    return None if step.given.equality_note else "note how the public sector equality duty was met"


@guard()
def deciders_are_independent(step: Step) -> str | None:
    """Nobody decides who applied, advised, represented staff or would fund, or who declared a conflict."""
    signing = {each.person for each in step.signed}
    for party in step.file.parties.values():
        if party.person in signing and party.role in MAY_NOT_DECIDE:
            return f"somebody who signs is or was {party.role} in this case"
    if any(each.person in signing for each in conflicts(step)):
        return "somebody who signs has a conflict of interest in this case"
    return None


def conflicts(step: Step) -> list[ConflictOfInterest]:
    """The conflicts on the register that still stand and bar from deciding."""
    return standing_bars(step.file)


def standing_bars(file: CaseFile) -> list[ConflictOfInterest]:
    return [each for each, recorded in file.every(ConflictOfInterest) if bars(each, recorded.signed)]


MAY_BAR_OTHERS = frozenset({Role.CASE_OFFICER, Role.DECISION_MAKER, Role.PANEL_MEMBER, Role.MUTUALS_TEAM})


def bars(conflict: ConflictOfInterest, signed: Sequence[Signature]) -> bool:
    """Whether this line bars from deciding. Said of somebody else by the group or an adviser, say, it bars only once
    an officer has declared the same: nobody chooses their panel by accusing the rest.
    """
    if not conflict.bars_from_deciding or conflict.ended:
        return False
    return any(each.person == conflict.person or each.role in MAY_BAR_OTHERS for each in signed)


def time_is_over(step: Step, clock: str) -> bool:
    """Whether the time of this clock is up, noticed or not; of one that is paused it never is."""
    deadline = step.file.deadline(clock)
    if deadline is None or deadline.state not in (DeadlineState.RUNNING, DeadlineState.MISSED):
        return False
    return step.now >= deadline.due_at
