"""Guards of a reorganisation."""

from rtp_applications.workflow.definition import Step, guard
from rtp_applications.workflow.stages.reorganisation.payloads import BodyReplaced


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


COUNCILS = frozenset({"county", "unitary", "district", "metropolitan-borough", "london-borough"})


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
