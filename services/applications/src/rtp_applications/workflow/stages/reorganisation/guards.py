"""Guards of a reorganisation."""

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.reorganisation.facts import COUNCILS, find_answer_day
from rtp_applications.workflow.stages.reorganisation.payloads import BodyReplaced, ReorganisationResolution
from rtp_shared.identities import organisation_identity


@guard("/body", payload=True)
def body_is_shared_out(step: Step) -> str | None:
    """The case names the body, and several bodies follow it."""
    case, body = step.snapshot.case, step.snapshot.bodies.get(step.payload.body)
    if body is None or step.payload.body not in case.bodies:
        return "the case does not name this body"
    if body.ended_on is None:
        return "it is not recorded that this body ends"
    return None if len(body.successors) > 1 else "no choice is left: not several bodies follow this one"


@guard("/successor", payload=True)
def successor_follows(step: Step) -> str | None:
    """The chosen body is one of those that follow."""
    body = step.snapshot.bodies.get(step.payload.body)
    return None if body is None or step.payload.successor in body.successors else "does not follow that body"


@guard("/body", payload=True)
def authority_was_reorganised(step: Step) -> str | None:
    """The authority that received the expression of interest is a council that ends, or ended, in a reorganisation (SI
    2018/1128 regs 1(2), 2, 29; SI 2008/2113 reg 10A).
    """
    snapshot, id_ = step.snapshot, step.payload.body
    if snapshot.find_record(BodyReplaced, str(id_)):
        return None
    if id_ not in (snapshot.case.employer_id, snapshot.case.decision_body):
        return "it is not the authority of this expression of interest"
    body = snapshot.bodies.get(id_)
    if body and body.kind not in COUNCILS:
        return f"a {body.kind} is no council, and those regulations are of councils"
    return None if body and body.ended_on and body.successors else "it is not recorded that this authority is followed"


@guard("/body", payload=True)
def not_answered_before(step: Step) -> str | None:
    """The authority had not answered the expression of interest before it was reorganised (SI 2018/1128 reg 29(1))."""
    answered = find_answer_day(step.snapshot)
    replaced = step.snapshot.find(BodyReplaced, step.payload.key)
    if answered is None or (replaced and replaced.on <= answered):
        return None
    return f"it was answered on {answered}, before the reorganisation"


@guard("/body", payload=True)
def successor_has_the_case(step: Step) -> str | None:
    """The successor says it, which has the case: of the authority that it followed, whose papers it has."""
    replaced = step.snapshot.find(BodyReplaced, step.payload.key)
    if replaced is None:
        return "no successor has the case of this authority yet"
    own = step.signed[-1].holder == organisation_identity(replaced.successor)
    return None if own else "the successor says so, by somebody for whom it vouches"


@guard("/body", payload=True)
def no_resolution_on_file(step: Step) -> str | None:
    """No resolution of that authority is on file."""
    known = step.snapshot.find_record(ReorganisationResolution, step.payload.key)
    return "its resolution is on file" if known else None
