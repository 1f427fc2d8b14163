"""Effects that more than one stage uses: changes of the case besides its status."""

from dataclasses import replace

from pydantic.alias_generators import to_camel

from rtp_applications.workflow.common.guards import find_supporting_intention
from rtp_applications.workflow.definition import Step
from rtp_applications.workflow.enums import Ground
from rtp_applications.workflow.snapshot import CaseSnapshot


def withdraw(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.with_case(withdrawn_at=step.now, withdrawal_reason=getattr(step.payload, "reason", None))


def remember_where_refused(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Note the status at which the case is refused: if it is remitted it goes back there."""
    return snapshot.with_case(refused_from=step.snapshot.case.status)


def note_supporting_intention(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Note in a refusal for a staff mutual's sake when the intention that it rests on was published."""
    recorded = snapshot.find_record(step.action.payload_model, step.payload.key)
    if recorded is None:
        return snapshot
    content = {name: said for name, said in recorded.content.items() if name != "intentionPublishedOn"}
    found = find_supporting_intention(snapshot)
    if found and step.payload.ground is Ground.STAFF_MUTUAL_INTENTION_PUBLISHED:
        content["intentionPublishedOn"] = found.published_on.isoformat()
    return snapshot.with_record(replace(recorded, content=content))


def keep_what_is_left_out(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    """Keep of the former record what this one leaves out: who says more takes nothing back."""
    former = step.snapshot.find_record(type(step.payload), step.payload.key)
    recorded = snapshot.find_record(type(step.payload), step.payload.key)
    if former is None or recorded is None:
        return snapshot
    given = {to_camel(name) for name in step.payload.model_fields_set}
    kept = {name: said for name, said in former.content.items() if name not in given}
    content = {**kept, **{name: said for name, said in recorded.content.items() if name in given or name not in kept}}
    late = {*kept.get("enteredLate", ()), *recorded.content.get("enteredLate", ())}
    return snapshot.with_record(
        replace(recorded, content={**content, **({"enteredLate": sorted(late)} if late else {})})
    )


def finish(step: Step, snapshot: CaseSnapshot) -> CaseSnapshot:
    return snapshot.with_case(final_at=step.now)
