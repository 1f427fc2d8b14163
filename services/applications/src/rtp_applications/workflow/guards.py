"""Guards that more than one stage uses."""

from rtp_applications.clocks.deadline import DeadlineState
from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.records import ConflictOfInterest
from rtp_applications.workflow.words import MAY_NOT_DECIDE, Ground


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
    """A refusal for a staff mutual's sake rests on an intention that this body published before."""
    if step.given.ground is not Ground.STAFF_MUTUAL_INTENTION_PUBLISHED:
        return None
    if any(each.case_id != step.file.case.id for each in step.file.intentions):
        return None
    return "the authority has published no intention to consider provision by a mutual of its staff"


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
    found = (each for each, _ in step.file.every(ConflictOfInterest))
    return [each for each in found if each.bars_from_deciding and not each.ended]


def time_is_over(step: Step, clock: str) -> bool:
    """Whether the time of this clock is up, noticed or not; of one that is paused it never is."""
    deadline = step.file.deadline(clock)
    if deadline is None or deadline.state not in (DeadlineState.RUNNING, DeadlineState.MISSED):
        return False
    return step.now >= deadline.due_at
